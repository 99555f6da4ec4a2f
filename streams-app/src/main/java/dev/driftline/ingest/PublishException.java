package dev.driftline.ingest;

/** A document could not be published. The message is for the person at the command line and says what to do. */
public final class PublishException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PublishException(String message, Throwable cause) {
        super(message, cause);
    }
}
