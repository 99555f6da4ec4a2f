package dev.driftline.bulk;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Parts of a corpus by percentile, as CCNet cuts it into {@code head}, {@code middle} and {@code tail}: the first has the lowest
 * perplexities.
 *
 * @param names from the lowest percentile on
 * @param cuts the highest percentile of each but the last, rising
 */
public record Buckets(List<String> names, List<Double> cuts) {

    /** Checks that the names and cuts fit. */
    public Buckets {
        Set<String> distinct = new TreeSet<>(names);
        if (names.isEmpty() || distinct.size() != names.size() || distinct.contains("")) {
            throw new IllegalArgumentException("buckets must have different names, such as head,middle,tail");
        }
        if (cuts.size() != names.size() - 1) {
            throw new IllegalArgumentException(
                    names.size() + " buckets are parted by " + (names.size() - 1) + " cuts, not by " + cuts.size());
        }
        for (int i = 0; i < cuts.size(); i++) {
            double before = i == 0 ? 0 : cuts.get(i - 1);
            if (!(cuts.get(i) > before && cuts.get(i) < 100)) {
                throw new IllegalArgumentException("cuts must be percentiles that rise, above 0 and below 100");
            }
        }
    }

    /** As many of equal size as there are names. */
    public static Buckets even(List<String> names) {
        return new Buckets(
                names,
                IntStream.range(1, names.size())
                        .mapToObj(i -> 100.0 * i / names.size())
                        .toList());
    }

    /** The bucket of a percentile. */
    public String of(double percentile) {
        int bucket = 0;
        while (bucket < cuts.size() && percentile > cuts.get(bucket)) {
            bucket++;
        }
        return names.get(bucket);
    }
}
