package dev.driftline.drift;

import java.util.List;

/**
 * A series of a source has come into another state. Bits are means a token.
 *
 * @param series which one
 * @param state the state now; a series that has recovered is stable from then on
 * @param previous the state before
 * @param recovery how it recovered; {@code NONE} where it did not
 * @param evidence why
 * @param before the level before the change
 * @param after the level since its estimated start
 * @param start the document with which it began, as far as can be estimated
 * @param documents the documents since the start that contributed most
 * @param words the words since the start that contributed most
 * @param seen what the source has had so far
 */
public record DriftChange(
        Series series,
        State state,
        State previous,
        Recovery recovery,
        Evidence evidence,
        Level before,
        Level after,
        Start start,
        List<Document> documents,
        List<Word> words,
        Seen seen) {

    /** States of a series. */
    public enum State {
        /** Nothing is known against it. */
        STABLE,
        /** It may be changing. */
        WARNING,
        /** It has changed. */
        DRIFT,
        /** It is stable again. */
        RECOVERED
    }

    /** Ways to become stable again. */
    public enum Recovery {
        /** It has not. */
        NONE,
        /** The level from before is back. */
        RETURNED,
        /** The new level has lasted and is what is compared with now. */
        ACCEPTED
    }

    /**
     * Why a series has changed its state.
     *
     * @param detector what raised the alarm; of a recovery, what had raised the alarm that is over
     * @param statistic that detector's, see its class; of a recovery the distance of the newest units from the baseline in
     *     bits a token
     * @param threshold what the statistic had to reach; of a recovery what it is below again
     */
    public record Evidence(Detector detector, double statistic, double threshold) {}

    /**
     * Where a series stands.
     *
     * @param bitsPerToken mean bits a token
     * @param unknownRate share of unknown tokens
     */
    public record Level(double bitsPerToken, double unknownRate) {}

    /**
     * The document with which a change began.
     *
     * @param publishedAt when it was published, milliseconds since 1970
     * @param document its number within the source, from 0
     */
    public record Start(long publishedAt, long document) {}

    /** How much a source has had. */
    public record Seen(long documents, long tokens) {}

    /**
     * A document and what it contributed.
     *
     * @param bitsPerToken in the series that changed
     * @param excessBits beyond what as many tokens cost before, of all its tokens
     */
    public record Document(
            String id,
            int tokens,
            double bitsPerToken,
            double excessBits,
            boolean isText,
            int partition,
            long offset) {}

    /**
     * A word and what it contributed.
     *
     * @param count how often it came among the most surprising words
     * @param bits what that cost under the live mixture
     * @param excessBits beyond what as many tokens, and this word in as much text, cost before
     */
    public record Word(String word, int count, double bits, double excessBits) {}
}
