package dev.driftline.neural;

import dev.driftline.neural.kernels.KernelSelection;
import dev.driftline.neural.kernels.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads documents with a network: what one thread needs beside the shared {@link Network}. Allocates nothing in its loops.
 * Not thread-safe.
 *
 * <p>A document begins from the zero state with {@link NeuralVocabulary#EOS} as its first input, and the state goes on
 * from sentence to sentence.
 */
public final class NetworkReader {

    /** Documents that are stepped through together at most: past that the products grow no faster. */
    private static final int STREAMS = 64;

    /** Positions that go through the output layer together, about. */
    private static final int CHUNK_ROWS = 512;

    private static final BitSet NONE = new BitSet();

    private final Network network;
    private final Architecture architecture;
    private final PackedWeights packed;
    private final HiddenLayers layers;
    private final OutputLayer output;
    private final Tensor embedding;
    private final int hidden;

    private final int[] tokens = new int[CHUNK_ROWS + STREAMS];
    private final int[] targets = new int[CHUNK_ROWS + STREAMS];
    private final float[] logProbabilities = new float[CHUNK_ROWS + STREAMS];
    private final float[] topProbabilities = new float[CHUNK_ROWS + STREAMS];
    private final int[] counts = new int[CHUNK_ROWS + STREAMS];
    private final float[] state;
    private float[] distribution = {};
    private BitSet foreign = NONE;

    NetworkReader(Network network) {
        this.network = network;
        architecture = network.architecture();
        Kernels kernels = KernelSelection.kernels();
        packed = network.packed();
        layers = new HiddenLayers(architecture, kernels);
        output = new OutputLayer(kernels, network.bands(), network.output(), packed, architecture.hidden());
        embedding = network.parameters().tensor(Parameters.EMBEDDING);
        hidden = architecture.hidden();
        state = new float[hidden];
    }

    /** The network that is read with. */
    public Network network() {
        return network;
    }

    /**
     * Scores documents together: one step of all of them at a time.
     *
     * @param documents token indexes, as {@link NeuralVocabulary#encode} makes them
     * @return what the network says of each, in the same order
     */
    public List<NetworkScore> score(List<int[]> documents) {
        return score(documents, false, null);
    }

    /**
     * Scores documents together.
     *
     * @param documents token indexes, as {@link NeuralVocabulary#encode} makes them
     * @param open whether {@link NetworkScore#open} is asked for
     * @param pooling how {@link NetworkScore#encoding} is made; null for none
     * @return what the network says of each, in the same order
     */
    public List<NetworkScore> score(List<int[]> documents, boolean open, Pooling pooling) {
        return score(documents, open, pooling, NONE);
    }

    /**
     * Scores documents together, some rows being part of {@code <unk>}: their words are scored as it is, with the sum of what
     * the network gives it and all of them. As an input each is still its own word. Every such token costs a pass of its own
     * over the output layer.
     *
     * @param foreign these rows
     * @return what the network says of each, in the same order
     */
    public List<NetworkScore> score(List<int[]> documents, boolean open, Pooling pooling, BitSet foreign) {
        this.foreign = foreign;
        NetworkScore[] scores = new NetworkScore[documents.size()];
        int[] order = IntStream.range(0, documents.size())
                .boxed()
                .sorted((one, other) -> documents.get(other).length - documents.get(one).length)
                .mapToInt(Integer::intValue)
                .toArray();
        for (int from = 0; from < order.length; from += STREAMS) {
            int[] group = Arrays.copyOfRange(order, from, Math.min(order.length, from + STREAMS));
            read(documents, group, scores, open, pooling);
        }
        return Arrays.asList(scores);
    }

    /** A vector [hidden size] for a document: what the top layer's states after each token come to. */
    public float[] encode(int[] document, Pooling pooling) {
        return score(List.of(document), false, pooling).get(0).encoding();
    }

    private void read(List<int[]> documents, int[] group, NetworkScore[] scores, boolean open, Pooling pooling) {
        int[][] texts = new int[group.length][];
        for (int stream = 0; stream < group.length; stream++) {
            int[] text = documents.get(group[stream]);
            check(text);
            texts[stream] = text;
            scores[group[stream]] = new NetworkScore(
                    new float[text.length],
                    new float[text.length],
                    open ? new float[network.vocabulary().size()] : null,
                    pooling == null ? null : new float[hidden]);
        }
        layers.begin(group.length);
        // The state after the last token is needed for an encoding, and the one before the first for an empty document.
        int extra = pooling == null ? 0 : 1;
        int longest = texts.length == 0 ? 0 : texts[0].length + extra;
        if (open) {
            longest = Math.max(1, longest);
        }
        for (int position = 0; position < longest; ) {
            int steps = chunk(texts, position, extra, open);
            layers.forward(embedding, packed, tokens, counts, steps, null);
            output.score(layers.top(), layers.topOffset(), layers.rows(), targets, logProbabilities, topProbabilities);
            if (!foreign.isEmpty()) {
                addForeign();
            }
            for (int step = 0; step < steps; step++) {
                for (int stream = 0; stream < counts[step]; stream++) {
                    collect(
                            texts[stream],
                            position + step,
                            layers.start(step) + stream,
                            scores[group[stream]],
                            pooling);
                }
            }
            layers.carry();
            position += steps;
        }
    }

    /** Adds the foreign rows to {@code <unk>} where that is the target. */
    private void addForeign() {
        if (distribution.length == 0) {
            distribution = new float[network.vocabulary().size()];
        }
        for (int row = 0; row < layers.rows(); row++) {
            if (targets[row] == NeuralVocabulary.UNKNOWN) {
                output.distribution(layers.top(), layers.topOffset() + row * hidden, distribution);
                fold(foreign, distribution);
                logProbabilities[row] = (float) Math.log(distribution[NeuralVocabulary.UNKNOWN]);
            }
        }
    }

    /** Makes {@code rows} part of {@code <unk>} in a distribution over all rows. */
    public static void fold(BitSet rows, float[] probabilities) {
        double sum = probabilities[NeuralVocabulary.UNKNOWN];
        for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            sum += probabilities[row];
            probabilities[row] = 0;
        }
        probabilities[NeuralVocabulary.UNKNOWN] = (float) sum;
    }

    private void check(int[] text) {
        for (int token : text) {
            if (token < 0 || token >= network.vocabulary().size()) {
                throw new IllegalArgumentException("token " + token + " is not in the network's vocabulary of "
                        + network.vocabulary().size() + " words: encode the document with that vocabulary");
            }
        }
    }

    /** Lays out the inputs and targets of the next steps; returns how many. */
    private int chunk(int[][] texts, int position, int extra, boolean open) {
        int rows = 0;
        int steps = 0;
        int active = texts.length;
        while (rows < CHUNK_ROWS) {
            int at = position + steps;
            while (active > 0 && at >= Math.max(texts[active - 1].length + extra, open ? 1 : 0)) {
                active--;
            }
            if (active == 0) {
                break;
            }
            counts[steps++] = active;
            for (int stream = 0; stream < active; stream++) {
                int[] text = texts[stream];
                tokens[rows] = at == 0 ? NeuralVocabulary.EOS : text[at - 1];
                targets[rows] = at < text.length ? target(text[at]) : OutputLayer.NO_TARGET;
                rows++;
            }
        }
        return steps;
    }

    private int target(int token) {
        return foreign.get(token) ? NeuralVocabulary.UNKNOWN : token;
    }

    private void collect(int[] text, int position, int row, NetworkScore score, Pooling pooling) {
        if (position < text.length) {
            score.logProbabilities()[position] = logProbabilities[row];
            score.topProbabilities()[position] = topProbabilities[row];
        }
        if (score.open() != null && position == Math.max(0, text.length - 1)) {
            output.distribution(layers.top(), layers.topOffset() + row * hidden, score.open());
            fold(foreign, score.open());
        }
        if (pooling != null && (position > 0 || text.length == 0)) {
            pool(layers.top(), layers.topOffset() + row * hidden, position, text.length, score.encoding(), pooling);
        }
    }

    private void pool(float[] states, int offset, int position, int length, float[] encoding, Pooling pooling) {
        boolean first = position <= 1;
        switch (pooling) {
            case LAST -> {
                if (position == length) {
                    System.arraycopy(states, offset, encoding, 0, hidden);
                }
            }
            case MEAN -> {
                float share = 1f / Math.max(1, length);
                for (int i = 0; i < hidden; i++) {
                    encoding[i] += share * states[offset + i];
                }
            }
            case MAX -> {
                for (int i = 0; i < hidden; i++) {
                    encoding[i] = first ? states[offset + i] : Math.max(encoding[i], states[offset + i]);
                }
            }
        }
    }

    /** The state at the beginning of a document, the first {@code </s>} read. */
    public NetworkState start() {
        layers.begin(1);
        return step(NeuralVocabulary.EOS);
    }

    /** The state after one more token; {@code state} stays as it is. */
    public NetworkState advance(NetworkState state, int token) {
        check(new int[] {token});
        layers.begin(1);
        layers.restore(0, state.values());
        return step(token);
    }

    /**
     * The states after one more token each, in one step of all.
     *
     * @param tokens as many as there are states
     */
    public List<NetworkState> advance(List<NetworkState> states, int[] tokens) {
        if (states.size() != tokens.length) {
            throw new IllegalArgumentException(states.size() + " states cannot be advanced by " + tokens.length
                    + " tokens: expected one token a state");
        }
        check(tokens);
        if (states.isEmpty()) {
            return List.of();
        }
        layers.begin(states.size());
        for (int stream = 0; stream < tokens.length; stream++) {
            layers.restore(stream, states.get(stream).values());
        }
        counts[0] = tokens.length;
        layers.forward(embedding, packed, tokens, counts, 1, null);
        List<NetworkState> after = new ArrayList<>(tokens.length);
        for (int stream = 0; stream < tokens.length; stream++) {
            after.add(new NetworkState(layers.save(stream)));
        }
        return after;
    }

    private NetworkState step(int token) {
        tokens[0] = token;
        counts[0] = 1;
        layers.forward(embedding, packed, tokens, counts, 1, null);
        return new NetworkState(layers.save(0));
    }

    /** Writes the probability of every next token into {@code probabilities}, [vocabulary size]; they sum to 1. */
    public void next(NetworkState state, float[] probabilities) {
        if (probabilities.length != network.vocabulary().size()) {
            throw new IllegalArgumentException("an array of " + probabilities.length + " numbers is not one of the "
                    + network.vocabulary().size() + " words that the network has");
        }
        if (architecture.cell() == Cell.WINDOW) {
            // The state of a window is its tokens: the last is read again after those before it.
            layers.begin(1);
            int last = state.values().length - 1;
            float[] before = new float[last + 1];
            System.arraycopy(state.values(), 0, before, 1, last);
            layers.restore(0, before);
            step((int) state.values()[last]);
            output.distribution(layers.top(), layers.topOffset(), probabilities);
            return;
        }
        int arrays = architecture.cell() == Cell.LSTM ? 2 : 1;
        System.arraycopy(state.values(), (architecture.layers() - 1) * arrays * hidden, this.state, 0, hidden);
        output.distribution(this.state, 0, probabilities);
    }
}
