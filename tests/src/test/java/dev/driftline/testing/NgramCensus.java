package dev.driftline.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;

/**
 * How often each n-gram of each order occurs, counted the obvious way, from the text alone: what the service's counts are
 * held against.
 */
public final class NgramCensus {

    private static final String BOS = "<s>";
    private static final String EOS = "</s>";

    private final int order;
    private final Map<List<String>, Integer> counts = new HashMap<>();

    /** Nothing counted yet, of n-grams of 1 to {@code order} words. */
    public NgramCensus(int order) {
        this.order = order;
    }

    /** Counts a document. */
    public void add(List<? extends List<String>> sentences) {
        for (List<String> sentence : sentences) {
            List<String> words = new ArrayList<>(sentence.size() + 2);
            words.add(BOS);
            words.addAll(sentence);
            words.add(EOS);
            // <s> is never predicted, so no n-gram ends with it.
            for (int last = 1; last < words.size(); last++) {
                for (int first = last; first >= Math.max(0, last - order + 1); first--) {
                    counts.merge(List.copyOf(words.subList(first, last + 1)), 1, Integer::sum);
                }
            }
        }
    }

    /** Distinct n-grams of all orders. */
    public int size() {
        return counts.size();
    }

    /** Visits every n-gram with its count. */
    public void forEach(ObjLongConsumer<List<String>> visitor) {
        counts.forEach(visitor::accept);
    }

    /**
     * How many n-grams of {@code length} words occur exactly {@code n} times.
     *
     * @return {@code [n]}, for n from 1 to 4
     */
    public long[] countsOfCounts(int length) {
        return frequencies(counts.entrySet().stream()
                .filter(entry -> entry.getKey().size() == length)
                .map(Map.Entry::getValue));
    }

    /**
     * How many n-grams of {@code length} words, fewer than the order, have exactly {@code n} distinct words before them;
     * those that begin with {@code <s>}, which nothing comes before, are counted by how often they occur.
     *
     * @return {@code [n]}, for n from 1 to 4
     */
    public long[] continuationCountsOfCounts(int length) {
        Map<List<String>, Integer> before = new HashMap<>();
        counts.forEach((ngram, count) -> {
            if (ngram.size() == length + 1) {
                before.merge(ngram.subList(1, ngram.size()), 1, Integer::sum);
            } else if (ngram.size() == length && ngram.get(0).equals(BOS)) {
                before.put(ngram, count);
            }
        });
        return frequencies(before.values().stream());
    }

    private static long[] frequencies(Stream<Integer> numbers) {
        long[] frequencies = new long[5];
        numbers.filter(number -> number <= 4).forEach(number -> frequencies[number]++);
        return frequencies;
    }

    /** How many words were counted, every {@code </s>} included. */
    public long tokens() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().size() == 1)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** How many n-grams of {@code length} words there are. */
    public long types(int length) {
        return counts.keySet().stream().filter(ngram -> ngram.size() == length).count();
    }
}
