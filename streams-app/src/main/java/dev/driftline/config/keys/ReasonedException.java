package dev.driftline.config.keys;

/** A value that is not accepted, for a reason that says more than the list of accepted values. */
final class ReasonedException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    ReasonedException(String message, Throwable cause) {
        super(message, cause);
    }
}
