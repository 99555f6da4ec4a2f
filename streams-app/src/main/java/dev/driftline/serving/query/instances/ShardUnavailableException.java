package dev.driftline.serving.query.instances;

/** No instance has a shard just now: it is moving, or restoring. Asking again later may help. */
public final class ShardUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ShardUnavailableException(String message) {
        super(message);
    }

    public ShardUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
