package dev.driftline.failures;

/**
 * Work on a record failed after state had begun to change. The thread dies of it, so that the transaction is aborted and the
 * state is as it was before the record; then the record is tried again, or passed over: {@link RecordTries}.
 */
public final class RecordFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RecordFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
