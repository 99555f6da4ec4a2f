package dev.driftline.neural.snapshot;

import org.jspecify.annotations.Nullable;

/** Bytes are not a valid and complete snapshot. The message says what is wrong. */
public final class InvalidSnapshotException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public InvalidSnapshotException(@Nullable String message) {
        super(message);
    }

    public InvalidSnapshotException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }
}
