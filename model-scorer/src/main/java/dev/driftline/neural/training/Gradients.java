package dev.driftline.neural.training;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.kernels.Kernels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of all weights of a network. Tracks which rows are not zero in matrices with a row for each word, so that
 * the other rows cost nothing.
 */
final class Gradients {

    private final Parameters values;
    private final List<Tensor> tensors;
    private final Map<String, boolean[]> touched = new HashMap<>();

    Gradients(Architecture architecture, int vocabulary) {
        values = Parameters.zeros(architecture, vocabulary);
        tensors = values.tensors();
        for (Tensor tensor : tensors) {
            if (tensor.shape().length == 2 && isRowPerWord(tensor.name())) {
                touched.put(tensor.name(), new boolean[tensor.shape()[0]]);
            }
        }
    }

    private static boolean isRowPerWord(String name) {
        return name.equals(Parameters.EMBEDDING) || name.startsWith("decoder.") && !name.endsWith(".0.weight");
    }

    /** The gradients, by the names and in the shapes of their weights. */
    Parameters values() {
        return values;
    }

    float[] of(String name) {
        return values.tensor(name).data();
    }

    /** Which rows of a tensor have a gradient; null if any row may have one. */
    boolean @Nullable [] touched(String name) {
        return touched.get(name);
    }

    /** Marks rows of a tensor as having a gradient. */
    void touch(String name, int from, int count) {
        boolean[] rows = touched.get(name);
        if (rows != null) {
            Arrays.fill(rows, from, from + count, true);
        }
    }

    /** Makes all gradients zero. */
    void clear() {
        for (int i = 0; i < tensors.size(); i++) {
            Tensor tensor = tensors.get(i);
            boolean[] rows = touched.get(tensor.name());
            if (rows == null) {
                Arrays.fill(tensor.data(), 0);
                continue;
            }
            int width = tensor.shape()[1];
            for (int row = 0; row < rows.length; row++) {
                if (rows[row]) {
                    Arrays.fill(tensor.data(), row * width, (row + 1) * width, 0);
                    rows[row] = false;
                }
            }
        }
    }

    /** The norm of all gradients together. */
    double norm(Kernels kernels) {
        double sum = 0;
        for (int i = 0; i < tensors.size(); i++) {
            Tensor tensor = tensors.get(i);
            boolean[] rows = touched.get(tensor.name());
            float[] data = tensor.data();
            if (rows == null) {
                // In pieces: a float sum of squares over millions loses digits.
                for (int at = 0; at < data.length; at += 1024) {
                    int length = Math.min(1024, data.length - at);
                    sum += kernels.dot(data, at, data, at, length);
                }
                continue;
            }
            int width = tensor.shape()[1];
            for (int row = 0; row < rows.length; row++) {
                if (rows[row]) {
                    sum += kernels.dot(data, row * width, data, row * width, width);
                }
            }
        }
        return Math.sqrt(sum);
    }
}
