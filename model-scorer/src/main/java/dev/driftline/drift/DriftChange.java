package dev.driftline.drift;

import java.util.List;

/**
 * A change of state of one series of a source.
 *
 * @param series the series
 * @param state the state now; after {@code RECOVERED} the series is stable
 * @param previous the state before
 * @param recovery how it recovered; {@code NONE} if it did not
 * @param evidence what the change of state rests on
 * @param before the level before the change
 * @param after the level since its estimated start
 * @param start the document with which it began, as far as can be estimated
 * @param documents the documents since the start that contributed most
 * @param words the words since the start that contributed most
 * @param seen how much the source has had so far
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
        /** No sign of a change. */
        STABLE,
        /** It may be changing. */
        WARNING,
        /** It has changed. */
        DRIFT,
        /** It is stable again. */
        RECOVERED
    }

    /** How a series became stable again. */
    public enum Recovery {
        /** It did not. */
        NONE,
        /** The level from before is back. */
        RETURNED,
        /** The new level has lasted, and became the baseline. */
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
    public record Level(double bitsPerToken, double unknownRate) {

        /** 2 to the bits a token. */
        public double perplexity() {
            return Math.pow(2, bitsPerToken);
        }
    }

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
     * A document and its contribution.
     *
     * @param bitsPerToken in the series that changed
     * @param excessBits bits of all its tokens, less what as many tokens cost before
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
     * A word and its contribution.
     *
     * @param count how often it was among the most surprising words
     * @param bits their cost under the live mixture
     * @param excessBits the same, less what as many tokens, and this word in as much text, cost before
     */
    public record Word(String word, int count, double bits, double excessBits) {}
}
