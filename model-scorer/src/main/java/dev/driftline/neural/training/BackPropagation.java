package dev.driftline.neural.training;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Bands;
import dev.driftline.neural.Cell;
import dev.driftline.neural.ChunkWords;
import dev.driftline.neural.Classifier;
import dev.driftline.neural.HiddenLayers;
import dev.driftline.neural.PackedWeights;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.Tensor;
import dev.driftline.neural.kernels.Kernels;
import dev.driftline.neural.kernels.Kernels.Packed;
import dev.driftline.neural.kernels.Matrix;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of a chunk's mean −ln p with respect to every number of a network: forwards, then backwards through the
 * steps of the chunk. Allocates only when a chunk is larger than those before. Not thread-safe.
 */
final class BackPropagation {

    private static final float[] NONE = {};

    /** Rows whose logits and probabilities are computed at once, while they are in the cache. */
    private static final int ROWS = 120;

    private final Architecture architecture;
    private final Kernels kernels;
    private final Tensor embedding;
    private final Gradients gradients;
    private final float[][] inputWeights;
    private final float[][] recurrentWeights;
    private final float[][] inputGradients;
    private final float[][] recurrentGradients;
    private final float[][] inputBiasGradients;
    private final float[][] recurrentBiasGradients;
    private final Bands bands;
    private final List<Classifier> output;
    private final List<Classifier> outputGradients;
    private final PackedWeights packed;
    private final Packed[] recurrent;
    private final HiddenLayers layers;
    private final int hidden;
    private final int gateWidth;

    private final Matrix left = new Matrix();
    private final Matrix right = new Matrix();
    private final Matrix product = new Matrix();
    private final float[][] stateGradients;
    private float[] cellGradient = NONE;
    private float[] recurrentGradient = NONE;
    private float[] inputGradient = NONE;
    private float[] wordGradients = NONE;
    private float[] logits = NONE;
    private float[] gathered = NONE;
    private float[] gatheredGradient = NONE;
    private float[] projected = NONE;
    private float[] projectedGradient = NONE;
    private double[] losses = {};
    private float @Nullable [] tops;
    private int[] entries = {};
    private int[] rowsOfBand = {};

    /** @param parameters read again at every chunk */
    BackPropagation(Architecture architecture, int vocabulary, Parameters parameters, Kernels kernels) {
        this.architecture = architecture;
        this.kernels = kernels;
        embedding = parameters.tensor(Parameters.EMBEDDING);
        bands = new Bands(architecture, vocabulary);
        gradients = new Gradients(architecture, vocabulary);
        output = Classifier.of(architecture, bands, parameters);
        outputGradients = Classifier.of(architecture, bands, gradients.values());
        packed = new PackedWeights(kernels, architecture, parameters, output);
        layers = new HiddenLayers(architecture, kernels);
        hidden = architecture.hidden();
        gateWidth = architecture.cell().gates() * hidden;
        recurrent = new Packed[architecture.layers()];
        stateGradients = new float[architecture.layers()][];
        Arrays.fill(stateGradients, NONE);
        inputWeights = layered(parameters, "rnn.weight_ih_l", "hidden.weight");
        recurrentWeights = layered(parameters, "rnn.weight_hh_l", null);
        inputGradients = layered(gradients.values(), "rnn.weight_ih_l", "hidden.weight");
        recurrentGradients = layered(gradients.values(), "rnn.weight_hh_l", null);
        inputBiasGradients = layered(gradients.values(), "rnn.bias_ih_l", "hidden.bias");
        recurrentBiasGradients = layered(gradients.values(), "rnn.bias_hh_l", null);
    }

    /** The numbers of each layer's tensor of a kind: looked up once, not at every chunk. */
    private float[][] layered(Parameters of, String recurrentName, @Nullable String windowName) {
        float[][] found = new float[architecture.layers()][];
        for (int layer = 0; layer < found.length; layer++) {
            String name = architecture.cell() == Cell.WINDOW ? windowName : recurrentName + layer;
            found[layer] = name == null ? NONE : of.tensor(name).data();
        }
        return found;
    }

