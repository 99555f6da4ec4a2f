package dev.driftline.neural;

import dev.driftline.neural.kernels.Kernels;
import dev.driftline.neural.kernels.Kernels.Packed;
import java.util.List;

/**
 * The matrices of a network in the order that products read them in. A network's are made once and shared by its readers;
 * a trainer packs its own again after every step.
 */
public final class PackedWeights {

    private final Kernels kernels;
    private final Architecture architecture;
    private final Packed[] inputs;
    private final Packed[] recurrent;
    private final float[][] biases;
    private final float[][] recurrentBiases;
    private final Packed[][] rows;
    private final Packed[] projections;

    /** Packs nothing yet. */
    public PackedWeights(Kernels kernels, Architecture architecture, int vocabulary) {
        this.kernels = kernels;
        this.architecture = architecture;
        inputs = new Packed[architecture.layers()];
        recurrent = new Packed[architecture.layers()];
        biases = new float[architecture.layers()][];
        recurrentBiases = new float[architecture.layers()][];
        int classifiers = 1 + new Bands(architecture, vocabulary).count();
        rows = new Packed[classifiers][];
        projections = new Packed[classifiers];
    }

    /** Packs all matrices, in the arrays of the last time where there was one. */
    public void pack(Parameters parameters, List<Classifier> output) {
        packHidden(parameters);
        for (int i = 0; i < output.size(); i++) {
            packOutput(i, output.get(i));
        }
    }

    private void packHidden(Parameters parameters) {
        int hidden = architecture.hidden();
        if (architecture.cell() == Cell.WINDOW) {
            Tensor weight = parameters.tensor("hidden.weight");
            inputs[0] = transposed(weight, 0, hidden, inputs[0]);
            biases[0] = parameters.tensor("hidden.bias").data();
            return;
        }
        int gates = architecture.cell().gates() * hidden;
        for (int layer = 0; layer < architecture.layers(); layer++) {
            inputs[layer] = transposed(parameters.tensor("rnn.weight_ih_l" + layer), 0, gates, inputs[layer]);
            recurrent[layer] = transposed(parameters.tensor("rnn.weight_hh_l" + layer), 0, gates, recurrent[layer]);
            float[] input = parameters.tensor("rnn.bias_ih_l" + layer).data();
            float[] hiddenBias = parameters.tensor("rnn.bias_hh_l" + layer).data();
            recurrentBiases[layer] = hiddenBias;
            if (biases[layer] == null) {
                biases[layer] = new float[gates];
            }
            // The new gate of a GRU scales the hidden part before it is added, so its biases stay apart.
            int joint = architecture.cell() == Cell.GRU ? 2 * hidden : gates;
            for (int i = 0; i < gates; i++) {
                biases[layer][i] = i < joint ? input[i] + hiddenBias[i] : input[i];
            }
        }
    }

    private void packOutput(int index, Classifier classifier) {
        List<Classifier.Rows> weights = classifier.weights();
        if (rows[index] == null) {
            rows[index] = new Packed[weights.size()];
        }
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
        return kernels.pack(true, columns, count, matrix.data(), from * columns, columns, reuse);
    }

    Packed input(int layer) {
        return inputs[layer];
    }

    Packed recurrent(int layer) {
        return recurrent[layer];
    }

    /** What is added to a layer's gates, whatever the input. */
    float[] bias(int layer) {
        return biases[layer];
    }

    /** What is added to the part of a layer's gates that comes from the state before; in {@link #bias} but for a GRU's new. */
    float[] recurrentBias(int layer) {
        return recurrentBiases[layer];
    }

    /** The rows of a classifier's entries, op(B) = rowsᵀ, a part each. */
    public Packed rows(int classifier, int part) {
        return rows[classifier][part];
    }

    /** A band's projection, op(B) = projectionᵀ. */
    public Packed projection(int classifier) {
        return projections[classifier];
    }
}
