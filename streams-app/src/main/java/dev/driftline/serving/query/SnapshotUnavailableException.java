package dev.driftline.serving.query;

/** The network is asked something before there is one. */
public final class SnapshotUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SnapshotUnavailableException(String message) {
        super(message);
    }
}
