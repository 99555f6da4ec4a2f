package dev.driftline.verify;

import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * What is verified, and how.
 *
 * @param counts whether the counts are compared
 * @param scores whether scores and predictions are compared; needs all shards
 * @param shard the only shard whose counts are compared; empty for all
 * @param sample the share of context words and of documents that are compared, above 0, 1 for all. What is looked at follows
 *     from their names and places alone, so that two runs look at the same
 * @param temporary where the folder is made that holds the replayed counts, as large as the state; it is deleted at the end
 * @param timeout how long to wait for a record that the brokers have and do not give
 */
public record VerifyOptions(
        boolean counts, boolean scores, OptionalInt shard, double sample, Path temporary, Duration timeout) {

    /** @throws IllegalArgumentException if a number is out of range, or nothing is to be compared */
    public VerifyOptions {
        if (!counts && !scores) {
            throw new IllegalArgumentException("neither counts nor scores are to be verified");
        }
        if (scores && shard.isPresent()) {
            throw new IllegalArgumentException(
                    "scores need all shards, and only shard " + shard.getAsInt() + " is wanted");
        }
        if (!(sample > 0 && sample <= 1)) {
            throw new IllegalArgumentException("sample " + sample + " must be above 0 and at most 1");
        }
    }

    /** All of everything, with temporary files where the JVM keeps them. */
    public static VerifyOptions everything() {
        return new VerifyOptions(
                true,
                true,
                OptionalInt.empty(),
                1,
                Path.of(System.getProperty("java.io.tmpdir")),
                Duration.ofSeconds(60));
    }

    boolean wants(int number) {
        return shard.isEmpty() || shard.getAsInt() == number;
    }
}
