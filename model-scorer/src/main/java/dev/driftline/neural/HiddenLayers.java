package dev.driftline.neural;

import dev.driftline.neural.kernels.Kernels;
import dev.driftline.neural.kernels.Matrix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass below the output layer, over several streams of tokens at a time: embedding and cells. Keeps the results
 * of each step for the output layer and for back-propagation, and the state of each stream from chunk to chunk. Allocates
 * only when a chunk is larger than those before. Not thread-safe.
 *
 * <p>A chunk has some steps of all streams. The rows of step t are those of streams 0 to {@code counts[t]} − 1. Counts never
 * rise: a stream that has ended has no more rows. Arrays of states begin with a block of one row a stream, the state before
 * the chunk.
 */
public final class HiddenLayers {

    /** Drops inputs during training. */
    public interface Dropout {
        /**
         * Scales and zeroes numbers in place.
         *
         * @param level the layer whose inputs they are; the number of layers for the output layer
         */
        void apply(int level, float[] values, int offset, int length);
    }

    private static final float[] NONE = {};

    private final Architecture architecture;
    private final Kernels kernels;
    private final int layers;
    private final int hidden;
    private final int gateWidth;
    private final int window;
    private final int inputWidth;

    private int streams;
    private int rows;
    private int steps;
    private int[] starts = {0};
    private int[] contexts = {};
    private boolean dropped;

    private final Matrix left = new Matrix();
    private final Matrix product = new Matrix();
    private final float[][] inputs;
    private final float[][] gates;
    private final float[][] states;
    private final float[][] cells;
    private final float[][] squashed;
    private final ChunkWords words = new ChunkWords();
    private float[] wordInputs = NONE;
    private float[] wordGates = NONE;
    private float[] recurrentPart = NONE;
    private float[] top = NONE;

    public HiddenLayers(Architecture architecture, Kernels kernels) {
        this.architecture = architecture;
        this.kernels = kernels;
        layers = architecture.layers();
        hidden = architecture.hidden();
        gateWidth = architecture.cell().gates() * hidden;
        window = Math.max(1, architecture.window());
        inputWidth = window * architecture.embedding();
        inputs = none();
        gates = none();
        states = none();
        cells = none();
        squashed = none();
    }

    private float[][] none() {
        float[][] arrays = new float[layers][];
        Arrays.fill(arrays, NONE);
        return arrays;
    }

    /** Starts {@code streams} streams, each in the zero state before its first token. */
    public void begin(int streams) {
        this.streams = streams;
        for (int layer = 0; layer < layers; layer++) {
            states[layer] = atLeast(states[layer], streams * hidden);
            Arrays.fill(states[layer], 0, streams * hidden, 0);
            if (architecture.cell() == Cell.LSTM) {
                cells[layer] = atLeast(cells[layer], streams * hidden);
                Arrays.fill(cells[layer], 0, streams * hidden, 0);
            }
        }
        if (contexts.length < streams * window) {
            contexts = Arrays.copyOf(contexts, streams * window);
        }
        Arrays.fill(contexts, 0, streams * window, NeuralVocabulary.EOS);
    }

    /**
     * Reads a chunk.
     *
     * @param embedding a row a word, {@link Parameters#EMBEDDING}
     * @param tokens a token a row, step by step
     * @param counts how many streams each step has, not rising, none above {@code streams}
     * @param steps how many steps there are
     * @param dropout null for none
     */
    public void forward(
            Tensor embedding, PackedWeights packed, int[] tokens, int[] counts, int steps, @Nullable Dropout dropout) {
        arrange(counts, steps);
        embed(embedding.data(), tokens, counts);
        dropped = dropout != null;
        for (int layer = 0; layer < layers; layer++) {
            if (layer > 0 && dropped) {
                inputs[layer] = atLeast(inputs[layer], rows * hidden);
                System.arraycopy(states[layer - 1], streams * hidden, inputs[layer], 0, rows * hidden);
            }
            if (dropout != null) {
                dropout.apply(layer, inputs[layer], 0, rows * inputWidth(layer));
            }
            readInput(layer, packed);
            switch (architecture.cell()) {
                case WINDOW -> readWindow();
                case RNN -> readRnn(layer, packed, counts);
                case GRU -> readGru(layer, packed, counts);
                case LSTM -> readLstm(layer, packed, counts);
            }
        }
        if (dropout != null) {
            top = atLeast(top, rows * hidden);
            System.arraycopy(states[layers - 1], streams * hidden, top, 0, rows * hidden);
            dropout.apply(layers, top, 0, rows * hidden);
        }
    }

