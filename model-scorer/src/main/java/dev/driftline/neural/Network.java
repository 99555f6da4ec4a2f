package dev.driftline.neural;

import dev.driftline.neural.kernels.KernelSelection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One version of a network: its shape, its vocabulary and its weights. Immutable, so any number of threads may read it,
 * each through its own {@link NetworkReader}.
 */
public final class Network {

    private final Architecture architecture;
    private final NeuralVocabulary vocabulary;
    private final Parameters parameters;
    private final Bands bands;
    private final List<Classifier> output;
    private @Nullable PackedWeights packed;

    /**
     * @param parameters with the shapes that the architecture and the vocabulary need; the caller must not change them later
     * @throws IllegalArgumentException if a tensor is missing, unknown or has another shape; the message names it
     */
    public Network(Architecture architecture, NeuralVocabulary vocabulary, Parameters parameters) {
        this.architecture = architecture;
        this.vocabulary = vocabulary;
        this.parameters = parameters;
        check(Parameters.shapes(architecture, vocabulary.size()), parameters);
        bands = new Bands(architecture, vocabulary.size());
        output = List.copyOf(Classifier.of(architecture, bands, parameters));
    }

    private static void check(Map<String, int[]> shapes, Parameters parameters) {
        shapes.forEach((name, shape) -> {
            Tensor tensor = parameters.tensor(name);
            if (!Arrays.equals(shape, tensor.shape())) {
                throw new IllegalArgumentException("tensor " + name + " is " + Arrays.toString(tensor.shape())
                        + ", the architecture and the vocabulary need " + Arrays.toString(shape));
            }
        });
        for (Tensor tensor : parameters.tensors()) {
            if (!shapes.containsKey(tensor.name())) {
                throw new IllegalArgumentException(
                        "tensor " + tensor.name() + " is not part of the architecture, which has " + shapes.keySet());
            }
        }
    }

    /**
     * An untrained network, the same for the same seed. Embedding and output rows are uniform in ±0.1, the
     * biases of a full softmax 0, and everything else uniform in ±1/√(inputs) as PyTorch's layers begin, √(hidden) for
     * recurrent cells; the forget gates of an LSTM get no extra bias.
     */
    public static Network random(Architecture architecture, NeuralVocabulary vocabulary, long seed) {
        Parameters parameters = Parameters.zeros(architecture, vocabulary.size());
        SplittableRandom random = new SplittableRandom(seed);
        for (Tensor tensor : parameters.tensors()) {
            double bound = bound(tensor, architecture);
            float[] data = tensor.data();
            for (int i = 0; i < data.length && bound > 0; i++) {
                data[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
        }
        return new Network(architecture, vocabulary, parameters);
    }

    private static double bound(Tensor tensor, Architecture architecture) {
        return switch (tensor.name()) {
            case Parameters.EMBEDDING, "decoder.weight" -> 0.1;
            case "decoder.bias" -> 0;
            case "hidden.bias" -> 1 / Math.sqrt(architecture.window() * (double) architecture.embedding());
            default -> 1 / Math.sqrt(tensor.name().startsWith("rnn.") ? architecture.hidden() : tensor.shape()[1]);
        };
    }

    /** Its shape. */
    public Architecture architecture() {
        return architecture;
    }

    /** The words that it has rows for. */
    public NeuralVocabulary vocabulary() {
        return vocabulary;
    }

    /** The weights; must not be changed. */
    public Parameters parameters() {
        return parameters;
    }

    /** The name of the model in scores and reports: {@code lstm}. */
    public String model() {
        return architecture.cell().label();
    }

    /** How the output layer divides the vocabulary. */
    public Bands bands() {
        return bands;
    }

    /** The softmaxes of the output layer, the head first. */
    List<Classifier> output() {
        return output;
    }

    /** The matrices packed for products, at the first call. */
    synchronized PackedWeights packed() {
        PackedWeights result = packed;
        if (result == null) {
            result = new PackedWeights(KernelSelection.kernels(), architecture, parameters, output);
            result.pack();
            packed = result;
        }
        return result;
    }

    /** A reader for one thread. */
    public NetworkReader reader() {
        return new NetworkReader(this);
    }
}
