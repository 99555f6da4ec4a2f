package dev.driftline.ingest;

/** A document could not be published. The message tells a person at the command line what to do. */
public final class PublishException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PublishException(String message, Throwable cause) {
        super(message, cause);
    }
}
