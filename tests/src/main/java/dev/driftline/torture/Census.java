package dev.driftline.torture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** How often each n-gram of one to three words occurs, counted the obvious way, from the text alone. One thread. */
final class Census {

    /** The longest n-grams; three numbers of words fit into a long. */
    static final int ORDER = 3;

    private static final int BITS = 21;
    private static final String BOS = "<s>";
    private static final String EOS = "</s>";

    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> words = new ArrayList<>(List.of(""));
    private final Map<Long, Integer> counts = new HashMap<>();
    private long tokens;

    /** Counts a document. */
    void add(List<? extends List<String>> sentences) {
        for (List<String> sentence : sentences) {
            long[] numbered = new long[sentence.size() + 2];
            numbered[0] = number(BOS);
            for (int i = 0; i < sentence.size(); i++) {
                numbered[i + 1] = number(sentence.get(i));
            }
            numbered[numbered.length - 1] = number(EOS);
            // <s> is never predicted, so no n-gram ends with it.
            for (int last = 1; last < numbered.length; last++) {
                long gram = 0;
                for (int length = 1; length <= Math.min(ORDER, last + 1); length++) {
                    gram |= numbered[last - length + 1] << BITS * (length - 1);
                    counts.merge(gram, 1, Integer::sum);
                }
                tokens++;
            }
        }
    }

    private long number(String word) {
        Integer number = numbers.get(word);
        if (number == null) {
            number = words.size();
            if (number >= 1 << BITS) {
                throw new IllegalStateException("too many different words for this census");
            }
            numbers.put(word, number);
            words.add(word);
        }
        return number;
    }

    /** Tokens counted, every {@code </s>} included. */
    long tokens() {
        return tokens;
    }

    /** Different n-grams. */
    int size() {
        return counts.size();
    }

    /** Different tokens. */
    long types() {
        return counts.keySet().stream().filter(gram -> gram < 1 << BITS).count();
    }

    /** The first n-gram that {@code counted} counts otherwise, with both counts. */
    Optional<String> firstDifference(ToLongFunction<List<String>> counted) {
        for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
            List<String> ngram = new ArrayList<>();
            for (long gram = entry.getKey(); gram > 0; gram >>>= BITS) {
                ngram.add(0, words.get((int) (gram & (1 << BITS) - 1)));
            }
            long actual = counted.applyAsLong(ngram);
            if (actual != entry.getValue()) {
                return Optional.of(String.join(" ", ngram) + " is counted " + actual + " times and occurs "
                        + entry.getValue() + " times");
            }
        }
        return Optional.empty();
    }
}
