package dev.driftline.recall;

/** Documents cannot be searched or taken out. The message says why, and what to do. */
public final class RetractionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RetractionException(String message) {
        super(message);
    }

    RetractionException(String message, Throwable cause) {
        super(message, cause);
    }
}
