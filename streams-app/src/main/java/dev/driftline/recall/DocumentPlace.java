package dev.driftline.recall;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.schemas.Retraction;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a document is, and whether it can be taken out.
 *
 * @param origin the place of its record
 * @param source its source
 * @param publishedAt by its producer's clock
 * @param state what has become of it
 * @param retraction the last record that asked to take it out; empty if none is in the topic
 */
public record DocumentPlace(
        DocumentOrigin origin, String source, Instant publishedAt, State state, Optional<DocumentOrigin> retraction) {

    /** What has become of a document. */
    public enum State {
        /** It was learned, or will be. */
        LIVE,
        /** It was asked to be taken out, and there is no answer yet. */
        ASKED,
        /** It has been taken out. */
        RETRACTED,
        /** It was published with {@code learn} false: there is nothing to be taken out. */
        NEVER_LEARNED
    }

    /** Of a document alone, whatever has become of it since. */
    public static DocumentPlace of(FoundRecord record) {
        return new DocumentPlace(
                record.origin(),
                record.source(),
                record.publishedAt(),
                record.isLearned() && !record.isRetraction() ? State.LIVE : State.NEVER_LEARNED,
                Optional.empty());
    }

    /** Whether its document is out of the model after an answer. */
    public static boolean isGone(Retraction answer) {
        return DocumentPlaces.isGone(answer.getOutcome());
    }

    /** Whether it may be taken out. Asked a second time, the answer is that it has been, at worst. */
    public boolean isOpen() {
        return state == State.LIVE || state == State.ASKED;
    }

    /** {@code topic, partition P, offset O}. */
    public String where() {
        return where(origin);
    }

    /** A place as a person reads it. */
    public static String where(DocumentOrigin place) {
        return place.topic() + ", partition " + place.partition() + ", offset " + place.offset();
    }
}
