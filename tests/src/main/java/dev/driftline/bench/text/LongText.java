package dev.driftline.bench.text;

import dev.driftline.codec.SplitMix64;
import dev.driftline.corpus.CorpusDocument;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A text of any length, out of one that is too short: its documents again and again, each time with other words in the place of
 * the words.
 *
 * <p>The first time, the text is as it is. Each later repetition replaces every word by another one, by a bijection of the
 * vocabulary onto itself that a seed and the number of the repetition choose. So new n-grams never cease to come, as in a
 * long text and not as in a repeated one.
 *
 * <p>The bijection mixes words of nearly equal frequency only: ranks 1, 2–3, 4–7, 8–15 and so on, each among
 * themselves. So the most frequent word remains the most frequent one, the text keeps to Zipf's law however long it gets, and the
 * contexts that many words follow become longer and longer. A bijection that mixes all words would take away exactly those, which
 * are the expensive ones. Sentences, documents and sources stay as they are; the ids of documents get the number of the
 * repetition.
 *
 * <p>It keeps the short text and one bijection in memory, whatever the length. Immutable and thread-safe; an iterator
 * belongs to one thread.
 */
public final class LongText implements Iterable<CorpusDocument> {

    private final List<CorpusDocument> documents;
    private final WordRanks ranks;
    private final int[][][] sentences;
    private final long seed;

    /**
     * @param documents of the short text, at least one
     * @param seed of the bijections
     */
    public LongText(List<CorpusDocument> documents, long seed) {
        if (documents.isEmpty()) {
            throw new IllegalArgumentException("no documents to repeat");
        }
        this.documents = List.copyOf(documents);
        this.seed = seed;
        ranks = new WordRanks(documents);
        sentences = documents.stream()
                .map(document -> document.sentences().stream()
                        .map(sentence -> sentence.stream().mapToInt(ranks::rank).toArray())
                        .toArray(int[][]::new))
                .toArray(int[][][]::new);
    }

    /** Documents without an end. */
    @Override
    public Iterator<CorpusDocument> iterator() {
        return limited(Long.MAX_VALUE);
    }

    /** Documents until they have this many tokens, a {@code </s>} for each sentence included, or a few more. */
    public Iterable<CorpusDocument> tokens(long atLeast) {
        return () -> limited(atLeast);
    }

    /** The number of tokens of a document, a {@code </s>} for each sentence included. */
    public static int tokens(CorpusDocument document) {
        int tokens = 0;
        for (List<String> sentence : document.sentences()) {
            tokens += sentence.size() + 1;
        }
        return tokens;
    }

    private Iterator<CorpusDocument> limited(long tokens) {
        return new Iterator<>() {
            private long given;
            private int repetition;
            private int next;
            private int[] others = bijection(0);

            @Override
            public boolean hasNext() {
                return given < tokens;
            }

            @Override
            public CorpusDocument next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                if (next == documents.size()) {
                    next = 0;
                    others = bijection(++repetition);
                }
                CorpusDocument document = document(next++, repetition, others);
                given += tokens(document);
                return document;
            }
        };
    }

    private CorpusDocument document(int at, int repetition, int[] others) {
        CorpusDocument document = documents.get(at);
        if (repetition == 0) {
            return document;
        }
        List<List<String>> replaced = new ArrayList<>(sentences[at].length);
        for (int[] sentence : sentences[at]) {
            String[] words = new String[sentence.length];
            for (int i = 0; i < sentence.length; i++) {
                words[i] = ranks.word(others[sentence[i]]);
            }
            replaced.add(Arrays.asList(words));
        }
        return new CorpusDocument(
                document.id() + "#" + repetition, document.source(), replaced, document.learn(), document.attributes());
    }

    /** For each rank the rank of the word that stands in its place, by a shuffle (Fisher and Yates) of each class of ranks. */
    private int[] bijection(int repetition) {
        int[] others = new int[ranks.size()];
        Arrays.setAll(others, rank -> rank);
        if (repetition == 0) {
            return others;
        }
        long start = SplitMix64.mix(seed * SplitMix64.GOLDEN + repetition);
        for (int from = 0; from < others.length; from = 2 * from + 1) {
            int to = Math.min(others.length, 2 * from + 1);
            for (int i = to - 1; i > from; i--) {
                long random = SplitMix64.mix(start + i * SplitMix64.GOLDEN);
                int j = from + (int) Long.remainderUnsigned(random, i - from + 1);
                int kept = others[i];
                others[i] = others[j];
                others[j] = kept;
            }
        }
        return others;
    }
}
