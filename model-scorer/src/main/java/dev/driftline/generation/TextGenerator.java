package dev.driftline.generation;

import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NextWordDistribution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Draws sentences from an n-gram model, word by word. The same seed gives the same text from the same model.
 *
 * <p>{@code <unk>} is never drawn: the distribution is renormalised without it. Not thread-safe.
 */
public final class TextGenerator {

    /** A word and its probability. */
    public record WordProbability(String word, double probability) {}

    private final NextWordDistribution next;
    private final Sampling sampling;
    private final Random random;

    public TextGenerator(NextWordDistribution next, Sampling sampling, long seed) {
        this.next = next;
        this.sampling = sampling;
        random = new Random(seed);
    }

    /**
     * Continues a sentence.
     *
     * @param prompt the words so far; may be empty
     * @param most how many words to draw at the most
     * @return the words drawn, without the prompt and without {@code </s>}
     * @throws IllegalStateException if the model has learned nothing yet
     */
    public List<String> sentence(List<String> prompt, int most) {
        List<String> sentence = new ArrayList<>(prompt);
        while (sentence.size() - prompt.size() < most) {
            String word = draw(next.after(sentence));
            if (word.equals(DocumentTokens.EOS_WORD)) {
                break;
            }
            sentence.add(word);
        }
        return List.copyOf(sentence.subList(prompt.size(), sentence.size()));
    }

    /** The {@code k} most probable next words after {@code prompt}, best first; {@code </s>} is one like any other. */
    public static List<WordProbability> best(NextWordDistribution next, List<String> prompt, int k) {
        NextWordDistribution.Words words = next.after(prompt);
        double[] p = words.probabilities();
        return IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -p[i]))
                .limit(k)
                .map(i -> new WordProbability(words.words()[i], p[i]))
                .toList();
    }

    private String draw(NextWordDistribution.Words words) {
        double[] p = words.probabilities();
        if (p.length == 0) {
            throw new IllegalStateException("the model has not learned a word yet: there is nothing to generate");
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
