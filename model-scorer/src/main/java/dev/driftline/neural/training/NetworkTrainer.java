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

/**
 * A working copy of a network that is being taught. Keeps the optimizer's state from pass to pass. Not thread-safe; the
 * network that it starts from is not touched.
 */
public final class NetworkTrainer {

    private static final long PROGRESS_NANOS = 1_000_000_000L;

    /** Of a trainer that goes on without the memory of its optimizer. */
    private static final int WARM_UP_STEPS = 100;

    /**
     * What a pass did.
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
    /** Null where the last weights are wanted. */
    private WeightAverage averageOrNull;

    private final Dropout dropout;
    private int[] tokens = {};
    private int[] targets = {};
    private int[] counts = {};

    public NetworkTrainer(Network start, TrainingSettings settings) {
        this(start, settings, null);
    }

    /** @param statistics what {@link Optimizer#RMS_DECAY} divides gradients by; null gathers it while going */
    public NetworkTrainer(Network start, TrainingSettings settings, GradientStatistics statistics) {
        this(start, settings, statistics, false);
    }

    /**
     * A trainer that goes on from a network that has been taught, without what its optimizer remembered: after a restart,
     * a rollback, or a candidate that was thrown away. The learning rate grows over the first 100 steps, since an optimizer
     * that has seen one batch moves every weight by the full rate; the average of weights begins as if {@code taught} were
     * that of its whole horizon. Taught on as a new one is, a network that knows its text is worse for a round.
     */
    public static NetworkTrainer goingOn(Network taught, TrainingSettings settings) {
        return new NetworkTrainer(taught, settings, null, true);
    }

    private NetworkTrainer(Network start, TrainingSettings settings, GradientStatistics statistics, boolean goesOn) {
        this.settings = settings;
        architecture = start.architecture();
        vocabulary = start.vocabulary();
        kernels = KernelSelection.kernels();
        parameters = start.parameters().copy();
        propagation = new BackPropagation(architecture, vocabulary.size(), parameters, kernels);
        optimizer = new OptimizerState(settings, parameters, statistics, goesOn ? WARM_UP_STEPS : 0);
        averageOrNull = settings.averaging() == 0 ? null : average(settings.averaging(), parameters, goesOn);
        dropout = architecture.dropout() == 0 || settings.optimizer() == Optimizer.RMS_DECAY
                ? null
                : new Dropout(architecture.dropout(), architecture.layers() + 1, settings.seed());
    }

    private static WeightAverage average(int horizon, Parameters parameters, boolean goesOn) {
        return goesOn ? WeightAverage.goingOn(horizon, parameters) : new WeightAverage(horizon, parameters);
    }

    /**
     * One pass over documents: laid end to end, cut into {@code settings.streams()} streams of equal length, taught
     * {@code settings.steps()} tokens at a time with the state carried on. Each document is preceded by
     * {@code </s>}, its own or the one that ends the document before. The state goes on from document to document, too:
     * they come in another order in every pass, so what is carried over says nothing of what comes, and streams that all run
     * on keep every product of one shape. A reader begins each document with no state, as the streams here do.
     *
     * @param documents token indexes, as {@link dev.driftline.neural.NeuralVocabulary#encode} makes them
     * @param progress told the number of tokens done, about once a second
     * @throws InterruptedException if the thread is interrupted between steps; the weights are then those of the steps done
     * @throws IllegalArgumentException if a token is not in the vocabulary; nothing has been learned then
     */
    public Pass pass(List<int[]> documents, LongConsumer progress) throws InterruptedException {
        int[] text = join(documents);
        int predicted = text.length - 1;
        if (predicted == 0) {
            return new Pass(0, 0);
        }
        int streams = Math.min(settings.streams(), predicted);
        // The first streams have one token more where the text does not divide evenly.
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
            if (averageOrNull != null) {
                averageOrNull.add(parameters);
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

    /** The weights as they are now, averaged where the settings say so, as a network of their own. */
    public Network network() {
        Parameters wanted = averageOrNull == null ? parameters : averageOrNull.parameters();
        return new Network(architecture, vocabulary, wanted.copy());
    }

    /** Changes η from the next step on. */
    public void learningRate(double rate) {
        optimizer.learningRate(rate);
    }

    /** The words that the weights are of. */
    public NeuralVocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * Goes on with another vocabulary: words that stay keep their numbers and what the optimizer remembers of them, wherever
     * they move; new ones begin as {@link RowReplacement} says.
     */
    public void replaceRows(NeuralVocabulary newVocabulary) {
        if (newVocabulary.words().equals(vocabulary.words())) {
            return;
        }
        RowReplacement replacement = new RowReplacement(architecture, vocabulary, newVocabulary);
        Network untaught = Network.random(architecture, newVocabulary, settings.seed());
        parameters = replacement.weights(parameters, untaught, settings.seed());
        averageOrNull = averageOrNull == null ? null : averageOrNull.replaced(replacement, untaught, settings.seed());
        optimizer = optimizer.replaced(replacement, parameters, untaught, settings.seed());
        propagation = new BackPropagation(architecture, newVocabulary.size(), parameters, kernels);
        vocabulary = newVocabulary;
    }
}
