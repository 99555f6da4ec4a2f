package dev.driftline.neural;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a network by PyTorch's names, in a fixed order: {@code encoder.weight} [V, E]; for recurrent cells
 * {@code rnn.weight_ih_l0} [gates·H, E], {@code rnn.weight_hh_l0} [gates·H, H], {@code rnn.bias_ih_l0},
 * {@code rnn.bias_hh_l0} [gates·H], and so on by layer; for a window {@code hidden.weight} [H, window·E] (the farthest
 * token first) and {@code hidden.bias} [H]; then the output: {@code decoder.weight} [V, H] (absent where tied) and
 * {@code decoder.bias} [V] of a full softmax, or of an adaptive one {@code decoder.head.weight} [first cutoff + bands, H]
 * and, a band, {@code decoder.tail.0.0.weight} [H / divisor^(i+1), H] and {@code decoder.tail.0.1.weight}
 * [band size, H / divisor^(i+1)], no biases, as PyTorch's {@code AdaptiveLogSoftmaxWithLoss} has them. Where tied, an
 * adaptive softmax keeps only {@code decoder.head.clusters} [bands, H] and {@code decoder.tail.i.0.weight} [H, H]: its
 * other rows are those of {@code encoder.weight}.
 */
public final class Parameters {

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if two have one name */
    public Parameters(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            if (this.tensors.put(tensor.name(), tensor) != null) {
                throw new IllegalArgumentException("there are two tensors " + tensor.name());
            }
        }
    }

    /** All tensors in order. */
    public List<Tensor> tensors() {
        return List.copyOf(tensors.values());
    }

    /** Whether there is a tensor of that name. */
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** @throws IllegalArgumentException if there is none of that name */
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + name + ", there are " + tensors.keySet());
        }
        return tensor;
    }

    /** How many numbers there are in all. */
    public long count() {
        return tensors.values().stream()
                .mapToLong(tensor -> tensor.data().length)
                .sum();
    }

    /** The same numbers in arrays of their own. */
    public Parameters copy() {
        List<Tensor> copies = new ArrayList<>();
        tensors.values().forEach(tensor -> copies.add(tensor.copy()));
        return new Parameters(copies);
    }
}
