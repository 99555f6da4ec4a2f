package dev.driftline.bulk;

/** A row cannot be scored, and the run was to stop at the first of them. The message names the row. */
public final class RowProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RowProblemException(String message) {
        super(message);
    }
}
