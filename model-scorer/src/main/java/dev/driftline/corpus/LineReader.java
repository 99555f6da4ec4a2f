package dev.driftline.corpus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a {@link TextInput} with their numbers, one in memory at a time. A line ends at a line feed; a carriage return
 * before it and a byte order mark at its start are dropped. Not thread-safe.
 */
public final class LineReader implements AutoCloseable {

    /** Limit in bytes on a line, and on a file that is one document. */
    public static final int MAX_BYTES = 64 << 20;

    private final Path file;
    private final TextInput in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final byte[] buffer = new byte[1 << 16];
    private byte[] line = new byte[1 << 12];
    private int at;
    private int end;
    private long number;
    private final boolean asItIs;
    private volatile long bytesRead;
    private String undecoded = "";

    /**
     * Opens {@code file}, as {@link TextInput} says.
     *
     * @throws IOException if it cannot be read, with a message that says why and what to do
     */
    public LineReader(Path file) throws IOException {
        this.file = file;
        this.in = TextInput.open(file);
        this.asItIs = in.asItIs();
    }

    /** The number of the last line read, from 1. */
    public long number() {
        return number;
    }

    /** Bytes of the file consumed so far; of one that is unpacked, about. May be called from any thread. */
    public long bytesRead() {
        return asItIs ? bytesRead : in.bytesRead();
    }

    /**
     * The next line, or null at the end of the file.
     *
     * @throws CorpusFormatException if it is not UTF-8 or too long; the next call goes on with the line after it
     */
    public @Nullable String next() throws IOException {
        int length = 0;
        boolean any = false;
        boolean tooLong = false;
        while (true) {
            if (at == end) {
                end = in.read(buffer);
                at = 0;
                if (end <= 0) {
                    end = 0;
                    break;
                }
            }
            any = true;
            int stop = at;
            while (stop < end && buffer[stop] != '\n') {
                stop++;
            }
            int more = stop - at;
            if (length + more > MAX_BYTES) {
                tooLong = true;
                length = 0;
            }
            if (!tooLong) {
                if (length + more > line.length) {
                    line = Arrays.copyOf(line, Math.min(MAX_BYTES, Math.max(length + more, line.length * 2)));
                }
                System.arraycopy(buffer, at, line, length, more);
                length += more;
            }
            boolean ended = stop < end;
            int consumed = more + (ended ? 1 : 0);
            at += consumed;
            bytesRead += consumed;
            if (ended) {
                break;
            }
        }
        if (!any) {
            return null;
        }
        number++;
        if (tooLong) {
            undecoded = "";
            throw new CorpusFormatException(file, number, "longer than " + MAX_BYTES + " bytes: split the document");
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return decode(length);
    }

    /** The line that {@link #next()} refused last, with U+FFFD for what is not UTF-8; empty if it was too long. */
    public String undecoded() {
        return undecoded;
    }

    private String decode(int length) {
        String text;
        try {
            text = decoder.decode(ByteBuffer.wrap(line, 0, length)).toString();
        } catch (CharacterCodingException e) {
            undecoded = new String(line, 0, length, StandardCharsets.UTF_8);
            throw new CorpusFormatException(file, number, TextInput.notUtf8(line, length));
        }
        // A second mark: two files that were put together have one each.
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
