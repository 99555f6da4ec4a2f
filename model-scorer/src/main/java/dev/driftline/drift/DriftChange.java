package dev.driftline.drift;

import java.util.List;

/**
 * A series of a source has come into another state. Bits are means a token.
 *
 * @param series which one
 * @param state the state now; a series that has recovered is stable from then on
 * @param previous the state before
 * @param recovery how it recovered; {@code NONE} where it did not
 * @param detector what raised the alarm, or the one that is over
 * @param statistic that detector's, see its class; of a recovery the distance of the newest units from the baseline in bits
 * @param threshold what the statistic had to reach; of a recovery what it is below again
 * @param before bits a token before the change
 * @param after bits a token since its estimated start
 * @param unknownBefore share of unknown tokens before
 * @param unknownAfter the same since
 * @param startedAt when the document was published with which it began, milliseconds since 1970
 * @param startedDocument the number of that document within the source, from 0
 * @param documents those since that contributed most
 * @param words those since that contributed most
 * @param documentsSeen documents of the source so far
 * @param tokensSeen tokens of the source so far
 */
public record DriftChange(
        Series series,
        State state,
        State previous,
        Recovery recovery,
        Detector detector,
        double statistic,
        double threshold,
        double before,
        double after,
        double unknownBefore,
        double unknownAfter,
        long startedAt,
        long startedDocument,
        List<Document> documents,
        List<Word> words,
        long documentsSeen,
        long tokensSeen) {

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