    /** The gradients of the last chunk. */
    Gradients gradients() {
        return gradients;
    }

    /** Starts {@code streams} streams in the zero state. */
    void begin(int streams) {
        layers.begin(streams);
    }

    /**
     * Reads a chunk and computes its gradients. The state is kept for the next chunk.
     *
     * @param tokens a token a row, step by step
     * @param targets the token after each
     * @param counts how many streams each step has; equal but for the last step, which may have fewer
     * @param dropout null for none
     * @param surprisals [rows], receives −ln p of each target; null if not asked for
     * @param tops [rows], receives the probability of the most probable word, of the head if there are bands; null if not
     *     asked for
     * @return Σ −ln p of the targets, in nats
     */
    double chunk(
            int[] tokens,
            int[] targets,
            int[] counts,
            int steps,
            @Nullable Dropout dropout,
            double @Nullable [] surprisals,
            float @Nullable [] tops) {
        this.tops = tops;
        packed.pack();
        gradients.clear();
        layers.forward(embedding, packed, tokens, counts, steps, dropout);
        int rows = layers.rows();
        double nats = backOutput(targets, rows, surprisals);
        for (int layer = architecture.layers() - 1; layer >= 0; layer--) {
            float[] gradient = stateGradients[layer];
            if (layer == architecture.layers() - 1 && dropout != null) {
                dropout.back(architecture.layers(), gradient, rows * hidden);
            }
            switch (architecture.cell()) {
                case WINDOW, RNN -> backRnn(layer, counts, steps);
                case GRU -> backGru(layer, counts, steps);
                case LSTM -> backLstm(layer, counts, steps);
            }
            backInput(layer, rows, dropout);
        }
        layers.carry();
        return nats;
    }

    private double backOutput(int[] targets, int rows, double @Nullable [] surprisals) {
        int top = architecture.layers() - 1;
        stateGradients[top] = atLeast(stateGradients[top], rows * hidden);
        losses = losses.length >= rows ? losses : new double[rows];
        entries = entries.length >= rows ? entries : new int[rows];
        float[] gradient = stateGradients[top];
        for (int row = 0; row < rows; row++) {
            int band = bands.of(targets[row]);
            entries[row] = band < 0 ? targets[row] : bands.head() + band;
            losses[row] = 0;
        }
        float scale = 1f / rows;
        softmax(0, layers.top(), layers.topOffset(), rows, scale, null);
        backSoftmax(0, layers.top(), layers.topOffset(), rows, gradient);
        for (int band = 0; band < bands.count(); band++) {
            backBand(band, targets, rows, scale, gradient);
        }
        double nats = 0;
        for (int row = 0; row < rows; row++) {
            nats += losses[row];
        }
        if (surprisals != null) {
            System.arraycopy(losses, 0, surprisals, 0, rows);
        }
        return nats;
    }

    private void backBand(int band, int[] targets, int rows, float scale, float[] gradient) {
        rowsOfBand = rowsOfBand.length >= rows ? rowsOfBand : new int[rows];
        gathered = atLeast(gathered, rows * hidden);
        int count = 0;
        for (int row = 0; row < rows; row++) {
            if (bands.of(targets[row]) == band) {
                System.arraycopy(layers.top(), layers.topOffset() + row * hidden, gathered, count * hidden, hidden);
                entries[count] = targets[row] - bands.from(band);
                rowsOfBand[count++] = row;
            }
        }
        if (count == 0) {
            return;
        }
        Classifier tail = output.get(1 + band);
        int width = tail.width();
        projected = atLeast(projected, count * width);
        projectedGradient = atLeast(projectedGradient, count * width);
        gatheredGradient = atLeast(gatheredGradient, count * hidden);
        kernels.gemm(
                left.view(gathered, count, hidden),
                packed.projection(1 + band),
                0,
                0,
                product.view(projected, count, width));
        softmax(1 + band, projected, 0, count, scale, rowsOfBand);
        backSoftmax(1 + band, projected, 0, count, projectedGradient);
        float[] projectionGradient =
                outputGradients.get(1 + band).bandProjection().data();
        kernels.gemm(
                left.view(projectedGradient, count, width).transpose(),
                right.view(gathered, count, hidden),
                1,
                product.view(projectionGradient, width, hidden));
        kernels.gemm(
                left.view(projectedGradient, count, width),
                right.view(tail.bandProjection().data(), width, hidden),
                0,
                product.view(gatheredGradient, count, hidden));
        for (int i = 0; i < count; i++) {
            kernels.axpy(1, gatheredGradient, i * hidden, gradient, rowsOfBand[i] * hidden, hidden);
        }
    }

