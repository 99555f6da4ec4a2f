package dev.driftline.background;

import dev.driftline.backoff.BackoffModel;
import dev.driftline.prefix.PrefixIndex;
import dev.driftline.prefix.WordPrefix;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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

    private static final String END_OF_SENTENCE = "</s>";

    /** Of up to so many words with a prefix each is looked at; of more, the most probable words are, until some have it. */
    private static final int LOOKED_AT = 2_000;

    /** How many of the most probable words are looked at first, and by how much that grows. */
    private static final int FIRST_WORDS = 512;

    private static final int GROWTH = 8;

    private final BackoffModel model;
    private final double rarest;
    /** Made when somebody first asks for words by prefix. */
    private @Nullable PrefixIndex prefixes;

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

    /** The same for the same words in the same order and the same numbers: what all instances must have in common. */
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
    public record Best(List<String> words, double[] probabilities) {

        /** Those of them, at most {@code count}, that begin with {@code prefix}. */
        Best beginning(WordPrefix prefix, int count) {
            int[] kept = IntStream.range(0, probabilities.length)
                    .filter(i -> prefix.matches(words.get(i)) && !words.get(i).equals(END_OF_SENTENCE))
                    .limit(count)
                    .toArray();
            return new Best(
                    IntStream.of(kept).mapToObj(words::get).toList(),
                    IntStream.of(kept).mapToDouble(i -> probabilities[i]).toArray());
        }
    }

    /** The best that begin with {@code prefix}; {@code </s>}, which nobody types, only begins with none. */
    Best best(int state, WordPrefix prefix, int count) {
        if (prefix.isEmpty()) {
            return best(model.next(state, count));
        }
        int[] beginning = beginning(prefix);
        if (beginning.length > LOOKED_AT) {
            // Some of so many are among the most probable words.
            for (long most = FIRST_WORDS; most < model.words(); most *= GROWTH) {
                Best best = best(model.next(state, (int) most)).beginning(prefix, count);
                if (best.words.size() == count) {
                    return best;
                }
            }
        }
        double[] probabilities = IntStream.of(beginning)
                .mapToDouble(word -> probability(state, word))
                .toArray();
        int[] ranked = IntStream.range(0, beginning.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -probabilities[i]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
        return new Best(
                IntStream.of(ranked).mapToObj(i -> model.word(beginning[i])).toList(),
                IntStream.of(ranked).mapToDouble(i -> probabilities[i]).toArray());
    }

    private Best best(BackoffModel.Next next) {
        return new Best(Arrays.stream(next.words()).mapToObj(model::word).toList(), next.probabilities());
    }

    /** All words that begin with a prefix. */
    private synchronized int[] beginning(WordPrefix prefix) {
        PrefixIndex index = prefixes;
        if (index == null) {
            index = new PrefixIndex();
            for (int word = SPECIALS; word < model.words(); word++) {
                byte[] utf8 = model.word(word).getBytes(StandardCharsets.UTF_8);
                index.add(utf8, 0, utf8.length, word, 0);
            }
            prefixes = index;
        }
        BitSet words = new BitSet();
        index.find(prefix).visit(0, word -> words.set(word, prefix.matches(model.word(word))));
        return words.stream().toArray();
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
