package dev.driftline.neural.online;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares two networks on text that neither was trained on, by sums over <em>units</em> of text: documents, or pieces of
 * {@value #UNIT_TOKENS} tokens of longer ones. Immutable; sums can be added and faded, so that a comparison goes on from
 * batch to batch.
 *
 * <p>With n_i tokens in unit i and d_i bits that the candidate saves there, the mean difference is the ratio
 * m = Σd_i / Σn_i bits a token, and its standard error that of a ratio estimator (Cochran 1977, 6.4):
 * √(k/(k − 1) · Σ(d_i − m·n_i)²) / Σn_i over k units. Units of a document are not independent, so the error is a little too
 * small where documents are long and few.
 *
 * <p><b>One event space.</b> The networks may have rows for different words. A word with a row in one of them only is an
 * event of its own for both: the network without the row gives it its share of p({@code <unk>}), which is 1 − ρ over the
 * number of such words; words unknown to both share ρ = (u + ½)/(n + 1), where n counts the unknown words that the
 * network has met, and u those of them that were unknown to both. So both are distributions over the same events, and a
 * larger vocabulary is neither an advantage nor a handicap by itself.
 *
 * @param documents documents compared
 * @param tokens Σ n_i, faded
 * @param units k, faded
 * @param candidateBits Σ of the candidate's −log2 p, faded
 * @param incumbentBits the same of the incumbent
 * @param tokensSquared Σ n_i²
 * @param products Σ n_i·d_i
 * @param differencesSquared Σ d_i²
 */
public record PairedComparison(
        long documents,
        double tokens,
        double units,
        double candidateBits,
        double incumbentBits,
        double tokensSquared,
        double products,
        double differencesSquared) {

    /** The comparison on no text. */
    public static final PairedComparison NONE = new PairedComparison(0, 0, 0, 0, 0, 0, 0, 0);

    private static final int UNIT_TOKENS = 200;
    private static final int TOGETHER = 32;
    private static final double LN2 = Math.log(2);

    /**
     * Compares two networks.
     *
     * @throws InterruptedException if the thread is interrupted between documents
     */
    public static PairedComparison of(Network candidate, Network incumbent, List<BufferedDocument> documents)
            throws InterruptedException {
        Side first = new Side(candidate, incumbent.vocabulary());
        Side second = new Side(incumbent, candidate.vocabulary());
        PairedComparison sum = NONE;
        for (int from = 0; from < documents.size(); from += TOGETHER) {
            List<BufferedDocument> together = documents.subList(from, Math.min(documents.size(), from + TOGETHER));
            List<double[]> bits = first.bits(together);
            List<double[]> others = second.bits(together);
            for (int i = 0; i < together.size(); i++) {
                sum = sum.plus(ofDocument(bits.get(i), others.get(i)));
            }
        }
        return sum;
    }

    /** The sums of one document from both networks' bits for each of its tokens. */
    static PairedComparison ofDocument(double[] candidate, double[] incumbent) {
        PairedComparison sum = NONE;
        // Pieces of equal length, so that the last is not a short remainder.
        int pieces = Math.max(1, (candidate.length + UNIT_TOKENS / 2) / UNIT_TOKENS);
        for (int piece = 0; piece < pieces; piece++) {
            int from = (int) ((long) candidate.length * piece / pieces);
            int to = (int) ((long) candidate.length * (piece + 1) / pieces);
            double mine = 0;
            double other = 0;
            for (int i = from; i < to; i++) {
                mine += candidate[i];
                other += incumbent[i];
            }
            double n = to - from;
            double d = other - mine;
            sum = sum.plus(new PairedComparison(0, n, 1, mine, other, n * n, n * d, d * d));
        }
        return new PairedComparison(
                1,
                sum.tokens,
                sum.units,
                sum.candidateBits,
                sum.incumbentBits,
                sum.tokensSquared,
                sum.products,
                sum.differencesSquared);
    }

    /** Whether every sum is a number: a network that has overflowed leaves none. */
    public boolean isFinite() {
        return Double.isFinite(0 * tokens
                + 0 * units
                + 0 * candidateBits
                + 0 * incumbentBits
                + 0 * tokensSquared
                + 0 * products
                + 0 * differencesSquared);
    }

    /** Both comparisons together. */
    public PairedComparison plus(PairedComparison other) {
        return new PairedComparison(
                documents + other.documents,
                tokens + other.tokens,
                units + other.units,
                candidateBits + other.candidateBits,
                incumbentBits + other.incumbentBits,
                tokensSquared + other.tokensSquared,
                products + other.products,
                differencesSquared + other.differencesSquared);
    }

    /** The same comparison with {@code factor} of its weight, in [0, 1]; the number of documents is not changed. */
    public PairedComparison faded(double factor) {
        return new PairedComparison(
                documents,
                tokens * factor,
                units * factor,
                candidateBits * factor,
                incumbentBits * factor,
                tokensSquared * factor,
                products * factor,
                differencesSquared * factor);
    }

    /** Bits a token of the candidate. */
    public double candidateBitsPerToken() {
        return candidateBits / tokens;
    }

    /** Bits a token of the incumbent. */
    public double incumbentBitsPerToken() {
        return incumbentBits / tokens;
    }

    /** Bits a token that the candidate saves; NaN if nothing was compared. */
    public double meanDifference() {
        return (incumbentBits - candidateBits) / tokens;
    }

    /** The standard error of {@link #meanDifference()}; infinite with fewer than two units. */
    public double standardError() {
        if (units < 2) {
            return Double.POSITIVE_INFINITY;
        }
        double m = meanDifference();
        double squares = differencesSquared - 2 * m * products + m * m * tokensSquared;
        return Math.sqrt(Math.max(0, squares) * units / (units - 1)) / tokens;
    }

    /** One of the two networks, with its counts so far. */
    private static final class Side {

        private final NetworkReader reader;
        private final NeuralVocabulary own;
        private final NeuralVocabulary other;
        private final long others;
        private long unknown;
        private long unknownToBoth;

        Side(Network network, NeuralVocabulary other) {
            reader = network.reader();
            own = network.vocabulary();
            this.other = other;
            others = own.words().equals(other.words())
                    ? 0
                    : other.words().stream()
                            .filter(word -> own.index(word) == NeuralVocabulary.UNKNOWN)
                            .filter(word -> !word.equals(DocumentTokens.UNKNOWN_WORD))
                            .count();
        }

        List<double[]> bits(List<BufferedDocument> documents) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while comparing");
            }
            List<int[]> encoded = documents.stream()
                    .map(document -> own.encode(document.document()))
                    .toList();
            List<NetworkScore> scores = reader.score(encoded);
            List<double[]> bits = new ArrayList<>();
            for (int i = 0; i < encoded.size(); i++) {
                bits.add(bits(encoded.get(i), other.encode(documents.get(i).document()), scores.get(i)));
            }
            return bits;
        }

        private double[] bits(int[] mine, int[] theirs, NetworkScore score) {
            double[] bits = new double[mine.length];
            for (int i = 0; i < mine.length; i++) {
                double nats = -score.logProbabilities()[i];
                if (mine[i] == NeuralVocabulary.UNKNOWN && others > 0) {
                    boolean toBoth = theirs[i] == NeuralVocabulary.UNKNOWN;
                    double share = (unknownToBoth + 0.5) / (unknown + 1);
                    nats -= Math.log(toBoth ? share : (1 - share) / others);
                    unknown++;
                    unknownToBoth += toBoth ? 1 : 0;
                }
                bits[i] = nats / LN2;
            }
            return bits;
        }
    }
}
