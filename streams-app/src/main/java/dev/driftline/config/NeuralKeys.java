package dev.driftline.config;

import dev.driftline.neural.Cell;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The network beside the n-gram model: its shape, its snapshots, and how documents are scored with it. */
public final class NeuralKeys {

    static final KeyGroup GROUP = new KeyGroup("Neural model");

    /** The value of {@link #MODEL} that means the n-gram model alone. */
    public static final String NO_MODEL = "none";

    public static final ConfigKey<String> MODEL = GROUP.oneOf(
            "neural.model",
            "lstm",
            "The network that is fine-tuned on the stream and mixed with the n-gram model: a vanilla recurrent network, a "
                    + "GRU, an LSTM, or a feed-forward network over a window of words. none: the n-gram model alone.",
            Stream.concat(Stream.of(NO_MODEL), Arrays.stream(Cell.values()).map(Cell::label))
                    .toList());

    public static final ConfigKey<Integer> VOCABULARY = GROUP.whole(
            "neural.vocabulary",
            "16000",
            100,
            1_000_000,
            "Most words that the network has rows for. With a growing model.vocabulary they are the most frequent of the text "
                    + "that it is taught, and words that have become frequent take over the rows of words that have died; "
                    + "with a fixed one they are the first of its file.");

    public static final ConfigKey<Integer> SIZE = GROUP.whole(
            "neural.size",
            "256",
            8,
            4096,
            "Units of a layer of the network and of a word's vector, which are also the rows of its output layer.");

    public static final ConfigKey<Integer> LAYERS =
            GROUP.whole("neural.layers", "1", 1, 8, "Recurrent layers of the network; 1 for a window.");

    public static final ConfigKey<Double> DROPOUT = GROUP.real(
            "neural.dropout",
            "0.3",
            0,
            0.95,
            "Share of a layer's inputs and outputs that training leaves out at random, so that the network does not learn the "
                    + "text by heart.");

    public static final ConfigKey<List<Integer>> CUTOFFS = GROUP.key(
            "neural.cutoffs",
            "2000,8000",
            "full, or ascending whole numbers separated by commas",
            "Where the frequency bands of an adaptive softmax begin: the rows below the first number are the head, and a rarer "
                    + "word costs a look into its band. Several times faster than one band of all words, which is full.",
            NeuralKeys::cutoffs);

    public static final ConfigKey<Integer> WINDOW = GROUP.whole(
            "neural.window",
            "5",
            1,
            64,
            "Tokens before the predicted one that neural.model=window sees; of no effect on the others.");

    public static final ConfigKey<Integer> SNAPSHOTS_KEEP = GROUP.whole(
            "neural.snapshots.keep",
            "5",
            2,
            1000,
            "Snapshots of the network that stay on the snapshots topic and can be rolled back to, the newest first. The "
                    + "active one and its parent stay in any case.");

    public static final ConfigKey<Integer> SCORING_THREADS = GROUP.whole(
            "neural.scoring.threads",
            "1",
            1,
            256,
            "Threads of this instance that score documents with the network, beside the stream threads.");

    public static final ConfigKey<Long> SCORING_QUEUE_TOKENS = GROUP.wholeLong(
            "neural.scoring.queue.tokens",
            "32768",
            1,
            1_000_000_000,
            "Tokens of documents that may wait for these threads. A larger document waits alone.");

    public static final ConfigKey<String> SCORING_POLICY = GROUP.oneOf(
            "neural.scoring.policy",
            "ngram-only",
            "What happens where the network cannot keep up with the stream. wait: documents wait for it, and the input for "
                    + "them. ngram-only: they are scored without it after neural.scoring.patience.ms, and their score says "
                    + "so.",
            List.of("wait", "ngram-only"));

    public static final ConfigKey<Long> SCORING_PATIENCE_MS = GROUP.wholeLong(
            "neural.scoring.patience.ms",
            "1000",
            0,
            600_000,
            "Milliseconds that a document to which all shards have replied waits for the network under ngram-only.");

    /** The value of {@link #ENCODINGS} that writes none. */
    public static final String NO_ENCODINGS = "none";

    public static final ConfigKey<String> ENCODINGS = GROUP.oneOf(
            "neural.encodings",
            NO_ENCODINGS,
            "The vector of each document on the encodings topic: the network's last state, the mean of its states or the "
                    + "largest value of each unit. none: no vectors.",
            List.of(NO_ENCODINGS, "last", "mean", "max"));

    private NeuralKeys() {}

    private static List<Integer> cutoffs(String value) {
        if (value.equals("full")) {
            return List.of();
        }
        List<Integer> cutoffs = Arrays.stream(value.split(",", -1))
                .map(number -> Integer.valueOf(number.strip()))
                .toList();
        for (int i = 0; i < cutoffs.size(); i++) {
            if (cutoffs.get(i) <= (i == 0 ? 0 : cutoffs.get(i - 1))) {
                throw new IllegalArgumentException(value);
            }
        }
        return cutoffs;
    }
}
