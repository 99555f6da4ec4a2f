package dev.driftline.neural.snapshot;

/** Bytes are no snapshot, or not a whole one. The message says what is wrong with them. */
public final class InvalidSnapshotException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public InvalidSnapshotException(String message) {
        super(message);
    }

    public InvalidSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
