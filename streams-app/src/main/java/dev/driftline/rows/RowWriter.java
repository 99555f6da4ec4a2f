package dev.driftline.rows;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes rows as they were read, with values for the added columns. One thread. */
public interface RowWriter extends AutoCloseable {

    /**
     * Writes a row that was read from a file of the same format.
     *
     * @param values one for each added column, in their order; null where there is none
     * @throws RowConflictException if the row has a field of the name of an added one
     * @throws IOException if it cannot be written
     */
    void write(Row row, @Nullable Object[] values) throws IOException;

    /** Completes what is written, and closes it. */
    @Override
    void close() throws IOException;
}
