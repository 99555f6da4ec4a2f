package dev.driftline.neural.training;

import dev.driftline.neural.Architecture;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.Parameters;
import dev.driftline.neural.kernels.KernelSelection;
import dev.driftline.neural.kernels.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Trains a working copy of a network. Keeps the optimizer's state from pass to pass. Not thread-safe; the start network is
 * not changed.
 */
public final class NetworkTrainer {

    private static final long PROGRESS_NANOS = 1_000_000_000L;

    /** Warm-up of a trainer that continues without the state of its optimizer. */
    private static final int WARM_UP_STEPS = 100;

    /**
     * The result of a pass.
     *
     * @param tokens predicted tokens
     * @param nats Σ −ln p over them, with dropout, each before the step that learned it
     */
    public record Pass(long tokens, double nats) {

        /** e to the mean nats of a token. */
        public double perplexity() {
            return Math.exp(nats / tokens);
        }
    }

    private final TrainingSettings settings;
    private final Architecture architecture;
    private final Kernels kernels;
    private NeuralVocabulary vocabulary;
    private Parameters parameters;
    private BackPropagation propagation;
    private OptimizerState optimizer;
    private @Nullable WeightAverage average;
    private final @Nullable Dropout dropout;
    private int[] tokens = {};
    private int[] targets = {};
    private int[] counts = {};

    /** Trains a copy of {@code start}, which is not changed. */
    public NetworkTrainer(Network start, TrainingSettings settings) {
        this(start, settings, null);
    }

    /** @param statistics for {@link Optimizer#RMS_DECAY}; null to gather them while training */
    public NetworkTrainer(Network start, TrainingSettings settings, @Nullable GradientStatistics statistics) {
        this(start, settings, statistics, false);
    }

    /**
     * A trainer that continues a trained network without the state of its optimizer: after a restart, a rollback, or a
     * discarded candidate. The learning rate grows over the first 100 steps, since an optimizer after one batch moves every
     * weight by the full rate; the average of weights starts as if {@code trained} were the average of its whole horizon.
     * Without this, a network that knows its text is worse for a round.
     */
    public static NetworkTrainer goingOn(Network trained, TrainingSettings settings) {
        return new NetworkTrainer(trained, settings, null, true);
    }

    private NetworkTrainer(
            Network start, TrainingSettings settings, @Nullable GradientStatistics statistics, boolean goesOn) {
        this.settings = settings;
        architecture = start.architecture();
        vocabulary = start.vocabulary();
        kernels = KernelSelection.kernels();
        parameters = start.parameters().copy();
        propagation = new BackPropagation(architecture, vocabulary.size(), parameters, kernels);
        optimizer = new OptimizerState(settings, parameters, statistics, goesOn ? WARM_UP_STEPS : 0);
        average = settings.averaging() == 0 ? null : newAverage(settings.averaging(), parameters, goesOn);
        dropout = architecture.dropout() == 0 || settings.optimizer() == Optimizer.RMS_DECAY
                ? null
                : new Dropout(architecture.dropout(), architecture.layers() + 1, settings.seed());
    }

    private static WeightAverage newAverage(int horizon, Parameters parameters, boolean goesOn) {
        return goesOn ? WeightAverage.goingOn(horizon, parameters) : new WeightAverage(horizon, parameters);
    }

