package dev.driftline.neural.snapshot;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Bands;
import dev.driftline.neural.Network;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a network in the layout of PyTorch's modules: {@code encoder} an {@code Embedding}, {@code rnn} an
 * {@code RNN}, {@code GRU} or {@code LSTM}, {@code hidden} a {@code Linear}, {@code decoder} a {@code Linear} or an
 * {@code AdaptiveLogSoftmaxWithLoss} without a head bias: the layout of PyTorch's word_language_model example.
 *
 * <p>Names, shapes and gate order are those of {@link Parameters}; the only difference is tied weights.
 * Here {@code decoder.weight}, {@code decoder.head.weight} and {@code decoder.tail.i.1.weight} are written out, so that
 * {@code load_state_dict} finds every key. An adaptive softmax whose cutoffs are all beyond the vocabulary, which PyTorch
 * does not have, is a {@code Linear} with a bias of zero.
 */
public final class TorchLayout {

    static final String ENCODER = "encoder.weight";
    static final String DECODER = "decoder.weight";
    static final String BIAS = "decoder.bias";
    static final String HEAD = "decoder.head.weight";
    static final String CLUSTERS = "decoder.head.clusters";

    private TorchLayout() {}

    static String tail(int band, int part) {
        return "decoder.tail." + band + "." + part + ".weight";
    }

    /** The tensors of {@code network} for PyTorch. Arrays are shared where they are equal. */
    public static List<Tensor> expand(Network network) {
        Architecture architecture = network.architecture();
        Parameters parameters = network.parameters();
        List<Tensor> expanded = new ArrayList<>();
        for (Tensor tensor : parameters.tensors()) {
            if (!tensor.name().startsWith("decoder.")) {
                expanded.add(tensor);
            }
        }
        Tensor encoder = parameters.tensor(ENCODER);
        Bands bands = network.bands();
        boolean tied = architecture.tied();
        if (!architecture.adaptive() || bands.count() == 0) {
            Tensor weight = tied ? encoder : parameters.tensor(architecture.adaptive() ? HEAD : DECODER);
            expanded.add(new Tensor(DECODER, weight.shape(), weight.data()));
            expanded.add(
                    architecture.adaptive()
                            ? Tensor.zeros(BIAS, network.vocabulary().size())
                            : parameters.tensor(BIAS));
            return expanded;
        }
        expanded.add(
                tied
                        ? concatenate(HEAD, rows(HEAD, encoder, 0, bands.head()), parameters.tensor(CLUSTERS))
                        : parameters.tensor(HEAD));
        for (int band = 0; band < bands.count(); band++) {
            expanded.add(parameters.tensor(tail(band, 0)));
            expanded.add(
                    tied
                            ? rows(tail(band, 1), encoder, bands.from(band), bands.from(band) + bands.size(band))
                            : parameters.tensor(tail(band, 1)));
        }
        return expanded;
    }

