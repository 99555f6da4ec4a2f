package dev.driftline.verify;

import java.util.Locale;

/**
 * One thing that is not as the replay says.
 *
 * @param kind what kind of thing
 * @param what which one: an n-gram, a figure of a shard, a document and its field
 * @param where topic, partition and, where it has one, offset
 * @param expected what the replay says
 * @param found what the deployment says
 */
public record Difference(Kind kind, String what, String where, String expected, String found) {

    /** Kinds of differences. */
    public enum Kind {
        /** A count of an n-gram, or of the context that it ends. */
        COUNT,
        /** An n-gram that was learned and is not in the state. */
        MISSING_NGRAM,
        /** An n-gram in the state that was never learned. */
        EXTRA_NGRAM,
        /** A total of a shard. */
        TOTAL,
        /** A page of the state that cannot be read. */
        UNREADABLE_STATE,
        /** A document without a score, and without a dead letter. */
        LOST_SCORE,
        /** A document with more than one score. */
        DOUBLED_SCORE,
        /** A figure of a score. */
        SCORE,
        /** A score of what is not a document of the inputs. */
        FOREIGN_SCORE,
        /** A document without predictions. */
        LOST_PREDICTION,
        /** A document with predictions more than once. */
        DOUBLED_PREDICTION,
        /** A document that a shard was never told of, or was told of though it is not in the inputs. */
        REQUEST,
        /** A record that is not a document and has no dead letter. */
        LOST_DEAD_LETTER;

        /** For a person and for JSON, such as {@code lost score}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** In one line. */
    public String line() {
        return kind.label() + ": " + what + ": expected " + expected + ", found " + found + " (" + where + ")";
    }
}
