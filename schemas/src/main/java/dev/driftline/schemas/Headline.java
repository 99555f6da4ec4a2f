package dev.driftline.schemas;

/** The headline of scores: bits under the mixture with unknown words spelled out. Thread-safe. */
public final class Headline {

    private Headline() {}

    /**
     * Bits of the whole document: {@code bits_per_token · tokens}. Of a score from before that field, the bits of the code of
     * {@code spelling_bits}.
     */
    public static double bits(Score score) {
        Double perToken = score.getBitsPerToken();
        return perToken == null ? score.getMixtureBits() + score.getSpellingBits() : perToken * score.getTokens();
    }

    /** 2 to the bits a token; 1 for a document without tokens. */
    public static double perplexity(Score score) {
        return Math.pow(2, bits(score) / Math.max(1, score.getTokens()));
    }

    /** What the unknown words cost beyond {@code <unk>}: the same under every model. */
    public static double letterBits(Score score) {
        return bits(score) - score.getMixtureBits();
    }
}
