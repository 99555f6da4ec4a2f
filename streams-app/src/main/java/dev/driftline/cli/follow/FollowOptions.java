package dev.driftline.cli.follow;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How far a topic is followed. Use as {@code @Mixin}. */
final class FollowOptions {

    @Option(
            names = "--from-beginning",
            description = "Start with the oldest record; otherwise only new ones are shown.")
    private boolean fromBeginning;

    @Option(names = "--limit", paramLabel = "N", description = "Stop after N records.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Stop when no record has come for so long; exit code 3 if --limit was not reached.")
    private double timeoutSeconds = Double.POSITIVE_INFINITY;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    boolean fromBeginning() {
        return fromBeginning;
    }

    boolean json() {
        return json;
    }

    long limit() {
        return limit;
    }

    boolean hasLimit() {
        return limit != Long.MAX_VALUE;
    }

    /** How long to wait for one more record. */
    Duration timeout() {
        // Double.POSITIVE_INFINITY becomes Long.MAX_VALUE, which is for ever.
        return Duration.ofMillis((long) (timeoutSeconds * 1000));
    }
}
