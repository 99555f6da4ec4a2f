package dev.driftline.neural.snapshot;

import java.time.Instant;
import java.util.Map;

/**
 * What is known of a snapshot beside its numbers and its vocabulary. Immutable.
 *
 * @param version unique in its service: {@code 000017-3f2a9c}, a rising number and the first digits of the weights' hash
 * @param parent the version that it was fine-tuned from; null for one that was made from nothing
 * @param createdAt when it was finished
 * @param model the cell's label: {@code lstm}
 * @param tokens what its tokens are: {@code words} or {@code characters}
 * @param training the settings it was taught with, by name, and the seed
 * @param metrics what was measured, by name: {@code training_bits_per_token}, {@code validation_bits_per_token}, …
 * @param data what it has seen: {@code documents}, {@code tokens}, {@code training_topic_offset} (exclusive), …
 */
public record SnapshotManifest(
        String version,
        String parent,
        Instant createdAt,
        String model,
        String tokens,
        Map<String, String> training,
        Map<String, Double> metrics,
        Map<String, Long> data) {

    /**
     * In {@link #data()}: how many rows are of words that were not in the text which the network was taught with here. A
     * snapshot from elsewhere does not have it.
     */
    public static final String FOREIGN_ROWS = "foreign_rows";

    public SnapshotManifest {
        training = Map.copyOf(training);
        metrics = Map.copyOf(metrics);
        data = Map.copyOf(data);
    }

    /** Whether there may be rows of words that the n-gram model beside it does not know. */
    public boolean mayHaveForeignRows() {
        return data.getOrDefault(FOREIGN_ROWS, 1L) > 0;
    }
}
