package dev.driftline.corpus;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks gzip (RFC 1952) of any number of members, one behind the other, to the end of the input.
 *
 * <p>{@link java.util.zip.GZIPInputStream} asks the input whether bytes are {@code available} after a member, which a pipe denies
 * while its writer is slow, and takes a damaged member for the end: both lose text without a word. Zeros after the last member are
 * padding; anything else there is refused. One thread.
 */
final class GzipMembers extends InputStream {

    private static final int BUFFER = 1 << 16;
    private static final int HAS_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xE0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 sum = new CRC32();
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private boolean isInMember;
    private boolean isAtEnd;

    /**
     * @param in begins with a member
     * @throws IOException if it does not
     */
    GzipMembers(InputStream in) throws IOException {
        this.in = in;
        try {
            if (!beginMember()) {
                throw new EOFException("there is nothing");
            }
        } catch (IOException e) {
            inflater.end();
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!isAtEnd) {
            if (!isInMember && !beginMember()) {
                break;
            }
            int read = inflate(bytes, from, length);
            if (read > 0) {
                sum.update(bytes, from, read);
                return read;
            }
            if (inflater.finished()) {
                endMember();
            }
        }
        return -1;
    }

    private int inflate(byte[] bytes, int from, int length) throws IOException {
        try {
            if (inflater.needsInput() && !inflater.finished()) {
                fill();
                inflater.setInput(buffer, at, end - at);
                at = end;
            }
            int read = inflater.inflate(bytes, from, length);
            if (inflater.needsDictionary()) {
                throw new IOException("it needs a dictionary, which gzip does not have");
            }
            return read;
        } catch (DataFormatException e) {
            throw new IOException(e.getMessage() == null ? "its data are damaged" : e.getMessage(), e);
        }
    }

    /** Reads on where nothing is left of what was read. */
    private void fill() throws IOException {
        if (at < end) {
            return;
        }
        int read = in.read(buffer, 0, buffer.length);
        if (read < 0) {
            throw new EOFException("it ends before its end");
        }
        at = 0;
        end = read;
    }

    /** Whether there is another member, whose header is passed then. */
    private boolean beginMember() throws IOException {
        int first = next();
        while (first == 0 && isBehindMember()) {
            first = next();
        }
        if (first < 0) {
            isAtEnd = true;
            return false;
        }
        if (first != 0x1F || header() != 0x8B) {
            throw new IOException("behind its end are other bytes");
        }
        if (header() != 8) {
            throw new IOException("its method of compression is unknown");
        }
        int flags = header();
        if ((flags & RESERVED) != 0) {
            throw new IOException("its header has unknown flags");
        }
        skip(6);
        if ((flags & HAS_EXTRA) != 0) {
            int length = header();
            length |= header() << 8;
            skip(length);
        }
        for (int text : new int[] {HAS_NAME, HAS_COMMENT}) {
            while ((flags & text) != 0 && header() != 0) {
                // A name or a comment ends with a zero.
            }
        }
        if ((flags & HAS_CHECKSUM) != 0) {
            skip(2);
        }
        inflater.reset();
        sum.reset();
        isInMember = true;
        return true;
    }

    private boolean isBehindMember() {
        return inflater.finished();
    }

    private void endMember() throws IOException {
        at = end - inflater.getRemaining();
        isInMember = false;
        long expected = 0;
        for (int i = 0; i < 4; i++) {
            expected |= (long) header() << (8 * i);
        }
        long length = 0;
        for (int i = 0; i < 4; i++) {
            length |= (long) header() << (8 * i);
        }
        if (expected != sum.getValue() || length != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
            throw new IOException("its checksum or length does not fit");
        }
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            header();
        }
    }

    /** The next byte, of a header or a trailer. */
    private int header() throws IOException {
        int next = next();
        if (next < 0) {
            throw new EOFException("it ends before its end");
        }
        return next;
    }

    private int next() throws IOException {
        if (at == end) {
            int read = in.read(buffer, 0, buffer.length);
            if (read <= 0) {
                return -1;
            }
            at = 0;
            end = read;
        }
        return buffer[at++] & 0xFF;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
