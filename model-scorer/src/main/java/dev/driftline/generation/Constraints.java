package dev.driftline.generation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules for generated words, the prompt not counted.
 *
 * @param must words that must all come; only beam search can see to that
 * @param mustNot words that must not come
 * @param maximumRepeats how often one word may come at the most; 0 for any number
 */
public record Constraints(List<String> must, Set<String> mustNot, int maximumRepeats) {

    /** The most words that can be required: one group of hypotheses is kept for each number of them that has come. */
    public static final int MOST_MUST = 16;

    /** No rules. */
    public static final Constraints NONE = new Constraints(List.of(), Set.of(), 0);

    /** @throws IllegalArgumentException if a value is out of its range */
    public Constraints {
        must = List.copyOf(new LinkedHashSet<>(must));
        mustNot = Set.copyOf(mustNot);
        if (must.size() > MOST_MUST) {
            throw new IllegalArgumentException(must.size() + " required words, at most " + MOST_MUST + " are allowed");
        }
        for (String word : must) {
            if (mustNot.contains(word)) {
                throw new IllegalArgumentException("'" + word + "' is both required and forbidden");
            }
        }
        if (maximumRepeats < 0) {
            throw new IllegalArgumentException("maximum repeats " + maximumRepeats + " is negative");
        }
    }

    /** Whether {@code word} may come after it has come as often as {@code counts} says. */
    boolean allow(String word, Map<String, Integer> counts) {
        return !mustNot.contains(word) && (maximumRepeats == 0 || counts.getOrDefault(word, 0) < maximumRepeats);
    }
}
