package dev.driftline.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;

/**
 * What can be said of a stream only when it is over: perplexity at its end, and the documents that stood out. Reads the
 * scores file again instead of keeping every score in memory.
 */
final class ScoresReview {

    /** An empty model is surprised by nothing, as nearly every word is the unknown one: its first scores mislead. */
    private static final double WARM = 0.1;

    private static final int LEAST_TOKENS = 20;

    private final Path scores;
    private final long totalTokens;
    private final int lastFifth;

    /**
     * A review of a scores file.
     *
     * @param scores the file
     * @param totalTokens its tokens
     * @param lastFifth index of the first document of the last 20 % of the words
     */
    ScoresReview(Path scores, long totalTokens, int lastFifth) {
        this.scores = scores;
        this.totalTokens = totalTokens;
        this.lastFifth = lastFifth;
    }

    /**
     * A document that stood out.
     *
     * @param id its id
     * @param source its source
     * @param bitsPerToken its bits a token under the mixture, unknown words spelled out
     * @param excess how many more that is than its source's mean
     */
    record Surprise(String id, String source, double bitsPerToken, double excess) {}

    private record Row(
            int number, String id, String source, long tokens, double letters, double[] bits, long tokensBefore) {}

    private interface Visitor {
        void visit(Row row);
    }

    /**
     * Perplexities of a model.
     *
     * @param spelled unknown words spelled out
     * @param ofClass with {@code <unk>} as a class
     */
    record Perplexities(double spelled, double ofClass) {

        static final Perplexities NONE = new Perplexities(Double.NaN, Double.NaN);
    }

    /** Perplexities over the documents of the last 20 % of the words, by model. */
    Map<String, Perplexities> ofLastFifth() throws IOException {
        Map<String, Perplexities> perplexities = new LinkedHashMap<>();
        double[][] sums = new double[1][];
        double[] letters = new double[1];
        long[] tokens = new long[1];
        String[] models = read(row -> {
            if (row.number() >= lastFifth) {
                if (sums[0] == null) {
                    sums[0] = new double[row.bits().length];
                }
                Arrays.setAll(sums[0], i -> sums[0][i] + row.bits()[i]);
                letters[0] += row.letters();
                tokens[0] += row.tokens();
            }
        });
        if (sums[0] != null) {
            for (int i = 0; i < models.length; i++) {
                // Not of a network that did not take part in all of them.
                if (!Double.isNaN(sums[0][i])) {
                    perplexities.put(
                            models[i],
                            new Perplexities(
                                    Math.pow(2, (sums[0][i] + letters[0]) / tokens[0]),
                                    Math.pow(2, sums[0][i] / tokens[0])));
                }
            }
        }
        return perplexities;
    }

    /** The documents with the most bits a token beyond the mean of their source, after the first tenth of the tokens. */
    List<Surprise> mostSurprising(int most) throws IOException {
        Map<String, double[]> sources = new HashMap<>();
        read(row -> {
            if (row.tokensBefore() >= WARM * totalTokens) {
                double[] sums = sources.computeIfAbsent(row.source(), source -> new double[2]);
                sums[0] += mixture(row);
                sums[1] += row.tokens();
            }
        });
        Comparator<Surprise> byExcess = Comparator.comparingDouble(Surprise::excess);
        PriorityQueue<Surprise> best = new PriorityQueue<>(byExcess);
        read(row -> {
            if (row.tokensBefore() >= WARM * totalTokens && row.tokens() >= LEAST_TOKENS) {
                double[] sums = Objects.requireNonNull(sources.get(row.source()), row.source());
                double bits = mixture(row) / row.tokens();
                best.add(new Surprise(row.id(), row.source(), bits, bits - sums[0] / sums[1]));
                if (best.size() > most) {
                    best.remove();
                }
            }
        });
        return best.stream().sorted(byExcess.reversed()).toList();
    }

    /** Bits under the mixture, after which the network comes, unknown words spelled out. */
    private static double mixture(Row row) {
        return row.bits()[row.bits().length - 2] + row.letters();
    }

    private String[] read(Visitor visitor) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(scores, StandardCharsets.UTF_8)) {
            String head = lines.readLine();
            if (head == null) {
                return new String[0];
            }
            int first = ResultFiles.COLUMNS.size();
            String[] columns = head.split("\t");
            long before = 0;
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t", -1);
                long tokens = Long.parseLong(fields[2]);
                double[] bits = new double[fields.length - first - 1];
                Arrays.setAll(
                        bits, i -> fields[first + i].isEmpty() ? Double.NaN : Double.parseDouble(fields[first + i]));
                double letters = Double.parseDouble(fields[fields.length - 1]);
                visitor.visit(new Row(number++, fields[0], fields[1], tokens, letters, bits, before));
                before += tokens;
            }
            return Arrays.copyOfRange(columns, first, columns.length - 1);
        }
    }
}
