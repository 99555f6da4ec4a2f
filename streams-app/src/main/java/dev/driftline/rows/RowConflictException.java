package dev.driftline.rows;

/** Rows have a field already that is to be added to them. The message says which, and what to do. */
public final class RowConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RowConflictException(String field, String where) {
        super(where + " has a field '" + field
                + "' already: nothing is overwritten. Give the new fields names of their own"
                + " with --prefix, as in --prefix driftline_");
    }
}