    private void arrange(int[] counts, int steps) {
        this.steps = steps;
        if (starts.length < steps + 1) {
            starts = new int[steps + 1];
        }
        rows = 0;
        for (int step = 0; step < steps; step++) {
            starts[step] = rows;
            rows += counts[step];
        }
        starts[steps] = rows;
        for (int layer = 0; layer < layers; layer++) {
            gates[layer] = atLeast(gates[layer], rows * gateWidth);
            states[layer] = atLeast(states[layer], (streams + rows) * hidden);
            if (architecture.cell() == Cell.LSTM) {
                cells[layer] = atLeast(cells[layer], (streams + rows) * hidden);
                squashed[layer] = atLeast(squashed[layer], rows * hidden);
            } else if (architecture.cell() == Cell.GRU) {
                squashed[layer] = atLeast(squashed[layer], rows * hidden);
            }
        }
    }

    private void embed(float[] embedding, int[] tokens, int[] counts) {
        int width = architecture.embedding();
        inputs[0] = atLeast(inputs[0], rows * inputWidth);
        if (contexts.length < (streams + rows) * window) {
            contexts = Arrays.copyOf(contexts, (streams + rows) * window);
        }
        float[] input = inputs[0];
        for (int step = 0; step < steps; step++) {
            for (int stream = 0; stream < counts[step]; stream++) {
                int row = starts[step] + stream;
                int context = (streams + row) * window;
                System.arraycopy(contexts, before(step, stream) * window + 1, contexts, context, window - 1);
                contexts[context + window - 1] = tokens[row];
                for (int i = 0; i < window; i++) {
                    System.arraycopy(
                            embedding, contexts[context + i] * width, input, row * inputWidth + i * width, width);
                }
            }
        }
    }

    /** The row of a stream before a step, counted from the block before the first step. */
    private int before(int step, int stream) {
        return step == 0 ? stream : streams + starts[step - 1] + stream;
    }