    /**
     * Trains one pass over documents. They are laid end to end, cut into {@code settings.streams()} streams of equal length,
     * and trained {@code settings.steps()} tokens at a time with the state carried on. Each document is preceded by
     * {@code </s>}, its own or the last of the document before. The state is also carried from document to document: their
     * order differs in every pass, so the state does not predict the next document, and streams of equal length keep all
     * products in one shape. A reader starts each document in the zero state, as the streams here start.
     *
     * @param documents token indexes, as {@link dev.driftline.neural.NeuralVocabulary#encode} makes them
     * @param progress receives the number of tokens done, about once a second
     * @throws InterruptedException if the thread is interrupted between steps; the weights are then those after the steps done
     * @throws IllegalArgumentException if a token is not in the vocabulary; nothing is trained then
     */
    public Pass pass(List<int[]> documents, LongConsumer progress) throws InterruptedException {
        int[] text = join(documents);
        int predicted = text.length - 1;
        if (predicted == 0) {
            return new Pass(0, 0);
        }
        int streams = Math.min(settings.streams(), predicted);
        // The first streams have one token more if the text does not divide evenly.
        int shortest = predicted / streams;
        int longer = predicted % streams;
        int longest = shortest + (longer > 0 ? 1 : 0);
        int[] starts = new int[streams];
        for (int stream = 0; stream < streams; stream++) {
            starts[stream] = stream * shortest + Math.min(stream, longer);
        }
        room(streams);
        propagation.begin(streams);
        double nats = 0;
        long done = 0;
        long told = System.nanoTime();
        for (int position = 0; position < longest; ) {
            if (Thread.interrupted()) {
                throw new InterruptedException(
                        "training was interrupted after " + done + " of " + predicted + " tokens");
            }
            int steps = Math.min(settings.steps(), longest - position);
            int rows = 0;
            for (int step = 0; step < steps; step++) {
                counts[step] = position + step < shortest ? streams : longer;
                for (int stream = 0; stream < counts[step]; stream++) {
                    tokens[rows] = text[starts[stream] + position + step];
                    targets[rows++] = text[starts[stream] + position + step + 1];
                }
            }
            nats += propagation.chunk(tokens, targets, counts, steps, dropout, null, null);
            optimizer.step(propagation.gradients(), kernels);
            if (average != null) {
                average.add(parameters);
            }
            position += steps;
            done += rows;
            long now = System.nanoTime();
            if (now - told >= PROGRESS_NANOS) {
                told = now;
                progress.accept(done);
            }
        }
        return new Pass(done, nats);
    }

    private int[] join(List<int[]> documents) {
        long length = 1;
        int before = NeuralVocabulary.EOS;
        for (int[] document : documents) {
            for (int token : document) {
                if (token < 0 || token >= vocabulary.size()) {
                    throw new IllegalArgumentException("token " + token + " is not in the network's vocabulary of "
                            + vocabulary.size() + " words: encode the documents with that vocabulary");
                }
            }
            length += document.length + (before == NeuralVocabulary.EOS ? 0 : 1);
            before = document.length == 0 ? before : document[document.length - 1];
        }
        int[] text = new int[Math.toIntExact(length)];
        text[0] = NeuralVocabulary.EOS;
        int at = 1;
        for (int[] document : documents) {
            if (text[at - 1] != NeuralVocabulary.EOS) {
                text[at++] = NeuralVocabulary.EOS;
            }
            System.arraycopy(document, 0, text, at, document.length);
            at += document.length;
        }
        return at == text.length ? text : Arrays.copyOf(text, at);
    }

    private void room(int streams) {
        int rows = Math.multiplyExact(streams, settings.steps());
        if (tokens.length < rows) {
            tokens = new int[rows];
            targets = new int[rows];
        }
        if (counts.length < settings.steps()) {
            counts = new int[settings.steps()];
        }
    }

    /** A network with a copy of the current weights, averaged if the settings say so. */
    public Network network() {
        Parameters wanted = average == null ? parameters : average.parameters();
        return new Network(architecture, vocabulary, wanted.copy());
    }

    /** Changes η from the next step on. */
    public void learningRate(double rate) {
        optimizer.learningRate(rate);
    }

    /** The current vocabulary. */
    public NeuralVocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * Changes the vocabulary: words in both keep their weights and optimizer state, wherever they move; new words start as
     * {@link RowReplacement} says.
     */
    public void replaceRows(NeuralVocabulary newVocabulary) {
        if (newVocabulary.words().equals(vocabulary.words())) {
            return;
        }
        RowReplacement replacement = new RowReplacement(architecture, vocabulary, newVocabulary);
        Network untrained = Network.random(architecture, newVocabulary, settings.seed());
        parameters = replacement.weights(parameters, untrained, settings.seed());
        average = average == null ? null : average.replaced(replacement, untrained, settings.seed());
        optimizer = optimizer.replaced(replacement, parameters, untrained, settings.seed());
        propagation = new BackPropagation(architecture, newVocabulary.size(), parameters, kernels);
        vocabulary = newVocabulary;
    }
}
