package dev.driftline.backoff;

/** An n-gram cannot be part of a {@link BackoffModel}. The message says what is wrong and what to do, without a place. */
public final class InvalidNgramException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final long sequence;

    /** @param sequence which n-gram of its order it is, in the order in which they were added, from 0 */
    InvalidNgramException(long sequence, String message) {
        super(message);
        this.sequence = sequence;
    }

    /** Which n-gram of its order it is, in the order in which they were added, from 0. */
    public long sequence() {
        return sequence;
    }
}
