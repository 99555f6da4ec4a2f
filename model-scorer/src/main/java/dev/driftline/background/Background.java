package dev.driftline.background;

import dev.driftline.backoff.BackoffModel;
import java.util.Arrays;
import java.util.List;

/**
 * A frozen model as an expert of the mixture, and its words: each is an event of its own, whether the counts have it or not.
 * {@code <s>}, {@code </s>} and {@code <unk>} are not words. Immutable, thread-safe.
 */
public final class Background {

    /** What is said of {@code <unk>} may be next to nothing, and nothing may divide by it. */
    private static final double LEAST = 1e-300;

    /** The first indices: {@code <unk>}, {@code <s>} and {@code </s>}. */
    private static final int SPECIALS = 3;

    private static final double LN10 = Math.log(10);

    private final BackoffModel model;
    private final double rarest;

    /** The expert that {@code model} is. */
    public Background(BackoffModel model) {
        this.model = model;
        double least = 1;
        for (int word = SPECIALS; word < model.words(); word++) {
            least = Math.min(least, probability(model.empty(), word));
        }
        rarest = least / Math.max(LEAST, probability(model.empty(), BackoffModel.UNKNOWN));
    }

    /** The model. */
    public BackoffModel model() {
        return model;
    }

    /** The same for the same words and numbers, wherever they were read from: what all instances must have in common. */
    public long fingerprint() {
        return model.fingerprint();
    }

    /** How many words it has. */
    public int words() {
        return model.words() - SPECIALS;
    }

    /** Whether it has {@code word}. */
    public boolean has(String word) {
        return model.index(word) >= SPECIALS;
    }

    /** Of all words, the least probability of one alone, divided by that of {@code <unk>}. */
    double rarest() {
        return rarest;
    }

    /** p(word) in a state of the model. */
    double probability(int state, int word) {
        return Math.exp(LN10 * model.log10(state, word));
    }

    /**
     * The most probable words in a state, {@code </s>} among them.
     *
     * @param words the best first
     * @param probabilities of each
     */
    public record Best(List<String> words, double[] probabilities) {}

    Best best(int state, int count) {
        BackoffModel.Next next = model.next(state, count);
        return new Best(Arrays.stream(next.words()).mapToObj(model::word).toList(), next.probabilities());
    }

    /** Two are equal that say the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Background background && background.fingerprint() == fingerprint();
    }

    @Override
    public int hashCode() {
        return Long.hashCode(fingerprint());
    }

    /** What it is, in words, with the fingerprint. */
    @Override
    public String toString() {
        return "order " + model.order() + ", " + words() + " words, " + Long.toHexString(fingerprint());
    }
}
