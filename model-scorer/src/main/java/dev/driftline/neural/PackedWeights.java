package dev.driftline.neural;

import dev.driftline.neural.kernels.Kernels;
import dev.driftline.neural.kernels.Kernels.Packed;
import dev.driftline.neural.kernels.Matrix;
import java.util.List;

/**
 * The matrices of a network, packed for products. Those of a network are packed once and shared by its readers; a trainer
 * packs its own again after every step.
 */
public final class PackedWeights {

    private final Kernels kernels;
    private final Architecture architecture;
    private final List<Classifier> output;
    private final Tensor[] inputWeights;
    private final Tensor[] recurrentWeights;
    private final float[][] inputBiases;
    private final float[][] recurrentBiases;

    private final Matrix right = new Matrix();
    private final Packed[] inputs;
    private final Packed[] recurrent;
    private final float[][] biases;
    private final Packed[][] rows;
    private final Packed[] projections;

    /**
     * Packs nothing yet.
     *
     * @param parameters read by {@link #pack}
     * @param output the classifiers of the same parameters
     */
    public PackedWeights(Kernels kernels, Architecture architecture, Parameters parameters, List<Classifier> output) {
        this.kernels = kernels;
        this.architecture = architecture;
        this.output = List.copyOf(output);
        int layers = architecture.layers();
        boolean window = architecture.cell() == Cell.WINDOW;
        inputWeights = new Tensor[layers];
        recurrentWeights = new Tensor[layers];
        inputBiases = new float[layers][];
        recurrentBiases = new float[layers][];
        biases = new float[layers][];
        for (int layer = 0; layer < layers; layer++) {
            inputWeights[layer] = parameters.tensor(window ? "hidden.weight" : "rnn.weight_ih_l" + layer);
            inputBiases[layer] = parameters
                    .tensor(window ? "hidden.bias" : "rnn.bias_ih_l" + layer)
                    .data();
            biases[layer] = new float[inputBiases[layer].length];
            if (!window) {
                recurrentWeights[layer] = parameters.tensor("rnn.weight_hh_l" + layer);
                recurrentBiases[layer] =
                        parameters.tensor("rnn.bias_hh_l" + layer).data();
            }
        }
        inputs = new Packed[layers];
        recurrent = new Packed[layers];
        rows = new Packed[output.size()][];
        projections = new Packed[output.size()];
        for (int i = 0; i < output.size(); i++) {
            rows[i] = new Packed[output.get(i).weights().size()];
        }
    }

    /** Packs all matrices, into the arrays of the previous call if there was one. */
    public void pack() {
        for (int layer = 0; layer < inputWeights.length; layer++) {
            inputs[layer] =
                    transposed(inputWeights[layer], 0, inputWeights[layer].shape()[0], inputs[layer]);
            float[] bias = biases[layer];
            System.arraycopy(inputBiases[layer], 0, bias, 0, bias.length);
            if (recurrentWeights[layer] != null) {
                recurrent[layer] = transposed(recurrentWeights[layer], 0, bias.length, recurrent[layer]);
                // The new gate of a GRU scales the hidden part before it is added, so its biases are kept apart.
                int joint = architecture.cell() == Cell.GRU ? 2 * architecture.hidden() : bias.length;
                kernels.axpy(1, recurrentBiases[layer], 0, bias, 0, joint);
            }
        }
        for (int i = 0; i < output.size(); i++) {
            packOutput(i, output.get(i));
        }
    }

    private void packOutput(int index, Classifier classifier) {
        List<Classifier.Rows> weights = classifier.weights();
        for (int i = 0; i < weights.size(); i++) {
            Classifier.Rows part = weights.get(i);
            rows[index][i] = transposed(part.tensor(), part.from(), part.count(), rows[index][i]);
        }
        if (classifier.projection() != null) {
            projections[index] = transposed(classifier.projection(), 0, classifier.width(), projections[index]);
        }
    }

    private Packed transposed(Tensor matrix, int from, int count, Packed reuse) {
        int columns = matrix.shape()[1];
        return kernels.pack(
                right.view(matrix.data(), from * columns, count, columns).transpose(), reuse);
    }

    Packed input(int layer) {
        return inputs[layer];
    }

    Packed recurrent(int layer) {
        return recurrent[layer];
    }

    /** The bias of a layer's gates. */
    float[] bias(int layer) {
        return biases[layer];
    }

    /** The bias of the recurrent part of a layer's gates. It is part of {@link #bias}, except for the new gate of a GRU. */
    float[] recurrentBias(int layer) {
        return recurrentBiases[layer];
    }

    /** One part of the rows of a classifier's entries, transposed. */
    public Packed rows(int classifier, int part) {
        return rows[classifier][part];
    }

    /** A band's projection, transposed. */
    public Packed projection(int classifier) {
        return projections[classifier];
    }
}
