package dev.driftline.neural.snapshot;

import dev.driftline.neural.Network;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.text.Tokenizers;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a manifest says of how a snapshot came about: settings, metrics, and the text behind it. The names in
 * {@link SnapshotManifest#training()}, {@link SnapshotManifest#metrics()} and {@link SnapshotManifest#data()} are defined
 * here and nowhere else. Not thread-safe.
 */
public final class Provenance {

    /** Metric: bits a token of the training text in the last pass, with dropout, each token before the step it leads to. */
    public static final String TRAINING_BITS = "training_bits_per_token";
    /** Metric: bits a token of text that the network was not trained on. */
    public static final String VALIDATION_BITS = "validation_bits_per_token";
    /** Metric: bits a token of the parent on the text of {@link #VALIDATION_BITS}. */
    public static final String PARENT_BITS = "parent_bits_per_token";
    /** Metric: how long training took, in seconds. */
    public static final String TRAINING_SECONDS = "training_seconds";
    /** Metric: share of the training text's tokens that have no row in the vocabulary. */
    public static final String UNKNOWN_SHARE = "unknown_share";

    /** Training: the tokenizer of the text, a name that {@link Tokenizers} knows. */
    public static final String TOKENIZER = "tokenizer";

    /** Data: how many documents the network was trained on. */
    public static final String DOCUMENTS = "documents";
    /** Data: how many tokens the network was trained on. */
    public static final String TOKENS = "tokens";
    /** Data: the position in the training topic up to which the network was trained, exclusive. */
    public static final String TRAINED_TO = "training_topic_offset";
    /**
     * Data: how many rows belong to words that were not in the text the network was trained on here. A snapshot from
     * elsewhere does not have it.
     */
    public static final String FOREIGN_ROWS = "foreign_rows";

    private final Map<String, String> training = new LinkedHashMap<>();
    private final Map<String, Double> metrics = new LinkedHashMap<>();
    private final Map<String, Long> data = new LinkedHashMap<>();
    private SeenText text = SeenText.NOTHING;

    private Provenance(TrainingSettings settings, long seed) {
        training.put("optimizer", settings.optimizer().label());
        training.put("learning_rate", Double.toString(settings.learningRate()));
        training.put("clip", Double.toString(settings.clip()));
        training.put("streams", Integer.toString(settings.streams()));
        training.put("steps", Integer.toString(settings.steps()));
        training.put("seed", Long.toString(seed));
    }

    /**
     * Of a round of fine-tuning.
     *
     * @param replay tokens of older text as a multiple of the new ones
     */
    public static Provenance ofRound(TrainingSettings settings, int passes, double replay, long seed) {
        Provenance provenance = new Provenance(settings, seed);
        provenance.training.put("decay", Double.toString(settings.decay()));
        provenance.training.put("averaging", Integer.toString(settings.averaging()));
        provenance.training.put("passes", Integer.toString(passes));
        provenance.training.put("replay", Double.toString(replay));
        return provenance;
    }

    /**
     * Of training on files.
     *
     * @param interrupted whether training was cut short
     */
    public static Provenance ofEpochs(TrainingSettings settings, int epochs, boolean interrupted) {
        Provenance provenance = new Provenance(settings, settings.seed());
        provenance.training.put("epochs", Integer.toString(epochs));
        provenance.training.put("interrupted", Boolean.toString(interrupted));
        return provenance;
    }

    /** Adds a metric. */
    public Provenance metric(String name, double value) {
        metrics.put(name, value);
        return this;
    }

    /** Adds the text that the network was trained on. */
    public Provenance saw(long documents, long tokens) {
        return data(DOCUMENTS, documents).data(TOKENS, tokens);
    }

    /** Sets which documents of the stream the network was trained on; without it, none. */
    public Provenance text(SeenText seen) {
        text = seen;
        return this;
    }

    /** Adds a number about the text that the network was trained on. */
    public Provenance data(String name, long value) {
        data.put(name, value);
        return this;
    }

    /**
     * The manifest of a snapshot that is finished now.
     *
     * @param parent the version that it was fine-tuned from; null for one that was made from nothing
     * @param tokenizer of the text that it was trained on, a name that {@link Tokenizers} knows
     */
    public SnapshotManifest manifest(String version, @Nullable String parent, Network network, String tokenizer) {
        training.put(TOKENIZER, tokenizer);
        String tokens = Tokenizers.cutsCharacters(tokenizer) ? Tokenizers.CHARACTERS : Tokenizers.WORDS;
        return new SnapshotManifest(
                version, parent, Instant.now(), network.model(), tokens, training, metrics, data, text);
    }
}
