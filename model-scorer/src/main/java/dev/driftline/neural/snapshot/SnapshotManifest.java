package dev.driftline.neural.snapshot;

import dev.driftline.text.Tokenizers;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a snapshot besides its numbers and its vocabulary. Immutable.
 *
 * @param version unique in its service: {@code 000017-3f2a9c}, a rising number and the first digits of the weights' hash
 * @param parent the version that it was fine-tuned from; null for one that was made from nothing
 * @param createdAt when it was finished
 * @param model the cell's label: {@code lstm}
 * @param tokens what its tokens are: {@code words} or {@code characters}
 * @param training the settings it was trained with, by name, and the seed; see {@link Provenance}
 * @param metrics what was measured, by name; see {@link Provenance}
 * @param data the text that it was trained on, in numbers, by name; see {@link Provenance}
 * @param text which documents of the stream it was trained on, itself or by an ancestor
 */
public record SnapshotManifest(
        String version,
        @Nullable String parent,
        Instant createdAt,
        String model,
        String tokens,
        Map<String, String> training,
        Map<String, Double> metrics,
        Map<String, Long> data,
        SeenText text) {

    /** Of a network of which nobody knows what it has seen. */
    public SnapshotManifest(
            String version,
            @Nullable String parent,
            Instant createdAt,
            String model,
            String tokens,
            Map<String, String> training,
            Map<String, Double> metrics,
            Map<String, Long> data) {
        this(version, parent, createdAt, model, tokens, training, metrics, data, SeenText.UNKNOWN);
    }

    public SnapshotManifest {
        training = Map.copyOf(training);
        metrics = Map.copyOf(metrics);
        data = Map.copyOf(data);
    }

    /**
     * The tokenizer of the text that it was trained on. A snapshot of an earlier version, or from elsewhere, has only
     * {@link #tokens()}: then {@code words} or {@code characters}.
     */
    public String tokenizer() {
        boolean characters = tokens.equals(Tokenizers.CHARACTERS);
        String bare = characters ? Tokenizers.CHARACTERS : Tokenizers.WORDS;
        String named = training.getOrDefault(Provenance.TOKENIZER, bare);
        return Tokenizers.problem(named).isEmpty() && Tokenizers.cutsCharacters(named) == characters ? named : bare;
    }

    /** Whether some rows may belong to words that the n-gram model does not know. */
    public boolean mayHaveForeignRows() {
        return data.getOrDefault(Provenance.FOREIGN_ROWS, 1L) > 0;
    }
}
