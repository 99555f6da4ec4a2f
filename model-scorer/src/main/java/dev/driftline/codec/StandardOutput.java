package dev.driftline.codec;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The standard output of the process, byte for byte, for what is data and not a message. Writing fails with a
 * {@link ClosedPipeException} once its reader has gone, so that this is not mistaken for a failure of something else: a file may
 * have "pipe" in its name. Not buffered.
 */
public final class StandardOutput extends FilterOutputStream {

    /** A stream to the standard output. */
    public StandardOutput() {
        this(new FileOutputStream(FileDescriptor.out));
    }

    StandardOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        try {
            out.write(bytes, from, length);
        } catch (IOException e) {
            throw ClosedPipeException.isSaidBy(String.valueOf(e.getMessage())) ? new ClosedPipeException(e) : e;
        }
    }

    /** Leaves the standard output open: it belongs to the process. */
    @Override
    public void close() throws IOException {
        flush();
    }
}
