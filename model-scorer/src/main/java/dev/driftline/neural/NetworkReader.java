package dev.driftline.neural;

import dev.driftline.neural.kernels.KernelSelection;
import dev.driftline.neural.kernels.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents with a network: the buffers and states of one thread for a shared {@link Network}. Its loops allocate
 * nothing. Not thread-safe.
 *
 * <p>A document starts in the zero state with {@link NeuralVocabulary#EOS} as its first input. The state is kept from
 * sentence to sentence.
 */
public final class NetworkReader {

    /** Most documents that are read together: with more, products do not get faster. */
    private static final int STREAMS = 64;

    /** About how many positions go through the output layer together. */
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

    /** The network. */
    public Network network() {
        return network;
    }

    /**
     * Scores documents together: one step of all of them at a time.
     *
     * @param documents token indexes, as {@link NeuralVocabulary#encode} makes them
     * @return the score of each, in the same order
     */
    public List<NetworkScore> score(List<int[]> documents) {
        return score(documents, false, null);
    }

    /**
     * Scores documents together.
     *
     * @param documents token indexes, as {@link NeuralVocabulary#encode} makes them
     * @param open whether to fill {@link NetworkScore#open}
     * @param pooling how {@link NetworkScore#encoding} is made; null for none
     * @return the score of each, in the same order
     */
    public List<NetworkScore> score(List<int[]> documents, boolean open, @Nullable Pooling pooling) {
        return score(documents, open, pooling, NONE);
    }

    /**
     * Scores documents together, with some rows counted as part of {@code <unk>}: their words get the probability of
     * {@code <unk>} and of all these rows together. As inputs they are still distinct words. Every such token costs another
     * pass over the output layer.
     *
     * @param foreign these rows
     * @return the score of each, in the same order
     */
    public List<NetworkScore> score(List<int[]> documents, boolean open, @Nullable Pooling pooling, BitSet foreign) {
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

    /** A vector [hidden size] for a document: the pooled states of the top layer after each token. */
    public float[] encode(int[] document, Pooling pooling) {
        return Objects.requireNonNull(
                score(List.of(document), false, pooling).get(0).encoding());
    }

    private void read(
            List<int[]> documents, int[] group, NetworkScore[] scores, boolean open, @Nullable Pooling pooling) {
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

    /** Adds the foreign rows to {@code <unk>} at positions where that is the target. */
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

    /** Moves the probabilities of {@code rows} to {@code <unk>} in a distribution over all rows. */
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

    private void collect(int[] text, int position, int row, NetworkScore score, @Nullable Pooling pooling) {
        if (position < text.length) {
            score.logProbabilities()[position] = logProbabilities[row];
            score.topProbabilities()[position] = topProbabilities[row];
        }
        float[] open = score.open();
        if (open != null && position == Math.max(0, text.length - 1)) {
            output.distribution(layers.top(), layers.topOffset() + row * hidden, open);
            fold(foreign, open);
        }
        float[] encoding = score.encoding();
        if (encoding != null && pooling != null && (position > 0 || text.length == 0)) {
            pool(layers.top(), layers.topOffset() + row * hidden, position, text.length, encoding, pooling);
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

    /** The state at the start of a document, after its first {@code </s>}. */
    public NetworkState start() {
        layers.begin(1);
        return step(NeuralVocabulary.EOS);
    }

    /** The state after one more token; {@code state} is not changed. */
    public NetworkState advance(NetworkState state, int token) {
        check(new int[] {token});
        layers.begin(1);
        layers.restore(0, state.values());
        return step(token);
    }

    /**
     * The states after one more token each, all in one step.
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
            throw new IllegalArgumentException(
                    "expected an array of " + network.vocabulary().size()
                            + " numbers, one for each word of the network, not of " + probabilities.length);
        }
        if (architecture.cell() == Cell.WINDOW) {
            // The state of a window is its tokens, so the last token is read again after the others.
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
