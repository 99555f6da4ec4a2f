package dev.driftline.export;

import dev.driftline.arpa.ArpaWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * A backoff model in memory, ready to be written: p(w | h) is the probability of the longest n-gram of h and w that there is, times the
 * backoffs of all contexts that are longer. About 16 bytes an n-gram. One thread at a time.
 */
public final class BackoffNgrams {

    /** After so many n-grams progress is told. */
    private static final int STEP = 1 << 16;

    private final ExportedWords words;
    /** By order, from 1. */
    private final Ngrams[] levels;

    private final ExportTally tally;
    private final ExportProgress progress;

    private byte[] line = new byte[1 << 10];

    BackoffNgrams(ExportedWords words, Ngrams[] levels, ExportTally tally, ExportProgress progress) {
        this.words = words;
        this.levels = levels;
        this.tally = tally;
        this.progress = progress;
    }

    /** The highest order. */
    public int order() {
        return levels.length - 1;
    }

    /** What there is, and what was left out. */
    public ExportSummary summary() {
        long[] ngrams = new long[levels.length];
        for (int k = 1; k < levels.length; k++) {
            ngrams[k] = levels[k].kept();
        }
        return tally.summary(ngrams, words);
    }

    Ngrams level(int order) {
        return levels[order];
    }

    /**
     * The probability of the last of some words after the others.
     *
     * @param ngram numbers of words, the last one from index {@code to} − 1
     * @param from where the context begins; words before what the model holds are ignored
     */
    double probability(int[] ngram, int from, int to) {
        double backoffs = 1;
        int start = Math.max(from, to - order());
        for (; start < to - 1; start++) {
            int context = place(ngram, start, to - 1);
            if (context != Ngrams.NONE) {
                int found = levels[to - start].findKept(context, ngram[to - 1]);
                if (found != Ngrams.NONE) {
                    return backoffs * levels[to - start].probability[found];
                }
                backoffs *= levels[to - 1 - start].backoff[context];
            }
        }
        return backoffs * levels[1].probability[ngram[to - 1]];
    }

    /** Where an n-gram is among those of its order. */
    private int place(int[] ngram, int from, int to) {
        int place = ngram[from];
        for (int at = from + 1; at < to && place != Ngrams.NONE; at++) {
            place = levels[at - from + 1].findKept(place, ngram[at]);
        }
        return place;
    }

    /** The probability of a word in the context of {@code before} without its first word, in the model as it stands. */
    double shorter(int order, int before, int word) {
        if (order == 1) {
            return levels[1].probability[word];
        }
        int context = levels[order].shorter[before];
        return context == Ngrams.NONE ? slowly(order, before, word) : after(order - 1, context, word);
    }

    private double after(int order, int context, int word) {
        int found = levels[order + 1].findKept(context, word);
        if (found != Ngrams.NONE) {
            return levels[order + 1].probability[found];
        }
        double backoff = levels[order].pruned.get(context) ? 1 : levels[order].backoff[context];
        return backoff * shorter(order, context, word);
    }

    /** As {@link #shorter}, where an n-gram lacks its last words as an n-gram: some of them were forgotten. */
    private double slowly(int order, int before, int word) {
        int[] ngram = new int[order + 1];
        ngram[order] = word;
        int at = before;
        for (int k = order; k >= 1; k--) {
            ngram[k - 1] = levels[k].word[at];
            at = k == 1 ? 0 : parent(k, at);
        }
        return probability(ngram, 1, order + 1);
    }

    /** The n-gram of the order below that {@code at} goes on from. */
    private int parent(int order, int at) {
        int[] first = levels[order].first;
        int found = Arrays.binarySearch(first, at);
        found = found < 0 ? -found - 2 : found;
        // N-grams that nothing goes on from begin where the next one does.
        while (first[found + 1] <= at) {
            found++;
        }
        return found;
    }

    /**
     * Writes the model.
     *
     * @param out is left open
     * @return bytes, before any compression of {@code out}
     */
    public long write(OutputStream out) throws IOException {
        long[] ngrams = new long[order()];
        for (int k = 1; k <= ngrams.length; k++) {
            ngrams[k - 1] = levels[k].kept();
        }
        ArpaWriter writer = new ArpaWriter(out, ngrams);
        Section section = new Section(writer);
        for (int k = 1; k <= ngrams.length; k++) {
            writer.section();
            section.order = k;
            section.walk(1, 0, levels[1].size(), 0);
        }
        writer.end();
        tally.withoutProbability(section.zeros);
        return writer.bytes();
    }

    private void append(int word, int at) {
        byte[] spelling = words.spelling(word);
        if (line.length - at <= spelling.length) {
            line = Arrays.copyOf(line, 2 * (at + spelling.length));
        }
        System.arraycopy(spelling, 0, line, at, spelling.length);
        line[at + spelling.length] = ' ';
    }

    /** Writes the n-grams of one order. */
    private final class Section {

        private final ArpaWriter writer;
        private int order;
        private long written;
        private long zeros;

        Section(ArpaWriter writer) {
            this.writer = writer;
        }

        void walk(int depth, int from, int to, int length) throws IOException {
            Ngrams level = levels[depth];
            for (int at = from; at < to; at++) {
                if (level.pruned.get(at)) {
                    continue;
                }
                int word = level.word[at];
                int end = length + words.spelling(word).length;
                if (depth < order) {
                    int[] first = levels[depth + 1].first;
                    if (first[at] < first[at + 1]) {
                        append(word, length);
                        walk(depth + 1, first[at], first[at + 1], end + 1);
                    }
                } else {
                    append(word, length);
                    write(level, at, end);
                }
            }
        }

        private void write(Ngrams level, int at, int end) throws IOException {
            if (level.probability[at] == 0 && !(order == 1 && at == ExportedWords.BOS)) {
                zeros++;
            }
            double log10 = Math.log10(level.probability[at]);
            if (order < levels.length - 1) {
                writer.ngram(log10, line, end, Math.log10(level.backoff[at]));
            } else {
                writer.ngram(log10, line, end);
            }
            if (++written % STEP == 0) {
                progress.at("writing", written);
            }
        }
    }
}
