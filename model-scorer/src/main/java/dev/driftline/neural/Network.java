package dev.driftline.neural;

import dev.driftline.neural.kernels.KernelSelection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One version of a network: its shape, its vocabulary and its numbers. Immutable, so any number of threads may read it,
 * each through a {@link NetworkReader} of its own.
 */
public final class Network {

    private final Architecture architecture;
    private final NeuralVocabulary vocabulary;
    private final Parameters parameters;
    private final Bands bands;
    private final List<Classifier> output;
    private PackedWeights packed;

    /**
     * @param parameters of the shapes that the other two ask for; the caller keeps no way to change them
     * @throws IllegalArgumentException naming the first tensor that is missing, too many or of another shape
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
                        + ", the architecture and the vocabulary ask for " + Arrays.toString(shape));
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
     * A network that has learned nothing: the same for the same seed. Embedding and output rows are uniform in ±0.1, the
     * biases of a full softmax 0, and everything else uniform in ±1/√(inputs) as PyTorch's layers begin, √(hidden) for
     * recurrent cells; the forget gates of an LSTM get no bias of their own.
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

    public Architecture architecture() {
        return architecture;
    }

    public NeuralVocabulary vocabulary() {
        return vocabulary;
    }

    /** The numbers; not to be written to. */
    public Parameters parameters() {
        return parameters;
    }

    /** The name of the model in scores and reports: {@code lstm}. */
    public String model() {
        return architecture.cell().label();
    }

    /** How the output layer cuts the vocabulary. */
    public Bands bands() {
        return bands;
    }

    /** The softmaxes of the output layer, the head first. */
    List<Classifier> output() {
        return output;
    }

    /** The matrices as products read them, packed at the first call. */
    synchronized PackedWeights packed() {
        if (packed == null) {
            PackedWeights fresh = new PackedWeights(KernelSelection.kernels(), architecture, parameters, output);
            fresh.pack();
            packed = fresh;
        }
        return packed;
    }

    /** A reader for one thread. */
    public NetworkReader reader() {
        return new NetworkReader(this);
    }
}