    /** Makes {@link #logits} scale · (softmax − the target's indicator), and adds −ln p to the losses. */
    private void softmax(int index, float[] states, int offset, int rows, float scale, int @Nullable [] lossRows) {
        Classifier classifier = output.get(index);
        int size = classifier.size();
        logits = atLeast(logits, Math.multiplyExact(rows, size));
        for (int from = 0; from < rows; from += ROWS) {
            int to = Math.min(rows, from + ROWS);
            int column = 0;
            for (int part = 0; part < classifier.weights().size(); part++) {
                int count = classifier.weights().get(part).count();
                kernels.gemm(
                        left.view(states, offset + from * classifier.width(), to - from, classifier.width()),
                        packed.rows(index, part),
                        0,
                        0,
                        product.view(logits, from * size + column, to - from, count, size));
                column += count;
            }
            for (int row = from; row < to; row++) {
                softmaxOfRow(index, classifier, row, scale, lossRows);
            }
        }
    }

    private void softmaxOfRow(int index, Classifier classifier, int row, float scale, int @Nullable [] lossRows) {
        int size = classifier.size();
        int at = row * size;
        if (classifier.bias() != null) {
            kernels.axpy(1, classifier.bias().data(), 0, logits, at, size);
        }
        float largest = kernels.max(logits, at, size);
        float chosen = logits[at + entries[row]];
        float likeliest = index == 0 && tops != null ? kernels.max(logits, at, classifier.words()) : 0;
        float sum = kernels.exp(logits, at, size, largest);
        losses[lossRows == null ? row : lossRows[row]] += largest - chosen + Math.log(sum);
        if (index == 0 && tops != null) {
            tops[row] = (float) Math.exp(likeliest - largest) / sum;
        }
        kernels.scale(scale / sum, logits, at, size);
        logits[at + entries[row]] -= scale;
    }

    /** From the gradient of the logits to those of a classifier's rows, biases and states; that of the states is overwritten. */
    private void backSoftmax(int index, float[] states, int offset, int rows, float[] stateGradient) {
        Classifier classifier = output.get(index);
        Classifier into = outputGradients.get(index);
        int size = classifier.size();
        int width = classifier.width();
        int column = 0;
        for (int part = 0; part < classifier.weights().size(); part++) {
            Classifier.Rows weights = classifier.weights().get(part);
            Classifier.Rows weightGradients = into.weights().get(part);
            gradients.touch(weights.tensor().name(), weights.from(), weights.count());
            kernels.gemm(
                    left.view(logits, column, rows, weights.count(), size).transpose(),
                    right.view(states, offset, rows, width),
                    1,
                    product.view(weightGradients.tensor().data(), weights.from() * width, weights.count(), width));
            kernels.gemm(
                    left.view(logits, column, rows, weights.count(), size),
                    right.view(weights.tensor().data(), weights.from() * width, weights.count(), width),
                    part == 0 ? 0 : 1,
                    product.view(stateGradient, rows, width));
            column += weights.count();
        }
        if (into.bias() != null) {
            addColumns(logits, rows, size, into.bias().data());
        }
    }

    private void addColumns(float[] matrix, int rows, int columns, float[] sums) {
        for (int row = 0; row < rows; row++) {
            kernels.axpy(1, matrix, row * columns, sums, 0, columns);
        }
    }

