package dev.driftline.codec;

/** Bytes end in the middle of a value, or announce more than they hold. */
public final class MalformedBytesException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** @param message what was expected and what was found */
    public MalformedBytesException(String message) {
        super(message);
    }
}
