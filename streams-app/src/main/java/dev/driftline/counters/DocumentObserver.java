package dev.driftline.counters;

import dev.driftline.drift.DriftChange;
import dev.driftline.input.DeadLetterReason;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.schemas.Retraction;

/**
 * Learns what becomes of documents, for metrics. Called once for each document or batch, by several stream threads and
 * scoring threads at a time: an implementation must be quick and must not throw.
 */
public interface DocumentObserver {

    /** Nobody looks. */
    DocumentObserver NONE = new DocumentObserver() {};

    /**
     * A document has been scored.
     *
     * @param source where it came from
     * @param score what it cost
     * @param publishedAt when it was published, by the producer's clock, milliseconds since 1970
     * @param scatteredAt when its shards were asked, milliseconds since 1970; negative if unknown
     * @param now milliseconds since 1970
     */
    default void scored(String source, DocumentScore score, long publishedAt, long scatteredAt, long now) {}

    /** A retraction has been answered. */
    default void retracted(Retraction answer) {}

    /** A record has become a dead letter. */
    default void refused(DeadLetterReason reason) {}

    /** The language of a source has changed, may be changing, or is as before. */
    default void changed(String source, DriftChange change) {}

    /** A scoring thread has scored a batch of documents with the network, in {@code nanos} nanoseconds. */
    default void networkRead(long nanos) {}
}