    /**
     * The tensors of a network from those of PyTorch; tensors in the layout of {@link Parameters} are unchanged. Tensors that
     * the architecture does not use are kept, so that {@link Network} rejects them.
     *
     * @throws InvalidSnapshotException if tied weights are written out and differ from the embedding
     */
    static Parameters contract(Architecture architecture, int vocabularySize, List<Tensor> tensors) {
        Map<String, Tensor> left = new LinkedHashMap<>();
        tensors.forEach(tensor -> left.put(tensor.name(), tensor));
        Tensor encoder = left.get(ENCODER);
        if (encoder == null) {
            throw new InvalidSnapshotException("there is no " + ENCODER + " among " + left.keySet());
        }
        if (encoder.shape().length != 2 || encoder.shape()[0] != vocabularySize) {
            throw new InvalidSnapshotException(ENCODER + " is " + Arrays.toString(encoder.shape())
                    + ", the vocabulary has " + vocabularySize + " words");
        }
        Bands bands = new Bands(architecture, vocabularySize);
        List<Tensor> contracted = new ArrayList<>();
        left.values().removeIf(tensor -> {
            boolean body = !tensor.name().startsWith("decoder.");
            if (body) {
                contracted.add(tensor);
            }
            return body;
        });
        if (!architecture.adaptive()) {
            if (architecture.tied()) {
                drop(left, DECODER, encoder);
            }
        } else if (bands.count() == 0 && left.containsKey(DECODER)) {
            Tensor bias = left.remove(BIAS);
            if (bias != null && !allZero(bias)) {
                throw new InvalidSnapshotException(BIAS + " is not zero, but an adaptive softmax has no bias");
            }
            if (architecture.tied()) {
                drop(left, DECODER, encoder);
            } else {
                Tensor weight = left.remove(DECODER);
                contracted.add(new Tensor(HEAD, weight.shape(), weight.data()));
            }
        } else if (architecture.tied()) {
            Tensor head = left.remove(HEAD);
            if (head != null) {
                requireShape(head, bands.head() + bands.count(), encoder.shape()[1]);
                requireEqual(rows(HEAD, head, 0, bands.head()), rows(HEAD, encoder, 0, bands.head()));
                if (bands.count() > 0) {
                    contracted.add(rows(CLUSTERS, head, bands.head(), bands.head() + bands.count()));
                }
            }
            for (int band = 0; band < bands.count(); band++) {
                drop(
                        left,
                        tail(band, 1),
                        rows(ENCODER, encoder, bands.from(band), bands.from(band) + bands.size(band)));
            }
        }
        contracted.addAll(left.values());
        return new Parameters(inOrder(
                contracted, Parameters.shapes(architecture, vocabularySize).keySet()));
    }

    private static List<Tensor> inOrder(List<Tensor> tensors, Set<String> names) {
        Map<String, Tensor> left = new LinkedHashMap<>();
        tensors.forEach(tensor -> left.put(tensor.name(), tensor));
        List<Tensor> ordered = new ArrayList<>();
        for (String name : names) {
            Tensor tensor = left.remove(name);
            if (tensor != null) {
                ordered.add(tensor);
            }
        }
        ordered.addAll(left.values());
        return ordered;
    }

    private static void drop(Map<String, Tensor> tensors, String name, Tensor expected) {
        Tensor written = tensors.remove(name);
        if (written != null) {
            requireEqual(written, expected);
        }
    }

    private static void requireEqual(Tensor written, Tensor expected) {
        if (!sameNumbers(written, expected)) {
            throw new InvalidSnapshotException(written.name() + " differs from " + ENCODER
                    + ", but the manifest says that they are tied: import it with"
                    + " `driftline snapshots import`, which makes an untied network");
        }
    }

    static boolean sameNumbers(Tensor a, Tensor b) {
        return Arrays.equals(a.shape(), b.shape()) && Arrays.equals(a.data(), b.data());
    }

    static void requireShape(Tensor tensor, int... shape) {
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new InvalidSnapshotException(tensor.name() + " is " + Arrays.toString(tensor.shape()) + ", not "
                    + Arrays.toString(shape) + ", which the other tensors need");
        }
    }

    /** A copy of some rows of a matrix. */
    static Tensor rows(String name, Tensor matrix, int from, int to) {
        int columns = matrix.shape()[1];
        return new Tensor(
                name, new int[] {to - from, columns}, Arrays.copyOfRange(matrix.data(), from * columns, to * columns));
    }

    private static Tensor concatenate(String name, Tensor first, Tensor second) {
        float[] data = Arrays.copyOf(first.data(), first.data().length + second.data().length);
        System.arraycopy(second.data(), 0, data, first.data().length, second.data().length);
        return new Tensor(name, new int[] {first.shape()[0] + second.shape()[0], first.shape()[1]}, data);
    }

    private static boolean allZero(Tensor tensor) {
        for (float number : tensor.data()) {
            if (number != 0) {
                return false;
            }
        }
        return true;
    }
}
