package dev.driftline.counters;

import dev.driftline.drift.DriftChange;
import dev.driftline.input.DeadLetterReason;
import dev.driftline.mixture.DocumentScore;

/**
 * Told what becomes of documents, for metrics. Called once a document or a batch, on stream threads and scoring threads,
 * several at a time: an implementation is quick and throws nothing.
 */
public interface DocumentObserver {

    /** Nobody looks. */
    DocumentObserver NONE = new DocumentObserver() {};

    /**
     * A document has been scored.
     *
     * @param source who it came from
     * @param score what it cost
     * @param publishedAt when its producer says that it was published, milliseconds since 1970
     * @param scatteredAt when its shards were asked, milliseconds since 1970; below 0 where that is not known
     * @param now milliseconds since 1970
     */
    default void scored(String source, DocumentScore score, long publishedAt, long scatteredAt, long now) {}

    /** A record has become a dead letter. */
    default void refused(DeadLetterReason reason) {}

    /** The language of a source has changed, may be changing, or is back. */
    default void changed(String source, DriftChange change) {}

    /** A scoring thread has taken a batch of documents through the network, which took it {@code nanos}. */
    default void networkRead(long nanos) {}
}
