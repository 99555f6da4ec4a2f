package dev.driftline.serving.query.instances;

/** A query, or its answer, is too large for a message between instances, and will be again: less must be asked for. */
public final class MessageTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is too large, and the limit */
    public MessageTooLargeException(String message) {
        super(message);
    }
}
