package dev.driftline.ngram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts n-grams the obvious way, to hold the fast counts against. */
final class SlowCounts {

    private final int order;
    final Map<List<Integer>, Long> raw = new HashMap<>();
    final Map<List<Integer>, Set<Integer>> left = new HashMap<>();
    /** Context → words that follow it. */
    final Map<List<Integer>, Set<Integer>> right = new HashMap<>();

    SlowCounts(int order) {
        this.order = order;
    }

    /** A sentence without {@code <s>} and {@code </s>}. */
    void learn(List<Integer> sentence) {
        learn(sentence, 1);
    }

    /** The same of a sentence that came {@code times} times. */
    void learn(List<Integer> sentence, long times) {
        List<Integer> padded = new ArrayList<>();
        padded.add(NgramCounts.BOS);
        padded.addAll(sentence);
        padded.add(NgramCounts.EOS);
        for (int end = 1; end < padded.size(); end++) {
            for (int n = 1; n <= order && end - n + 1 >= 0; n++) {
                List<Integer> ngram = List.copyOf(padded.subList(end - n + 1, end + 1));
                raw.merge(ngram, times, Long::sum);
                right.computeIfAbsent(ngram.subList(0, n - 1), x -> new HashSet<>())
                        .add(ngram.get(n - 1));
                if (end - n >= 0) {
                    left.computeIfAbsent(ngram, x -> new HashSet<>()).add(padded.get(end - n));
                }
            }
        }
    }

    long raw(List<Integer> ngram) {
        return raw.getOrDefault(ngram, 0L);
    }

    /** Distinct left neighbours; the raw count for an n-gram that begins with {@code <s>}. */
    long continuation(List<Integer> ngram) {
        return ngram.get(0) == NgramCounts.BOS
                ? raw(ngram)
                : left.getOrDefault(ngram, Set.of()).size();
    }

    /** Count → how many n-grams of that order have it. */
    Map<Long, Integer> countsOfCounts(int n, boolean continuation) {
        Map<Long, Integer> counts = new TreeMap<>();
        for (List<Integer> ngram : raw.keySet()) {
            if (ngram.size() == n) {
                counts.merge(continuation ? continuation(ngram) : raw(ngram), 1, Integer::sum);
            }
        }
        return counts;
    }

    /** Followers of a context: word → raw and continuation count. */
    Map<Integer, long[]> followers(List<Integer> context) {
        Map<Integer, long[]> followers = new TreeMap<>();
        for (int word : right.getOrDefault(context, Set.of())) {
            List<Integer> ngram = new ArrayList<>(context);
            ngram.add(word);
            followers.put(word, new long[] {raw(ngram), continuation(ngram)});
        }
        return followers;
    }
}
