package dev.driftline.pages;

import dev.driftline.codec.Varints;
import dev.driftline.codec.WholeFile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The pages of some stores in one file, for models that are saved and loaded whole. It is written under another name and moved
 * into place when complete, so that a reader never sees part of one, and a crash leaves the one before.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>bytes</th><th>content</th></tr>
 * <tr><td>8</td><td>{@code DRFTPAGE}</td></tr>
 * <tr><td>1</td><td>version, {@value #VERSION}</td></tr>
 * <tr><td>varint, then as many</td><td>what the model is, in the words of whoever saves it</td></tr>
 * <tr><td>varint</td><td>number of stores</td></tr>
 * <tr><td>for each store</td><td>entries in the order of their keys: varint length of the key + 1, key, varint length of the value,
 *     value; then 0</td></tr>
 * <tr><td>4</td><td>CRC-32C of everything before, the highest byte first</td></tr>
 * </table>
 *
 * @param description what the model is
 * @param stores its stores
 */
public record PageFile(byte[] description, List<? extends PageStore> stores) {

    private static final byte[] MAGIC = "DRFTPAGE".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int BUFFER = 1 << 16;
    private static final byte[] EVERYTHING = {};

    /** Heap is taken for so much at once, whatever a file says of its lengths. */
    private static final int PIECE = 1 << 20;

    /**
     * Writes the file; one that is there is replaced. What has been decoded from the stores must be written back before.
     *
     * @throws IOException if it cannot be written; what was there before is still there
     */
    public void write(Path file) throws IOException {
        WholeFile.write(file, channel -> writeTo(new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)));
    }

    private void writeTo(OutputStream file) throws IOException {
        CRC32C checksum = new CRC32C();
        OutputStream out = new CheckedOutputStream(file, checksum);
        out.write(MAGIC);
        Varints.Writer small = new Varints.Writer(64);
        small.writeByte(VERSION);
        small.writeBytes(description);
        small.writeInt(stores.size());
        out.write(small.toByteArray());
        for (PageStore store : stores) {
            try {
                store.scan(EVERYTHING, (key, value) -> {
                    try {
                        small.reset();
                        small.writeInt(key.length + 1);
                        small.append(key, 0, key.length);
                        small.writeInt(value.length);
                        out.write(small.toByteArray());
                        out.write(value);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            out.write(0);
        }
        Varints.Writer end = new Varints.Writer(4);
        end.writeFixedInt((int) checksum.getValue());
        file.write(end.toByteArray());
        file.flush();
    }

    /**
     * Reads what {@link #write} wrote, into stores on the heap, and checks its checksum.
     *
     * @throws IOException if the file cannot be read, is not such a file, is of another version, or is not whole and correct; the
     *     message names the file and says what to do
     */
    public static PageFile read(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + " does not exist");
        }
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder: name the file that was saved");
        }
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
            CheckedInputStream in = new CheckedInputStream(raw, new CRC32C());
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw new IOException(file + " is not a saved model: it does not begin with DRFTPAGE");
            }
            int version = in.read();
            if (version != VERSION) {
                throw new IOException(file + " has format version " + version + ", this program reads " + VERSION
                        + ": load it with the version of Driftline that saved it");
            }
            byte[] description = bytes(in, length(in));
            List<HeapPageStore> stores = new ArrayList<>();
            for (int left = length(in); left > 0; left--) {
                stores.add(store(in));
            }
            int expected = (int) in.getChecksum().getValue();
            int found = new Varints.Reader(bytes(raw, 4)).readFixedInt();
            if (found != expected || raw.read() >= 0) {
                throw new IOException(file + " has changed since it was saved: its checksum is "
                        + Integer.toHexString(found) + " and should be " + Integer.toHexString(expected)
                        + ". Take a copy of it, or learn the text again");
            }
            return new PageFile(description, List.copyOf(stores));
        } catch (EOFException e) {
            throw new IOException(
                    file
                            + " is not whole, or was damaged: it ends too early. Take a copy of it, or learn the text again",
                    e);
        }
    }

    private static HeapPageStore store(InputStream in) throws IOException {
        HeapPageStore store = new HeapPageStore();
        for (int length = length(in); length > 0; length = length(in)) {
            byte[] key = bytes(in, length - 1);
            store.put(key, bytes(in, length(in)));
        }
        return store;
    }

    private static int length(InputStream in) throws IOException {
        int value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += 7) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            value |= (next & 0x7F) << shift;
            if (next < 0x80) {
                break;
            }
        }
        if (value < 0) {
            // Damaged: no array is so long.
            throw new EOFException();
        }
        return value;
    }

    private static byte[] bytes(InputStream in, int length) throws IOException {
        if (length <= PIECE) {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException();
            }
            return bytes;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream(PIECE);
        for (int left = length; left > 0; left -= PIECE) {
            all.write(bytes(in, Math.min(PIECE, left)));
        }
        return all.toByteArray();
    }
}
