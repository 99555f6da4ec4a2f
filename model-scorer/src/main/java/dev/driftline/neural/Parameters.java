package dev.driftline.neural;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a network by PyTorch's names, in a fixed order: {@code encoder.weight} [V, E]; for recurrent cells
 * {@code rnn.weight_ih_l0} [gates·H, E], {@code rnn.weight_hh_l0} [gates·H, H], {@code rnn.bias_ih_l0},
 * {@code rnn.bias_hh_l0} [gates·H], and so on by layer; for a window {@code hidden.weight} [H, window·E] (the farthest
 * token first) and {@code hidden.bias} [H]; then the output: {@code decoder.weight} [V, H] (absent if tied) and
 * {@code decoder.bias} [V] of a full softmax, or of an adaptive one {@code decoder.head.weight} [first cutoff + bands, H]
 * and, a band, {@code decoder.tail.0.0.weight} [H / divisor^(i+1), H] and {@code decoder.tail.0.1.weight}
 * [band size, H / divisor^(i+1)], no biases, as in PyTorch's {@code AdaptiveLogSoftmaxWithLoss}. If tied, an
 * adaptive softmax keeps only {@code decoder.head.clusters} [bands, H] and {@code decoder.tail.i.0.weight} [H, H]: its
 * other rows are those of {@code encoder.weight}. An adaptive softmax whose cutoffs are all beyond the vocabulary has only a
 * head.
 */
public final class Parameters {

    /** The embedding. */
    public static final String EMBEDDING = "encoder.weight";

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if two tensors have the same name */
    public Parameters(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            if (this.tensors.put(tensor.name(), tensor) != null) {
                throw new IllegalArgumentException("two tensors are named " + tensor.name());
            }
        }
    }

    /**
     * The names and shapes of a network's tensors, in order.
     *
     * @param vocabulary size of the vocabulary
     */
    public static Map<String, int[]> shapes(Architecture architecture, int vocabulary) {
        int hidden = architecture.hidden();
        Bands bands = new Bands(architecture, vocabulary);
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put(EMBEDDING, new int[] {vocabulary, architecture.embedding()});
        if (architecture.cell() == Cell.WINDOW) {
            shapes.put("hidden.weight", new int[] {hidden, architecture.window() * architecture.embedding()});
            shapes.put("hidden.bias", new int[] {hidden});
        } else {
            int gates = architecture.cell().gates() * hidden;
            for (int layer = 0; layer < architecture.layers(); layer++) {
                int input = layer == 0 ? architecture.embedding() : hidden;
                shapes.put("rnn.weight_ih_l" + layer, new int[] {gates, input});
                shapes.put("rnn.weight_hh_l" + layer, new int[] {gates, hidden});
                shapes.put("rnn.bias_ih_l" + layer, new int[] {gates});
                shapes.put("rnn.bias_hh_l" + layer, new int[] {gates});
            }
        }
        if (!architecture.adaptive()) {
            if (!architecture.tied()) {
                shapes.put("decoder.weight", new int[] {vocabulary, hidden});
            }
            shapes.put("decoder.bias", new int[] {vocabulary});
            return shapes;
        }
        if (!architecture.tied()) {
            shapes.put("decoder.head.weight", new int[] {bands.head() + bands.count(), hidden});
        } else if (bands.count() > 0) {
            shapes.put("decoder.head.clusters", new int[] {bands.count(), hidden});
        }
        for (int band = 0; band < bands.count(); band++) {
            shapes.put("decoder.tail." + band + ".0.weight", new int[] {bands.projection(band), hidden});
            if (!architecture.tied()) {
                shapes.put("decoder.tail." + band + ".1.weight", new int[] {bands.size(band), bands.projection(band)});
            }
        }
        return shapes;
    }

    /** The tensors of a network, all zero. */
    public static Parameters zeros(Architecture architecture, int vocabulary) {
        List<Tensor> tensors = new ArrayList<>();
        shapes(architecture, vocabulary).forEach((name, shape) -> tensors.add(Tensor.zeros(name, shape)));
        return new Parameters(tensors);
    }

    /** All tensors in order. */
    public List<Tensor> tensors() {
        return List.copyOf(tensors.values());
    }

    /** Whether there is a tensor of that name. */
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** @throws IllegalArgumentException if there is no such tensor */
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + name + ", there are " + tensors.keySet());
        }
        return tensor;
    }

    /** How many numbers all tensors have together. */
    public long count() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.data().length)
                .sum();
    }

    /** Whether none of the numbers is NaN or infinite, as after training with steps that are too large. */
    public boolean isFinite() {
        return tensors.values().stream().allMatch(tensor -> {
            float sum = 0;
            for (float number : tensor.data()) {
                // 0 · x is 0 for each finite x, and NaN for the others.
                sum += 0 * number;
            }
            return sum == 0;
        });
    }

    /** The same numbers in arrays of their own. */
    public Parameters copy() {
        List<Tensor> copies = new ArrayList<>();
        tensors.values().forEach(tensor -> copies.add(tensor.copy()));
        return new Parameters(copies);
    }
}
