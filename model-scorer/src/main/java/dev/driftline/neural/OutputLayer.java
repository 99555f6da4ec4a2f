package dev.driftline.neural;

import dev.driftline.neural.kernels.Kernels;
import dev.driftline.neural.kernels.Kernels.Packed;
import dev.driftline.neural.kernels.Matrix;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Probabilities of next tokens from states. Goes over the vocabulary in panels and keeps a running log-sum-exp of each row,
 * so that the logits of many positions are never in memory together. Not thread-safe.
 */
final class OutputLayer {

    /** Marks a position without a token to predict. */
    static final int NO_TARGET = -1;

    /** Entries whose logits are computed at once, for {@link #ROWS} rows: they stay in the second-level cache. */
    private static final int PANEL = 1024;

    /** Rows whose logits are computed at once, a multiple of the rows of a tile of products. */
    private static final int ROWS = 120;

    private final Kernels kernels;
    private final Bands bands;
    private final List<Classifier> classifiers;
    private final PackedWeights packed;
    private final int hidden;

    private final Matrix left = new Matrix();
    private final Matrix product = new Matrix();
    private float[] logits = {};
    private float[] gathered = {};
    private float[] projected = {};
    private float[] maxima = {};
    private double[] sums = {};
    private float[] chosen = {};
    private int[] entries = {};
    private int[] rowsOfBand = {};
    private float[] tops = {};

    OutputLayer(Kernels kernels, Bands bands, List<Classifier> classifiers, PackedWeights packed, int hidden) {
        this.kernels = kernels;
        this.bands = bands;
        this.classifiers = classifiers;
        this.packed = packed;
        this.hidden = hidden;
    }

    /**
     * @param states [rows, hidden] from {@code offset} on
     * @param targets [rows]; {@link #NO_TARGET} where there is none
     * @param logProbabilities [rows], receives ln p of the targets
     * @param topProbabilities [rows], receives the probability of the most probable word, of the head if there are bands
     */
    void score(
            float[] states, int offset, int rows, int[] targets, float[] logProbabilities, float[] topProbabilities) {
        room(rows);
        for (int row = 0; row < rows; row++) {
            int target = targets[row];
            int band = target == NO_TARGET ? -1 : bands.of(target);
            entries[row] = band < 0 ? target : bands.head() + band;
        }
        logSoftmax(0, states, offset, rows, logProbabilities, tops);
        for (int row = 0; row < rows; row++) {
            topProbabilities[row] = tops[row];
        }
        for (int band = 0; band < bands.count(); band++) {
            int count = 0;
            for (int row = 0; row < rows; row++) {
                if (targets[row] != NO_TARGET && bands.of(targets[row]) == band) {
                    System.arraycopy(states, offset + row * hidden, gathered, count * hidden, hidden);
                    entries[count] = targets[row] - bands.from(band);
                    rowsOfBand[count++] = row;
                }
            }
            if (count == 0) {
                continue;
            }
            Classifier tail = classifiers.get(1 + band);
            project(tail, 1 + band, gathered, 0, count);
            logSoftmax(1 + band, projected, 0, count, tops, null);
            for (int i = 0; i < count; i++) {
                logProbabilities[rowsOfBand[i]] += tops[i];
            }
        }
    }

    private void room(int rows) {
        if (sums.length < rows) {
            logits = atLeast(logits, Math.min(rows, ROWS) * PANEL);
            maxima = new float[rows];
            sums = new double[rows];
            chosen = new float[rows];
            entries = new int[rows];
            tops = new float[rows];
            if (bands.count() > 0) {
                rowsOfBand = new int[rows];
                gathered = new float[rows * hidden];
                projected = new float[rows * hidden];
            }
        }
    }

    private static float[] atLeast(float[] array, int length) {
        return array.length >= length ? array : new float[length];
    }

    private void project(Classifier tail, int index, float[] from, int offset, int count) {
        kernels.gemm(
                left.view(from, offset, count, hidden),
                packed.projection(index),
                0,
                0,
                product.view(projected, count, tail.width()));
    }

