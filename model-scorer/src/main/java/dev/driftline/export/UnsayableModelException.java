package dev.driftline.export;

/** The counts are a model that n-grams and backoffs cannot say, or nothing has been learned. */
public final class UnsayableModelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message why, and what to do */
    public UnsayableModelException(String message) {
        super(message);
    }
}