    private void readInput(int layer, PackedWeights packed) {
        if (layer == 0 && readsWords()) {
            readWords(packed);
            return;
        }
        float[] bias = packed.bias(layer);
        float[] gate = gates[layer];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(bias, 0, gate, row * gateWidth, gateWidth);
        }
        int width = inputWidth(layer);
        kernels.gemm(
                left.view(input(layer), inputOffset(layer), rows, width),
                packed.input(layer),
                0,
                1,
                product.view(gate, rows, gateWidth));
    }

    /** Whether the input of the first layer depends on the word alone, so that its product is the same wherever the word occurs. */
    public boolean readsWords() {
        return !dropped && architecture.cell() != Cell.WINDOW;
    }

    /** Multiplies each distinct word of the chunk once, and copies the result to each occurrence. */
    private void readWords(PackedWeights packed) {
        words.of(contexts, streams, rows);
        int width = architecture.embedding();
        wordInputs = atLeast(wordInputs, rows * width);
        wordGates = atLeast(wordGates, rows * gateWidth);
        float[] bias = packed.bias(0);
        for (int word = 0; word < words.count(); word++) {
            System.arraycopy(inputs[0], words.firstRow(word) * width, wordInputs, word * width, width);
            System.arraycopy(bias, 0, wordGates, word * gateWidth, gateWidth);
        }
        kernels.gemm(
                left.view(wordInputs, words.count(), width),
                packed.input(0),
                0,
                1,
                product.view(wordGates, words.count(), gateWidth));
        float[] gate = gates[0];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(wordGates, words.of(row) * gateWidth, gate, row * gateWidth, gateWidth);
        }
    }

    /** The distinct words of the chunk, if {@link #readsWords()}. */
    public ChunkWords words() {
        return words;
    }

    /** The inputs of the first layer for {@link #words()}: [words, embedding]. */
    public float[] wordInputs() {
        return wordInputs;
    }

    private void readWindow() {
        System.arraycopy(gates[0], 0, states[0], streams * hidden, rows * hidden);
        kernels.tanh(states[0], streams * hidden, rows * hidden);
    }

    private void readRnn(int layer, PackedWeights packed, int[] counts) {
        float[] state = states[layer];
        System.arraycopy(gates[layer], 0, state, streams * hidden, rows * hidden);
        for (int step = 0; step < steps; step++) {
            int to = (streams + starts[step]) * hidden;
            kernels.gemm(
                    left.view(state, before(step, 0) * hidden, counts[step], hidden),
                    packed.recurrent(layer),
                    0,
                    1,
                    product.view(state, to, counts[step], hidden));
            kernels.tanh(state, to, counts[step] * hidden);
        }
    }

    private void readGru(int layer, PackedWeights packed, int[] counts) {
        float[] state = states[layer];
        float[] gate = gates[layer];
        float[] candidate = squashed[layer];
        float[] bias = packed.recurrentBias(layer);
        recurrentPart = atLeast(recurrentPart, streams * gateWidth);
        for (int step = 0; step < steps; step++) {
            int count = counts[step];
            int from = before(step, 0) * hidden;
            int to = (streams + starts[step]) * hidden;
            kernels.gemm(
                    left.view(state, from, count, hidden),
                    packed.recurrent(layer),
                    0,
                    0,
                    product.view(recurrentPart, count, gateWidth));
            for (int stream = 0; stream < count; stream++) {
                int row = starts[step] + stream;
                int g = row * gateWidth;
                add(recurrentPart, stream * gateWidth, gate, g, 2 * hidden);
                kernels.sigmoid(gate, g, 2 * hidden);
                int recurrent = stream * gateWidth + 2 * hidden;
                for (int i = 0; i < hidden; i++) {
                    candidate[row * hidden + i] = recurrentPart[recurrent + i] + bias[2 * hidden + i];
                }
                for (int i = 0; i < hidden; i++) {
                    gate[g + 2 * hidden + i] += gate[g + i] * candidate[row * hidden + i];
                }
                kernels.tanh(gate, g + 2 * hidden, hidden);
                for (int i = 0; i < hidden; i++) {
                    float update = gate[g + hidden + i];
                    state[to + stream * hidden + i] =
                            (1 - update) * gate[g + 2 * hidden + i] + update * state[from + stream * hidden + i];
                }
            }
        }
    }

    private static void add(float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i++) {
            y[yOffset + i] += x[xOffset + i];
        }
    }

    private void readLstm(int layer, PackedWeights packed, int[] counts) {
        float[] state = states[layer];
        float[] cell = cells[layer];
        float[] gate = gates[layer];
        float[] tanh = squashed[layer];
        for (int step = 0; step < steps; step++) {
            int count = counts[step];
            int from = before(step, 0) * hidden;
            int to = (streams + starts[step]) * hidden;
            kernels.gemm(
                    left.view(state, from, count, hidden),
                    packed.recurrent(layer),
                    0,
                    1,
                    product.view(gate, starts[step] * gateWidth, count, gateWidth));
            for (int stream = 0; stream < count; stream++) {
                int row = starts[step] + stream;
                int g = row * gateWidth;
                kernels.lstm(
                        hidden,
                        gate,
                        g,
                        cell,
                        from + stream * hidden,
                        to + stream * hidden,
                        tanh,
                        row * hidden,
                        state,
                        to + stream * hidden);
            }
        }
    }

    /** Makes the states after the chunk the start of the next one, for the streams of the last step. */
    public void carry() {
        int count = starts[steps] - starts[steps - 1];
        int from = streams + starts[steps - 1];
        for (int layer = 0; layer < layers; layer++) {
            System.arraycopy(states[layer], from * hidden, states[layer], 0, count * hidden);
            if (architecture.cell() == Cell.LSTM) {
                System.arraycopy(cells[layer], from * hidden, cells[layer], 0, count * hidden);
            }
        }
        System.arraycopy(contexts, from * window, contexts, 0, count * window);
    }

    /** How many rows the chunk has. */
    public int rows() {
        return rows;
    }

    /** How many streams there are, the rows of the block before the first step. */
    public int streams() {
        return streams;
    }

    /** The first row of a step, the block before the first step not counted. */
    public int start(int step) {
        return starts[step];
    }

    /** The tokens that each row sees: [streams + rows, window or 1], the farthest first. */
    public int[] contexts() {
        return contexts;
    }

    /** How many tokens a row sees. */
    public int window() {
        return window;
    }

    /** The input of a layer, after dropout: [rows, {@link #inputWidth}] from {@link #inputOffset} on. */
    public float[] input(int layer) {
        return layer > 0 && !dropped ? states[layer - 1] : inputs[layer];
    }

    /** The offset of {@link #input}. */
    public int inputOffset(int layer) {
        return layer > 0 && !dropped ? streams * hidden : 0;
    }

    /** How many numbers a row of a layer's input has. */
    public int inputWidth(int layer) {
        return layer == 0 ? inputWidth : hidden;
    }

    /** [rows, gates·hidden]: the gates of an LSTM or a GRU; of the others part of the input of the tanh. */
    public float[] gates(int layer) {
        return gates[layer];
    }

    /** [streams + rows, hidden]: the states of a layer. */
    public float[] states(int layer) {
        return states[layer];
    }

    /** [streams + rows, hidden]: the cells of an LSTM. */
    public float[] cells(int layer) {
        return cells[layer];
    }

    /** [rows, hidden]: of an LSTM tanh of the cells; of a GRU the hidden part of the new gate, before it is reset. */
    public float[] squashed(int layer) {
        return squashed[layer];
    }

    /** The input of the output layer, after dropout: [rows, hidden] from {@link #topOffset} on. */
    public float[] top() {
        return dropped ? top : states[layers - 1];
    }

    /** The offset of {@link #top}. */
    public int topOffset() {
        return dropped ? 0 : streams * hidden;
    }

    /** Sets the state of a stream before the chunk, in the layout of {@link NetworkState}. */
    void restore(int stream, float[] values) {
        if (architecture.cell() == Cell.WINDOW) {
            for (int i = 0; i < window; i++) {
                contexts[stream * window + i] = (int) values[i];
            }
            return;
        }
        int from = 0;
        for (int layer = 0; layer < layers; layer++) {
            System.arraycopy(values, from, states[layer], stream * hidden, hidden);
            from += hidden;
            if (architecture.cell() == Cell.LSTM) {
                System.arraycopy(values, from, cells[layer], stream * hidden, hidden);
                from += hidden;
            }
        }
    }

    /** The state after a row, in the layout of {@link NetworkState}. */
    float[] save(int row) {
        int at = streams + row;
        if (architecture.cell() == Cell.WINDOW) {
            float[] values = new float[window];
            for (int i = 0; i < window; i++) {
                values[i] = contexts[at * window + i];
            }
            return values;
        }
        int arrays = architecture.cell() == Cell.LSTM ? 2 : 1;
        float[] values = new float[layers * arrays * hidden];
        int to = 0;
        for (int layer = 0; layer < layers; layer++) {
            System.arraycopy(states[layer], at * hidden, values, to, hidden);
            to += hidden;
            if (arrays == 2) {
                System.arraycopy(cells[layer], at * hidden, values, to, hidden);
                to += hidden;
            }
        }
        return values;
    }

    /** An array of at least that length with the same numbers, since the block before the first step must be kept. */
    private static float[] atLeast(float[] array, int length) {
        return array.length >= length ? array : Arrays.copyOf(array, Math.max(length, array.length + array.length / 2));
    }
}