    /** The gates' gradients take the place of the gates. A window is a recurrent network without recurrence. */
    private void backRnn(int layer, int[] counts, int steps) {
        float[] states = layers.states(layer);
        float[] gates = layers.gates(layer);
        float[] gradient = stateGradients[layer];
        boolean window = architecture.cell() == Cell.WINDOW;
        if (!window) {
            packRecurrent(layer);
        }
        for (int step = steps - 1; step >= 0; step--) {
            int first = layers.start(step);
            for (int i = first * hidden; i < (first + counts[step]) * hidden; i++) {
                float state = states[layers.streams() * hidden + i];
                gates[i] = gradient[i] * (1 - state * state);
            }
            if (!window && step > 0) {
                backThroughTime(layer, step, counts[step], gates);
            }
        }
        if (!window) {
            recurrentGradients(layer, gates);
        }
    }

    private void packRecurrent(int layer) {
        recurrent[layer] = kernels.pack(right.view(recurrentWeights[layer], gateWidth, hidden), recurrent[layer]);
    }

    /** Adds the gradients of the states before a step, from those of its gates. */
    private void backThroughTime(int layer, int step, int count, float[] gates) {
        kernels.gemm(
                left.view(gates, layers.start(step) * gateWidth, count, gateWidth),
                recurrent[layer],
                0,
                1,
                product.view(stateGradients[layer], layers.start(step - 1) * hidden, count, hidden));
    }

    /** Σ over the steps of gates' gradient · state before: steps have equal counts, so the rows before are in one block. */
    private void recurrentGradients(int layer, float[] gates) {
        kernels.gemm(
                left.view(gates, layers.rows(), gateWidth).transpose(),
                right.view(layers.states(layer), layers.rows(), hidden),
                1,
                product.view(recurrentGradients[layer], gateWidth, hidden));
    }

    private void backGru(int layer, int[] counts, int steps) {
        float[] states = layers.states(layer);
        float[] gates = layers.gates(layer);
        float[] candidate = layers.squashed(layer);
        float[] gradient = stateGradients[layer];
        recurrentGradient = atLeast(recurrentGradient, layers.rows() * gateWidth);
        packRecurrent(layer);
        for (int step = steps - 1; step >= 0; step--) {
            int before = step == 0 ? 0 : layers.streams() + layers.start(step - 1);
            for (int stream = 0; stream < counts[step]; stream++) {
                int row = layers.start(step) + stream;
                int g = row * gateWidth;
                for (int i = 0; i < hidden; i++) {
                    float reset = gates[g + i];
                    float update = gates[g + hidden + i];
                    float fresh = gates[g + 2 * hidden + i];
                    float dState = gradient[row * hidden + i];
                    float dFresh = dState * (1 - update) * (1 - fresh * fresh);
                    float dUpdate = dState * (states[(before + stream) * hidden + i] - fresh) * update * (1 - update);
                    float dReset = dFresh * candidate[row * hidden + i] * reset * (1 - reset);
                    gates[g + i] = dReset;
                    gates[g + hidden + i] = dUpdate;
                    gates[g + 2 * hidden + i] = dFresh;
                    recurrentGradient[g + i] = dReset;
                    recurrentGradient[g + hidden + i] = dUpdate;
                    recurrentGradient[g + 2 * hidden + i] = dFresh * reset;
                    if (step > 0) {
                        gradient[(layers.start(step - 1) + stream) * hidden + i] += dState * update;
                    }
                }
            }
            if (step > 0) {
                backThroughTime(layer, step, counts[step], recurrentGradient);
            }
        }
        recurrentGradients(layer, recurrentGradient);
        addColumns(recurrentGradient, layers.rows(), gateWidth, recurrentBiasGradients[layer]);
    }

    private void backLstm(int layer, int[] counts, int steps) {
        float[] cells = layers.cells(layer);
        float[] gates = layers.gates(layer);
        float[] tanh = layers.squashed(layer);
        float[] gradient = stateGradients[layer];
        cellGradient = atLeast(cellGradient, layers.streams() * hidden);
        Arrays.fill(cellGradient, 0, layers.streams() * hidden, 0);
        packRecurrent(layer);
        for (int step = steps - 1; step >= 0; step--) {
            int before = step == 0 ? 0 : layers.streams() + layers.start(step - 1);
            for (int stream = 0; stream < counts[step]; stream++) {
                int row = layers.start(step) + stream;
                kernels.lstmBackward(
                        hidden,
                        gates,
                        row * gateWidth,
                        cells,
                        (before + stream) * hidden,
                        tanh,
                        row * hidden,
                        gradient,
                        row * hidden,
                        cellGradient,
                        stream * hidden);
            }
            if (step > 0) {
                backThroughTime(layer, step, counts[step], gates);
            }
        }
        recurrentGradients(layer, gates);
    }

