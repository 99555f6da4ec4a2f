package dev.driftline.scoring;

import dev.driftline.background.Background;
import dev.driftline.codec.SplitMix64;
import dev.driftline.corpus.WordList;
import dev.driftline.ngram.NgramCounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which words the model has events for. */
public sealed interface Vocabulary {

    /**
     * Every type seen in an earlier document, {@code </s>} and {@code <unk>}; a word not seen before is scored as
     * {@code <unk>} and known from the next document on.
     *
     * @param countUnknown whether learning a new type counts one {@code <unk>}, so that {@code <unk>} has the probability
     *     of meeting a new word; else it has only its share of the uniform distribution, as in KenLM
     */
    record Growing(boolean countUnknown) implements Vocabulary {}

    /** The words of a list, {@code </s>} and {@code <unk>}; any other word is {@code <unk>}, an ordinary word. Immutable. */
    final class Fixed implements Vocabulary {

        private final Set<String> words;
        private final long hash;
        /** What was asked for last. */
        private volatile @Nullable Shared shared;

        private record Shared(Background background, long words) {}

        /** A vocabulary of {@code words}. */
        public Fixed(Set<String> words) {
            this.words = Set.copyOf(words);
            long sum = 0;
            for (String word : words) {
                byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
                sum += SplitMix64.mix(NgramCounts.hash(utf8, 0, utf8.length));
            }
            hash = sum;
        }

        /** The words, in no order. */
        public Set<String> words() {
            return words;
        }

        /** How many of the words {@code background} has. */
        long sharedWith(Background background) {
            Shared known = shared;
            if (known == null || known.background != background) {
                known = new Shared(
                        background, words.stream().filter(background::has).count());
                shared = known;
            }
            return known.words;
        }

        /** The same for the same words, on every machine. */
        public long hash() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Fixed fixed && words.equals(fixed.words);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(hash);
        }

        @Override
        public String toString() {
            return "Fixed[" + words.size() + " words]";
        }
    }

    /** The default: growing, {@code <unk>} counted. */
    static Vocabulary growing() {
        return new Growing(true);
    }

    /**
     * Reads a fixed vocabulary, one word a line; blank lines and reserved tokens are passed over.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it has no words
     */
    static Vocabulary fixed(Path file) throws IOException {
        Set<String> words = WordList.read(file).stream()
                .filter(word -> !DocumentTokens.isReserved(word))
                .collect(Collectors.toSet());
        if (words.isEmpty()) {
            throw new IllegalArgumentException("vocabulary " + file + " has no words: expected one word a line");
        }
        return new Fixed(words);
    }

    /** A fixed vocabulary of these words. */
    static Vocabulary fixed(List<String> words) {
        return new Fixed(Set.copyOf(words));
    }
}
