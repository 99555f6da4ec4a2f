package dev.driftline.input;

/** A record that must become a dead letter. A checked exception, so that no caller forgets to send it there. */
public final class Rejection extends Exception {

    private static final long serialVersionUID = 1L;

    private final DeadLetterReason reason;
    private final String message;

    Rejection(DeadLetterReason reason, String message) {
        // No stack trace: a flood of bad records must not cost more than good ones.
        super(message, null, false, false);
        this.reason = reason;
        this.message = message;
    }

    /**
     * The rejection of a record with which Driftline itself has failed.
     *
     * @param work what it was at, such as {@code decoding}
     */
    public static Rejection failed(String work, Throwable failure) {
        return failed(work, failure.toString());
    }

    /** As the other, with the failure in words. */
    public static Rejection failed(String work, String failure) {
        return new Rejection(DeadLetterReason.FAILED, work + " failed: " + failure);
    }

    /** The rejection of a document that was scattered and can never be gathered. */
    public static Rejection stranded(String id) {
        return new Rejection(
                DeadLetterReason.STRANDED,
                "document '" + id
                        + "' was under way between the shards when a topic that carries it was deleted; some shards may"
                        + " have learned it. Publish it again to have it scored");
    }

    /** The kind of what is wrong. */
    public DeadLetterReason reason() {
        return reason;
    }

    /** What is wrong, with the value and what was expected. */
    @Override
    public String getMessage() {
        return message;
    }
}
