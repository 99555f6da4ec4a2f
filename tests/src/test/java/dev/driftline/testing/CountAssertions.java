package dev.driftline.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Compares counts with a census. */
public final class CountAssertions {

    private static final int SHOWN = 10;

    private CountAssertions() {}

    /** Fails, with the first few differences, unless {@code rawCount} gives every n-gram of the census its count. */
    public static void assertEqual(NgramCensus census, int order, ToLongFunction<List<String>> rawCount) {
        List<String> differences = new ArrayList<>();
        long[] differing = {0};
        census.forEach((ngram, expected) -> {
            if (ngram.size() > order) {
                throw new IllegalArgumentException("a census of orders up to " + order + " was expected");
            }
            long actual = rawCount.applyAsLong(ngram);
            if (actual != expected) {
                differing[0]++;
                if (differences.size() < SHOWN) {
                    differences.add(ngram + " counted " + actual + " times, occurs " + expected + " times");
                }
            }
        });
        if (differing[0] > 0) {
            throw new AssertionError(differing[0] + " of " + census.size() + " n-grams have wrong counts, among them: "
                    + String.join("; ", differences));
        }
    }
}
