package dev.driftline.generation;

import dev.driftline.ngram.NextWordDistribution;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Draws sentences from a model, word by word. The same seed gives the same text from the same model.
 *
 * <p>{@code <unk>} is never drawn: the distribution is renormalised without it. Not thread-safe.
 */
public final class TextGenerator {

    /** A word and its probability. */
    public record WordProbability(String word, double probability) {}

    private final TextModel model;
    private final Sampling sampling;
    private final Constraints constraints;
    /** Mixes its seed, so that neighbouring seeds draw different texts from the first word on; {@code Random} does not. */
    private final SplittableRandom random;

    /** From an n-gram model, without constraints. */
    public TextGenerator(NextWordDistribution next, Sampling sampling, long seed) {
        this(new NgramText(next), sampling, Constraints.NONE, seed);
    }

    /**
     * @param constraints what the words drawn have to keep to
     * @throws IllegalArgumentException if words are required, which only {@link BeamSearch} can ensure
     */
    public TextGenerator(TextModel model, Sampling sampling, Constraints constraints, long seed) {
        if (!constraints.must().isEmpty()) {
            throw new IllegalArgumentException(
                    "required words (" + constraints.must() + ") need beam search: set a beam width");
        }
        this.model = model;
        this.sampling = sampling;
        this.constraints = constraints;
        random = new SplittableRandom(seed);
    }

    /**
     * Continues a sentence.
     *
     * @param prompt the words so far, sentences before ended by {@code </s>}; may be empty
     * @param most how many words to draw at the most
     * @return the words drawn, without the prompt and without {@code </s>}
     * @throws IllegalStateException if the model has learned nothing yet
     */
    public List<String> sentence(List<String> prompt, int most) {
        return sentence(prompt, most, word -> true);
    }

    /**
     * Continues a sentence, told word by word.
     *
     * @param each told of each word as it is drawn; says whether to go on
     * @return the words drawn
     */
    public List<String> sentence(List<String> prompt, int most, Predicate<String> each) {
        TextModel.State state = model.advance(model.start(), prompt);
        List<String> drawn = new ArrayList<>();
        Map<String, Integer> counts = new HashMap<>();
        while (drawn.size() < most) {
            String word = draw(allowed(model.next(state), counts));
            if (word.equals(DocumentTokens.EOS_WORD)) {
                break;
            }
            drawn.add(word);
            if (!each.test(word)) {
                break;
            }
            counts.merge(word, 1, Integer::sum);
            state = model.advance(state, word);
        }
        return List.copyOf(drawn);
    }

    /** The {@code k} most probable next words after {@code prompt}, best first; {@code </s>} is one like any other. */
    public static List<WordProbability> best(NextWordDistribution next, List<String> prompt, int k) {
        return best(new NgramText(next), prompt, k);
    }

    /** The same from any model. */
    public static List<WordProbability> best(TextModel model, List<String> prompt, int k) {
        return best(model, prompt, WordPrefix.NONE, k);
    }

    /** The same of the words that begin with a prefix. */
    public static List<WordProbability> best(TextModel model, List<String> prompt, WordPrefix prefix, int k) {
        NextWordDistribution.Words words = model.next(model.advance(model.start(), prompt));
        double[] p = words.probabilities();
        return IntStream.range(0, p.length)
                .filter(i -> PrefixedText.matches(prefix, words.words()[i]))
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -p[i]))
                .limit(k)
                .map(i -> new WordProbability(words.words()[i], p[i]))
                .toList();
    }

    private NextWordDistribution.Words allowed(NextWordDistribution.Words next, Map<String, Integer> counts) {
        if (constraints.mustNot().isEmpty() && constraints.maximumRepeats() == 0) {
            return next;
        }
        double[] p = next.probabilities().clone();
        for (int i = 0; i < p.length; i++) {
            if (!next.words()[i].equals(DocumentTokens.EOS_WORD) && !constraints.allow(next.words()[i], counts)) {
                p[i] = 0;
            }
        }
        return new NextWordDistribution.Words(next.words(), p);
    }

    private String draw(NextWordDistribution.Words words) {
        double[] p = words.probabilities();
        if (p.length == 0) {
            throw new IllegalStateException("the model has not learned any words yet: there is nothing to generate");
        }
        if (Arrays.stream(p).noneMatch(probability -> probability > 0)) {
            // Every word that could come is forbidden.
            return DocumentTokens.EOS_WORD;
        }
        if (sampling.temperature() == 0) {
            return words.words()[
                    IntStream.range(0, p.length)
                            .reduce((a, b) -> p[b] > p[a] ? b : a)
                            .orElseThrow()];
        }
        boolean cut = sampling.topK() > 0 || sampling.topP() < 1;
        int[] from = cut ? mostProbable(p) : IntStream.range(0, p.length).toArray();
        double power = 1 / sampling.temperature();
        double[] weights = new double[from.length];
        double total = 0;
        double best = 0;
        for (int i : from) {
            best = Math.max(best, p[i]);
        }
        for (int i = 0; i < from.length; i++) {
            // Relative to the best, or a low temperature would round every weight to 0.
            weights[i] = power == 1 ? p[from[i]] : Math.pow(p[from[i]] / best, power);
            total += weights[i];
        }
        double at = random.nextDouble() * total;
        for (int i = 0; i < from.length; i++) {
            at -= weights[i];
            if (at < 0) {
                return words.words()[from[i]];
            }
        }
        return words.words()[from[from.length - 1]];
    }

    private int[] mostProbable(double[] p) {
        int[] ranked = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -p[i]))
                .limit(sampling.topK() > 0 ? sampling.topK() : p.length)
                .mapToInt(Integer::intValue)
                .toArray();
        double sum = 0;
        for (double probability : p) {
            sum += probability;
        }
        double kept = 0;
        int size = 0;
        while (size < ranked.length && kept < sampling.topP() * sum) {
            kept += p[ranked[size++]];
        }
        return Arrays.copyOf(ranked, Math.max(1, size));
    }
}