    /** ln p of the {@link #entries} of a classifier, and the probability of its most probable word if {@code top} is given. */
    private void logSoftmax(
            int index, float[] states, int offset, int rows, float[] logProbabilities, float @Nullable [] top) {
        int width = classifiers.get(index).width();
        for (int from = 0; from < rows; from += ROWS) {
            int count = Math.min(ROWS, rows - from);
            logSoftmaxOfBlock(index, states, offset + from * width, from, count, logProbabilities, top);
        }
    }

    /** The same for {@code rows} rows from {@code firstRow} on, whose states begin at {@code offset}. */
    private void logSoftmaxOfBlock(
            int index,
            float[] states,
            int offset,
            int firstRow,
            int rows,
            float[] logProbabilities,
            float @Nullable [] top) {
        Classifier classifier = classifiers.get(index);
        Arrays.fill(maxima, firstRow, firstRow + rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(sums, firstRow, firstRow + rows, 0);
        int entry = 0;
        for (int part = 0; part < classifier.weights().size(); part++) {
            Packed weights = packed.rows(index, part);
            int count = classifier.weights().get(part).count();
            for (int from = 0; from < count; ) {
                int to = Math.min(count, from + PANEL);
                // No panel straddles the end of the words: the entries after it are bands.
                if (entry < classifier.words()) {
                    to = Math.min(to, from + classifier.words() - entry);
                }
                int columns = to - from;
                kernels.gemm(
                        left.view(states, offset, rows, classifier.width()),
                        weights,
                        from,
                        0,
                        product.view(logits, rows, columns));
                for (int row = 0; row < rows; row++) {
                    addToSums(classifier, entry, columns, row * columns, firstRow + row);
                }
                entry += columns;
                from = to;
                if (top != null && entry == classifier.words()) {
                    System.arraycopy(maxima, firstRow, top, firstRow, rows);
                }
            }
        }
        for (int row = firstRow; row < firstRow + rows; row++) {
            double logSum = maxima[row] + Math.log(sums[row]);
            logProbabilities[row] = (float) (chosen[row] - logSum);
            if (top != null) {
                top[row] = (float) Math.exp(top[row] - logSum);
            }
        }
    }

    /** Adds to the log-sum-exp of a row the entries {@code first} to {@code first + columns}. */
    private void addToSums(Classifier classifier, int first, int columns, int at, int row) {
        if (classifier.bias() != null) {
            kernels.axpy(1, classifier.bias().data(), first, logits, at, columns);
        }
        int entry = entries[row] - first;
        if (entry >= 0 && entry < columns) {
            chosen[row] = logits[at + entry];
        }
        float largest = kernels.max(logits, at, columns);
        if (largest > maxima[row]) {
            sums[row] *= Math.exp(maxima[row] - (double) largest);
            maxima[row] = largest;
        }
        sums[row] += kernels.exp(logits, at, columns, maxima[row]);
    }

    /** The probability of every word after one state at {@code offset}; {@code probabilities} is [vocabulary size]. */
    void distribution(float[] states, int offset, float[] probabilities) {
        room(1);
        Classifier head = classifiers.get(0);
        logits = atLeast(logits, head.size());
        softmax(0, states, offset, logits, 0);
        System.arraycopy(logits, 0, probabilities, 0, head.words());
        for (int band = 0; band < bands.count(); band++) {
            Classifier tail = classifiers.get(1 + band);
            project(tail, 1 + band, states, offset, 1);
            softmax(1 + band, projected, 0, probabilities, tail.first());
            float share = logits[bands.head() + band];
            for (int i = 0; i < tail.words(); i++) {
                probabilities[tail.first() + i] *= share;
            }
        }
    }

    private void softmax(int index, float[] states, int offset, float[] result, int at) {
        Classifier classifier = classifiers.get(index);
        int entry = at;
        for (int part = 0; part < classifier.weights().size(); part++) {
            int count = classifier.weights().get(part).count();
            kernels.gemm(
                    left.view(states, offset, 1, classifier.width()),
                    packed.rows(index, part),
                    0,
                    0,
                    product.view(result, entry, 1, count, classifier.size()));
            entry += count;
        }
        if (classifier.bias() != null) {
            kernels.axpy(1, classifier.bias().data(), 0, result, at, classifier.size());
        }
        float sum = kernels.exp(result, at, classifier.size(), kernels.max(result, at, classifier.size()));
        float share = 1 / sum;
        for (int i = 0; i < classifier.size(); i++) {
            result[at + i] *= share;
        }
    }
}
