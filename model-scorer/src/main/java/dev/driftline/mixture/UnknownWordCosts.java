package dev.driftline.mixture;

import dev.driftline.scoring.NgramProbabilities;

/**
 * What the unknown words of a document cost beyond {@code <unk>}, so that a document never gets cheaper by words that nobody
 * has ever seen. Each time that an unknown word w comes, in the place of token i,
 *
 * <pre>letters = max(−log2 p(spelling of w), log2 p(&lt;unk&gt; | i) − log2 p(rarest | i) + {@value #RARER_BITS})</pre>
 *
 * <p>where the rarest is a known word that was seen once and never here: however short w is, and however often {@code <unk>}
 * came lately, it costs more than any known word would have cost there. More by an eighth of the probability, since a rare word
 * may also be one after which the next is hard to guess, and after a new one that is easier. So the sum over all spellings is
 * at most 1 and not exactly 1: it is a cost, not a code. {@link DocumentScore#spellingBits()} is the code.
 *
 * <p>Not thread-safe; one instance serves all documents in turn.
 */
final class UnknownWordCosts {

    /** Measured: without it one of 130 documents got cheaper by up to half a bit where its rarest word was replaced. */
    private static final double RARER_BITS = 3;

    private static final float[] NONE = {};

    private final TokenEvidence evidence;
    private final TokenMixer mixer;
    /** Those of the document under way; set by {@link #begin}. */
    @SuppressWarnings("NullAway.Init")
    private NgramProbabilities ngrams;

    private float[] perToken = NONE;
    private boolean listed;
    private int rarestAt;
    private double bits;

    UnknownWordCosts(TokenEvidence evidence, TokenMixer mixer) {
        this.evidence = evidence;
        this.mixer = mixer;
    }

    /** @param listed whether to keep the bits of each token */
    void begin(NgramProbabilities ngrams, boolean listed) {
        this.ngrams = ngrams;
        this.listed = listed;
        perToken = NONE;
        rarestAt = 0;
        bits = 0;
    }

    /**
     * The probability of the rarest known word under the mixture, in the place of an unknown one; 0 where it is not known.
     * To be asked before anything is learned from that token. Overwrites the evidence.
     */
    double rarest(int position, SourceMemory source, boolean network, double sureness) {
        if (ngrams.rarest().length == 0) {
            return 0;
        }
        evidence.takeRarest(ngrams, rarestAt, position, source, network, sureness);
        rarestAt += ngrams.order();
        double rarest = mixer.mix(evidence, source.weights());
        if (ngrams.background().isPresent() && ngrams.background().get().unseen() > 0) {
            evidence.takeRarestOfBackground(ngrams, position, source, network, sureness);
            rarest = Math.min(rarest, mixer.mix(evidence, source.weights()));
        }
        return rarest;
    }

    /** Adds an unknown token that had {@code mixed} as {@code <unk>}. */
    void add(int position, double mixed, double rarest) {
        double cost = ngrams.spellingBits()[position];
        // Without smoothing a probability may be 0; then, and where the rarest word is not known, no bound follows.
        if (rarest > 0 && mixed > 0) {
            cost = Math.max(cost, ModelCosts.bits(rarest / mixed) + RARER_BITS);
        }
        bits += cost;
        if (listed) {
            if (perToken.length == 0) {
                perToken = new float[ngrams.rows()];
            }
            perToken[position] = (float) cost;
        }
    }

    /** Of all tokens since {@link #begin}. */
    double bits() {
        return bits;
    }

    /** {@code [tokens]}, 0 for a known one; empty where none was unknown, or they are not listed. */
    float[] perToken() {
        return perToken;
    }
}
