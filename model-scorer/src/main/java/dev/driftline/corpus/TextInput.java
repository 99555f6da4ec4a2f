package dev.driftline.corpus;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file of text as people have it, as a stream of UTF-8 without a byte order mark: gzip and zstd are unpacked and UTF-16 and
 * UTF-32 with a byte order mark are converted, whatever the file is called. What cannot be text is refused with what it is and
 * how to convert it. {@value #STANDARD_INPUT} is the standard input.
 *
 * <p>One thread reads; {@link #bytesRead()} may be called from any.
 */
public final class TextInput extends FilterInputStream {

    /** The name of the standard input. */
    public static final String STANDARD_INPUT = "-";

    private static final int HEAD = 64;
    private static final int BUFFER = 1 << 16;

    private final Counted raw;
    private final boolean asItIs;

    private TextInput(InputStream text, Counted raw, boolean asItIs) {
        super(text);
        this.raw = raw;
        this.asItIs = asItIs;
    }

    /** Whether {@code file} stands for the standard input. */
    public static boolean isStandardInput(Path file) {
        return file.toString().equals(STANDARD_INPUT);
    }

    /**
     * Opens {@code file}.
     *
     * @throws IOException if it cannot be read or is not text, with a message that says why and what to do
     */
    public static TextInput open(Path file) throws IOException {
        if (isStandardInput(file)) {
            InputStream standard = System.in;
            return of(file, new StoppableInput(() -> new StaysOpen(standard)));
        }
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder: name the files in it");
        }
        if (!Files.exists(file)) {
            throw new IOException(file + " does not exist");
        }
        if (!Files.isReadable(file)) {
            throw new IOException(file + " cannot be read: permission denied");
        }
        InputStream in = Files.isRegularFile(file)
                ? Files.newInputStream(file)
                : new StoppableInput(() -> Files.newInputStream(file));
        try {
            return of(file, in);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * The text of a small file, such as a list of words.
     *
     * @param most the most bytes of text
     * @throws IOException if it cannot be read, is larger or is not UTF-8, with a message that says why and what to do
     */
    public static String read(Path file, int most) throws IOException {
        byte[] bytes;
        try (TextInput in = open(file)) {
            bytes = in.readNBytes(most);
            if (bytes.length == most && in.read() >= 0) {
                throw new IOException(file + " has more than " + most + " bytes of text");
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is " + notUtf8(bytes, bytes.length), e);
        }
    }

    private static TextInput of(Path file, InputStream in) throws IOException {
        Counted raw = new Counted(in);
        byte[] head = raw.readNBytes(HEAD);
        InputStream text = joined(head, raw);
        boolean packed = true;
        if (begins(head, 0x1F, 0x8B)) {
            text = new Unpacked(file, gzip(file, text));
        } else if (begins(head, 0x28, 0xB5, 0x2F, 0xFD)) {
            text = new Unpacked(file, zstd(file, text));
        } else {
            packed = false;
        }
        if (packed) {
            text = new BufferedInputStream(text, BUFFER);
            head = text.readNBytes(HEAD);
            text = joined(head, text);
        }
        refuseOther(file, head);
        int mark = 0;
        Charset charset = StandardCharsets.UTF_8;
        if (begins(head, 0xEF, 0xBB, 0xBF)) {
            mark = 3;
        } else if (begins(head, 0xFF, 0xFE, 0, 0) && head.length % 4 == 0) {
            mark = 4;
            charset = Charset.forName("UTF-32LE");
        } else if (begins(head, 0, 0, 0xFE, 0xFF)) {
            mark = 4;
            charset = Charset.forName("UTF-32BE");
        } else if (begins(head, 0xFF, 0xFE)) {
            mark = 2;
            charset = StandardCharsets.UTF_16LE;
        } else if (begins(head, 0xFE, 0xFF)) {
            mark = 2;
            charset = StandardCharsets.UTF_16BE;
        }
        text.skipNBytes(mark);
        boolean converted = !charset.equals(StandardCharsets.UTF_8);
        return new TextInput(
                converted ? new Utf8Stream(file, text, charset) : text, raw, !packed && !converted && mark == 0);
    }

    /** Bytes of the file read so far, from the buffers of whoever unpacks it on; 0 where that is what is read from here. */
    public long bytesRead() {
        return raw.count;
    }

    /** Whether what is read from here are the bytes of the file. */
    public boolean asItIs() {
        return asItIs;
    }

    /** What to say of bytes that are not UTF-8, after the name of the file or line and {@code is}. */
    static String notUtf8(byte[] bytes, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
        StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(in, CharBuffer.allocate(length + 1), true);
        int at = in.position();
        return String.format(
                Locale.ROOT,
                "not UTF-8 (byte 0x%02X after %d others): if it is Latin-1 or of Windows, convert it, as in"
                        + " iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW",
                at < length ? bytes[at] & 0xFF : 0,
                at);
    }

    /** Refuses what is known not to be text by its first bytes. */
    private static void refuseOther(Path file, byte[] head) throws IOException {
        String what = "";
        if (begins(head, 'P', 'K', 3, 4)) {
            what = "a ZIP archive (as are .docx, .xlsx, .epub and .pt): unpack it, or save it as text";
        } else if (begins(head, 'B', 'Z', 'h')) {
            what = "compressed by bzip2: unpack it, as in bzip2 -dk FILE";
        } else if (begins(head, 0xFD, '7', 'z', 'X', 'Z', 0)) {
            what = "compressed by xz: unpack it, as in xz -dk FILE";
        } else if (begins(head, 0x04, 0x22, 0x4D, 0x18)) {
            what = "compressed by lz4: unpack it, as in lz4 -dk FILE";
        } else if (begins(head, '7', 'z', 0xBC, 0xAF)) {
            what = "a 7z archive: unpack it";
        } else if (begins(head, '%', 'P', 'D', 'F', '-')) {
            what = "a PDF: convert it, as in pdftotext FILE";
        } else if (begins(head, 'P', 'A', 'R', '1')) {
            what = "a Parquet file: convert it to JSON lines";
        } else if (begins(head, 'O', 'b', 'j', 1)) {
            what = "an Avro file: convert it to JSON lines, as in avro-tools tojson FILE";
        } else if (head.length >= 8 && !begins(head, 0xFF, 0xFE) && !begins(head, 0xFE, 0xFF)) {
            int even = 0;
            int odd = 0;
            for (int i = 0; i < head.length; i++) {
                if (head[i] == 0) {
                    even += 1 - i % 2;
                    odd += i % 2;
                }
            }
            if (Math.max(even, odd) * 3 >= head.length && Math.min(even, odd) * 8 < head.length) {
                String name = odd > even ? "UTF-16LE" : "UTF-16BE";
                what = name + " without a byte order mark: convert it, as in iconv -f " + name + " -t UTF-8 OLD > NEW";
            } else if ((even + odd) * 4 >= head.length && !begins(head, 0, 0, 0xFE, 0xFF)) {
                what = "not text: " + (even + odd) + " of its first " + head.length + " bytes are 0";
            }
        }
        if (!what.isEmpty()) {
            throw new IOException(file + " is " + what);
        }
    }

    private static boolean begins(byte[] head, int... bytes) {
        if (head.length < bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if ((head[i] & 0xFF) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private static InputStream joined(byte[] head, InputStream rest) {
        return new SequenceInputStream(new ByteArrayInputStream(head), rest);
    }

    /** The standard input stays open: it belongs to the process. */
    private static final class StaysOpen extends FilterInputStream {
        StaysOpen(InputStream standard) {
            super(standard);
        }

        @Override
        public void close() {}
    }

    /** Counts what is read of the file. */
    private static final class Counted extends FilterInputStream {
        private volatile long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            add(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = in.read(bytes, from, length);
            add(Math.max(0, read));
            return read;
        }

        private void add(int bytes) {
            count += bytes;
        }
    }

    private static InputStream gzip(Path file, InputStream in) throws IOException {
        try {
            return new GzipMembers(in);
        } catch (StoppedInputException e) {
            throw e;
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    private static IOException damaged(Path file, IOException cause) {
        String why = cause instanceof EOFException && cause.getMessage() == null
                ? "it ends too early"
                : String.valueOf(cause.getMessage());
        return new IOException(file + " is cut short or damaged: it cannot be unpacked (" + why + ")", cause);
    }

    private static InputStream zstd(Path file, InputStream in) throws IOException {
        try {
            return Zstd.unpack(in);
        } catch (NoClassDefFoundError e) {
            throw new IOException(
                    file
                            + " is compressed with zstd: add com.github.luben:zstd-jni to the class path, or unpack it first",
                    e);
        }
    }

    /** A class of its own, which is loaded where it is needed: programs that use the library need not have zstd-jni. */
    private static final class Zstd {

        static InputStream unpack(InputStream in) throws IOException {
            return new ZstdInputStream(in).setContinuous(false);
        }
    }

    /** Says of a packed file that is cut short or damaged which one it is. */
    private static final class Unpacked extends FilterInputStream {
        private final Path file;

        Unpacked(Path file, InputStream in) {
            super(in);
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            try {
                return in.read(bytes, from, length);
            } catch (StoppedInputException e) {
                throw e;
            } catch (IOException e) {
                throw damaged(file, e);
            }
        }
    }
}
