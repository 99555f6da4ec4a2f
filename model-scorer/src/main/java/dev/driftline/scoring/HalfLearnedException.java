package dev.driftline.scoring;

/**
 * A shard has failed while it learned a document: its counts have a part of it. Whoever commits must not, and has to go back to
 * what was stored before.
 */
public final class HalfLearnedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HalfLearnedException(Throwable cause) {
        super("the counts have learned a part of a document: " + cause, cause);
    }
}