    /** From the gates' gradients to those of their weights and biases, and of the layer below. */
    private void backInput(int layer, int rows, @Nullable Dropout dropout) {
        int width = layers.inputWidth(layer);
        float[] gates = layers.gates(layer);
        if (layer > 0 || !layers.readsWords()) {
            inputWeightGradients(layer, rows, gates, layers.input(layer), layers.inputOffset(layer));
        }
        addColumns(gates, rows, gateWidth, inputBiasGradients[layer]);
        if (architecture.cell() == Cell.LSTM || architecture.cell() == Cell.RNN) {
            // Both biases are only ever added.
            System.arraycopy(inputBiasGradients[layer], 0, recurrentBiasGradients[layer], 0, gateWidth);
        }
        if (layer == 0 && layers.readsWords()) {
            backWords(rows);
            return;
        }
        float[] into;
        if (layer > 0) {
            stateGradients[layer - 1] = atLeast(stateGradients[layer - 1], rows * hidden);
            into = stateGradients[layer - 1];
        } else {
            inputGradient = atLeast(inputGradient, rows * width);
            into = inputGradient;
        }
        kernels.gemm(
                left.view(gates, rows, gateWidth),
                right.view(inputWeights[layer], gateWidth, width),
                0,
                product.view(into, rows, width));
        if (dropout != null) {
            dropout.back(layer, into, rows * width);
        }
        if (layer == 0) {
            backEmbedding(rows);
        }
    }

    private void inputWeightGradients(int layer, int rows, float[] gates, float[] input, int inputOffset) {
        int width = layers.inputWidth(layer);
        kernels.gemm(
                left.view(gates, rows, gateWidth).transpose(),
                right.view(input, inputOffset, rows, width),
                1,
                product.view(inputGradients[layer], gateWidth, width));
    }

    /** A word's gates are the same function of it wherever it stands, so their gradients are summed before the products. */
    private void backWords(int rows) {
        ChunkWords words = layers.words();
        int width = architecture.embedding();
        float[] gates = layers.gates(0);
        wordGradients = atLeast(wordGradients, rows * gateWidth);
        Arrays.fill(wordGradients, 0, words.count() * gateWidth, 0);
        for (int row = 0; row < rows; row++) {
            kernels.axpy(1, gates, row * gateWidth, wordGradients, words.of(row) * gateWidth, gateWidth);
        }
        inputWeightGradients(0, words.count(), wordGradients, layers.wordInputs(), 0);
        inputGradient = atLeast(inputGradient, rows * width);
        kernels.gemm(
                left.view(wordGradients, words.count(), gateWidth),
                right.view(inputWeights[0], gateWidth, width),
                0,
                product.view(inputGradient, words.count(), width));
        float[] embeddingGradient = gradients.of(Parameters.EMBEDDING);
        for (int word = 0; word < words.count(); word++) {
            gradients.touch(Parameters.EMBEDDING, words.token(word), 1);
            kernels.axpy(1, inputGradient, word * width, embeddingGradient, words.token(word) * width, width);
        }
    }

    private void backEmbedding(int rows) {
        int width = architecture.embedding();
        float[] embeddingGradient = gradients.of(Parameters.EMBEDDING);
        int[] contexts = layers.contexts();
        int first = layers.streams() * layers.window();
        for (int i = 0; i < rows * layers.window(); i++) {
            int word = contexts[first + i];
            gradients.touch(Parameters.EMBEDDING, word, 1);
            kernels.axpy(1, inputGradient, i * width, embeddingGradient, word * width, width);
        }
    }

    private static float[] atLeast(float[] array, int length) {
        return array.length >= length ? array : new float[length];
    }
}
