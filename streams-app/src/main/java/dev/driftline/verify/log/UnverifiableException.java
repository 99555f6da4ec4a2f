package dev.driftline.verify.log;

/** A deployment can neither be proved right nor wrong. The message says why, and what to do. */
public final class UnverifiableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnverifiableException(String message) {
        super(message);
    }

    public UnverifiableException(String message, Throwable cause) {
        super(message, cause);
    }
}
