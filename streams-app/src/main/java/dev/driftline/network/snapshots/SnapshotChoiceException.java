package dev.driftline.network.snapshots;

/** The snapshot that somebody named is not one that can be used; the message says which there are. */
public final class SnapshotChoiceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SnapshotChoiceException(String message) {
        super(message);
    }
}
