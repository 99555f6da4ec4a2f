package dev.driftline.config.keys;

import dev.driftline.neural.Cell;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The network beside the n-gram model: its shape, its snapshots, and how documents are scored with it. */
public final class NeuralKeys {

    static final KeyGroup GROUP = new KeyGroup("Neural model");

    /** The value of {@link #MODEL} for the n-gram model alone. */
    public static final String NO_MODEL = "none";

    public static final ConfigKey<String> MODEL = GROUP.oneOf(
            "neural.model",
            "lstm",
            "Network that is fine-tuned on the stream and mixed with the n-gram model: a vanilla recurrent "
                    + "network, a GRU, an LSTM, or a feed-forward network over a window of words. none: use the n-gram "
                    + "model alone.",
            Stream.concat(Stream.of(NO_MODEL), Arrays.stream(Cell.values()).map(Cell::label))
                    .toList());

    public static final ConfigKey<Integer> VOCABULARY = GROUP.whole(
            "neural.vocabulary",
            "16000",
            100,
            1_000_000,
            "Largest number of words in the network's vocabulary. With a growing model.vocabulary, these are the "
                    + "most frequent words of the training text, and words that become frequent replace words that are no "
                    + "longer used. With a fixed one, they are the first words of its file.");

    public static final ConfigKey<Integer> SIZE = GROUP.whole(
            "neural.size",
            "256",
            8,
            4096,
            "Units in each layer of the network, and dimensions of its word vectors. The output layer shares the "
                    + "word vectors.");

    public static final ConfigKey<Integer> LAYERS =
            GROUP.whole("neural.layers", "1", 1, 8, "Number of recurrent layers; must be 1 for neural.model=window.");

    public static final ConfigKey<Double> DROPOUT = GROUP.real(
            "neural.dropout",
            "0.3",
            0,
            0.95,
            "Fraction of a layer's inputs and outputs that training drops at random, so that the network does not "
                    + "memorise the text.");

    public static final ConfigKey<List<Integer>> CUTOFFS = GROUP.key(
            "neural.cutoffs",
            "2000,8000",
            "full, or ascending whole numbers separated by commas",
            "Word ranks at which the frequency bands of the adaptive softmax begin. Words below the first rank "
                    + "are in the head; a rarer word costs a second step, in its band. Several times faster than full, "
                    + "which is one band of all words.",
            NeuralKeys::cutoffs);

    public static final ConfigKey<Integer> WINDOW = GROUP.whole(
            "neural.window",
            "5",
            1,
            64,
            "Number of preceding tokens that neural.model=window sees. No effect on other networks.");

    public static final ConfigKey<Integer> SNAPSHOTS_KEEP = GROUP.whole(
            "neural.snapshots.keep",
            "5",
            2,
            1000,
            "Number of network snapshots to keep on the snapshots topic for rollbacks, newest first. The active "
                    + "snapshot and its parent are always kept.");

    public static final ConfigKey<Integer> SCORING_THREADS = GROUP.whole(
            "neural.scoring.threads",
            "1",
            1,
            256,
            "Threads of this instance that score documents with the network, in addition to the stream threads.");

    public static final ConfigKey<Long> SCORING_QUEUE_TOKENS = GROUP.wholeLong(
            "neural.scoring.queue.tokens",
            "32768",
            1,
            1_000_000_000,
            "Capacity of the queue for these threads, in tokens. A document with more tokens waits in an "
                    + "otherwise empty queue.");

    public static final ConfigKey<Long> SCORING_HELD_BYTES = GROUP.byteSize(
            "neural.scoring.held.bytes",
            "67108864",
            KeyGroup.MIB,
            64 * KeyGroup.GIB,
            "Heap of this instance for documents on their way through the network and for its scores that wait "
                    + "for the shards. Beyond it, a document goes to the network once every shard has replied to it.");

    public static final ConfigKey<String> SCORING_POLICY = GROUP.oneOf(
            "neural.scoring.policy",
            "ngram-only",
            "What to do when the network cannot keep up with the stream. wait: documents wait for the network, "
                    + "and the input waits for the documents. ngram-only: after neural.scoring.patience.ms, documents are "
                    + "scored without the network, and their scores say so.",
            List.of("wait", "ngram-only"));

    public static final ConfigKey<Long> SCORING_PATIENCE_MS = GROUP.wholeLong(
            "neural.scoring.patience.ms",
            "1000",
            0,
            600_000,
            "Milliseconds that a document waits for the network under ngram-only, after all shards have replied.");

    public static final ConfigKey<String> RETRACT = GROUP.oneOf(
            "neural.retract",
            "keep",
            "What to do with networks that may have seen a document that is taken out; the text to train on drops "
                    + "it in any case. keep: nothing. retrain: start the next round from the newest ancestor that did not "
                    + "see it, or from a fresh network; the active one serves until the new one is better. replace: take "
                    + "them off the snapshots topic at once, and score with that ancestor, or without a network until a "
                    + "fresh one is trained.",
            List.of("keep", "retrain", "replace"));

    /** The value of {@link #ENCODINGS} that publishes none. */
    public static final String NO_ENCODINGS = "none";

    public static final ConfigKey<String> ENCODINGS = GROUP.oneOf(
            "neural.encodings",
            NO_ENCODINGS,
            "Vector to publish for each document on the encodings topic: last: the network's last state; mean: "
                    + "the mean of its states; max: the maximum of each unit. none: publish no vectors.",
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
