package dev.driftline.rows;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the rows of a file, one or one row group in memory at a time. One thread reads; the sizes may be asked from any. */
public interface RowReader extends AutoCloseable {

    /**
     * The next row; null after the last, and once the wait for a pipe was ended. One that cannot be read is a row with a {@link Row#problem()}.
     *
     * @throws IOException if the file cannot be read on
     */
    @Nullable
    Row next() throws IOException;

    /** Bytes of the file read so far, about. */
    long bytesRead();

    /** The size of the file when it was opened, in bytes; 0 for a pipe. */
    long bytesTotal();

    @Override
    void close() throws IOException;
}
