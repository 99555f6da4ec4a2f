package dev.driftline.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Text of another encoding as UTF-8. One thread. */
final class Utf8Stream extends InputStream {

    private static final int CHARACTERS = 8192;

    private final Path file;
    private final String name;
    private final Reader reader;
    private final char[] characters = new char[CHARACTERS];
    private byte[] bytes = {};
    private int at;
    /** The first half of a pair whose second half is still to be read; 0 if there is none. */
    private char half;

    Utf8Stream(Path file, InputStream in, Charset charset) {
        this.file = file;
        this.name = charset.name();
        this.reader = new InputStreamReader(
                in,
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    @Override
    public int read() throws IOException {
        return fill() ? bytes[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int read = Math.min(length, bytes.length - at);
        System.arraycopy(bytes, at, into, from, read);
        at += read;
        return read;
    }

    private boolean fill() throws IOException {
        while (at == bytes.length) {
            int kept = half == 0 ? 0 : 1;
            characters[0] = half;
            half = 0;
            int read;
            try {
                read = reader.read(characters, kept, CHARACTERS - kept);
            } catch (CharacterCodingException e) {
                throw new IOException(
                        file + " begins as " + name + ", and goes on as something else: save it as UTF-8", e);
            }
            int end = kept + Math.max(0, read);
            if (end == 0) {
                return false;
            }
            if (read > 0 && Character.isHighSurrogate(characters[end - 1])) {
                half = characters[--end];
            }
            bytes = new String(characters, 0, end).getBytes(StandardCharsets.UTF_8);
            at = 0;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
