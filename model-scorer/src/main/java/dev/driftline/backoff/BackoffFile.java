package dev.driftline.backoff;

import dev.driftline.codec.WholeFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * A {@link BackoffModel} as a file that is opened in one read: the arrays as they are, after what they are and before a
 * checksum. All numbers are little-endian.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>bytes</th><th>what</th></tr>
 * <tr><td>8</td><td>{@code 0x93 DLBACK 0x0A}</td></tr>
 * <tr><td>4</td><td>version, {@value #VERSION}</td></tr>
 * <tr><td>4</td><td>order N</td></tr>
 * <tr><td>4</td><td>bits: whether {@code <unk>}, {@code <s>} and {@code </s>} were given</td></tr>
 * <tr><td>4</td><td>words V</td></tr>
 * <tr><td>4</td><td>bytes P of all words</td></tr>
 * <tr><td>4</td><td>slots T of the table of children</td></tr>
 * <tr><td>4 (N + 2)</td><td>the first node of each order, and the number of nodes: C contexts, M nodes in all</td></tr>
 * <tr><td>4 V</td><td>where each word ends</td></tr>
 * <tr><td>P</td><td>the words, UTF-8</td></tr>
 * <tr><td>4 V</td><td>words, the most probable first</td></tr>
 * <tr><td>4 (C + 1)</td><td>the first child of each context</td></tr>
 * <tr><td>4 C</td><td>the longest shorter context of each</td></tr>
 * <tr><td>4 C</td><td>log10 backoff weights, floats</td></tr>
 * <tr><td>4 M</td><td>the last word of each node</td></tr>
 * <tr><td>4 M</td><td>log10 probabilities, floats</td></tr>
 * <tr><td>4 T</td><td>the table of children</td></tr>
 * <tr><td>4</td><td>CRC-32C of all before</td></tr>
 * </table>
 */
public final class BackoffFile {

    /** The version that is written, and the only one that is read. */
    public static final int VERSION = 1;

    private static final byte[] MAGIC = {(byte) 0x93, 'D', 'L', 'B', 'A', 'C', 'K', '\n'};
    private static final int HEAD = MAGIC.length + 6 * Integer.BYTES;
    private static final int BUFFER = 1 << 20;

    private static final String AGAIN = ": make it again, as in driftline import arpa FILE.arpa --output MODEL";

    private BackoffFile() {}

    /** Whether a file begins as this format does, whatever version it is. */
    public static boolean is(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        }
    }

    /**
     * Writes a model; a file that is there is replaced when the new one is whole.
     *
     * @throws IOException if it cannot be written; what was there before is there still
     */
    public static void write(BackoffModel model, Path file) throws IOException {
        WholeFile.write(file, channel -> new Output(channel).model(model));
    }

    /**
     * Reads a model.
     *
     * @throws IOException if the file is damaged or of another version, or does not fit the heap, with what to do
     */
    public static BackoffModel read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Input(file, channel).model();
        } catch (EOFException e) {
            throw new IOException(file + " is cut short" + AGAIN, e);
        }
    }

    /** Writes arrays, and keeps the checksum of what it wrote. */
    private static final class Output {
        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        private final CRC32C checksum = new CRC32C();

        Output(FileChannel channel) {
            this.channel = channel;
        }

        void model(BackoffModel model) throws IOException {
            BackoffTrie trie = model.trie();
            BackoffWords words = model.wordList();
            buffer.put(MAGIC)
                    .putInt(VERSION)
                    .putInt(trie.order())
                    .putInt(model.given())
                    .putInt(words.size())
                    .putInt(words.pool().length)
                    .putInt(trie.table().length);
            put(trie.bases());
            put(words.ends());
            put(words.pool());
            put(model.ranked());
            put(trie.first());
            put(trie.fail());
            put(trie.backoffs());
            put(trie.words());
            put(trie.log10());
            put(trie.table());
            drain();
            buffer.putInt((int) checksum.getValue());
            drain();
        }

        private void put(int[] values) throws IOException {
            for (int value : values) {
                room();
                buffer.putInt(value);
            }
        }

        private void put(float[] values) throws IOException {
            for (float value : values) {
                room();
                buffer.putFloat(value);
            }
        }

        private void put(byte[] values) throws IOException {
            int at = 0;
            while (at < values.length) {
                room();
                int count = Math.min(buffer.remaining(), values.length - at);
                buffer.put(values, at, count);
                at += count;
            }
        }

        private void room() throws IOException {
            if (buffer.remaining() < Integer.BYTES) {
                drain();
            }
        }

        private void drain() throws IOException {
            buffer.flip();
            checksum.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }
    }

    /** Reads arrays, checks their sizes before it makes them, the checksum, and that no index leads out of them. */
    private static final class Input {
        private final Path file;
        private final FileChannel channel;
        private final ByteBuffer buffer =
                ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
        private final CRC32C checksum = new CRC32C();

        Input(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        BackoffModel model() throws IOException {
            byte[] magic = new byte[MAGIC.length];
            fill(HEAD);
            checksum.update(buffer.duplicate().limit(buffer.position() + HEAD));
            buffer.get(magic);
            if (!Arrays.equals(magic, MAGIC)) {
                throw new IOException(file + " is not a model that import arpa wrote" + AGAIN);
            }
            int version = buffer.getInt();
            if (version != VERSION) {
                throw new IOException(file + " has version " + version + " of the format, and this Driftline reads "
                        + VERSION + AGAIN + ", with this version of Driftline");
            }
            int order = buffer.getInt();
            int given = buffer.getInt();
            int words = buffer.getInt();
            int pool = buffer.getInt();
            int table = buffer.getInt();
            require(order >= 1 && order <= BackoffModel.MOST_ORDER && words >= 3 && pool >= 0 && table >= 1);
            int[] bases = ints(order + 2);
            require(bases[0] == 0 && bases[1] == 1 && bases[2] == 1L + words);
            for (int n = 2; n <= order; n++) {
                require(bases[n + 1] >= bases[n]);
            }
            int contexts = bases[order];
            int nodes = bases[order + 1];
            long arrays = 4L * (2L * words + 3L * contexts + 1 + 2L * nodes + table) + pool;
            require(channel.size() == HEAD + 4L * bases.length + arrays + 4);
            long there = Runtime.getRuntime().maxMemory();
            if (arrays + 8L * words > there) {
                throw new IOException(String.format(
                        Locale.ROOT,
                        "%s needs %,d MB of heap, and this Java has %,d: give it more, as in JAVA_TOOL_OPTIONS=-Xmx%dm",
                        file,
                        arrays >> 20,
                        there >> 20,
                        (arrays >> 20) * 5 / 4 + 64));
            }
            int[] ends = ints(words);
            byte[] bytes = bytes(pool);
            int[] ranked = ints(words);
            int[] first = ints(contexts + 1);
            int[] fail = ints(contexts);
            float[] backoffs = floats(contexts);
            int[] last = ints(nodes);
            float[] log10 = floats(nodes);
            int[] children = ints(table);
            long expected = checksum.getValue();
            fill(Integer.BYTES);
            require(buffer.getInt() == (int) expected);
            check(ends, pool, ranked, bases, first, fail, last, children);
            return new BackoffModel(
                    BackoffWords.of(bytes, ends),
                    new BackoffTrie(order, bases, first, last, children, log10, backoffs, fail),
                    given,
                    ranked);
        }

        /** Somebody may have made such a file: no index may lead out of its array, and no way may go round in a circle. */
        private void check(
                int[] ends, int pool, int[] ranked, int[] bases, int[] first, int[] fail, int[] last, int[] children)
                throws IOException {
            boolean sound = ends[ends.length - 1] == pool && first[0] == 1 && first[first.length - 1] == last.length;
            int before = 0;
            for (int end : ends) {
                sound &= end >= before;
                before = end;
            }
            for (int word : ranked) {
                sound &= word >= 0 && word < ends.length;
            }
            for (int i = 1; i < first.length; i++) {
                sound &= first[i] >= first[i - 1];
            }
            for (int n = 1; n + 1 < bases.length - 1; n++) {
                for (int node = bases[n]; node < bases[n + 1]; node++) {
                    sound &= fail[node] >= 0 && fail[node] < bases[n];
                }
                sound &= first[bases[n]] == bases[n + 1];
            }
            for (int word : last) {
                sound &= word >= 0 && word < ends.length;
            }
            int free = 0;
            for (int child : children) {
                sound &= child >= 0 && child < last.length;
                free += child == 0 ? 1 : 0;
            }
            require(sound && free > 0);
        }

        private void require(boolean sound) throws IOException {
            if (!sound) {
                throw new IOException(file + " is damaged" + AGAIN);
            }
        }

        private int[] ints(int length) throws IOException {
            int[] values = new int[length];
            int at = 0;
            while (at < length) {
                fill(Integer.BYTES);
                int count = Math.min(buffer.remaining() / Integer.BYTES, length - at);
                buffer.asIntBuffer().get(values, at, count);
                take(count * Integer.BYTES);
                at += count;
            }
            return values;
        }

        private float[] floats(int length) throws IOException {
            float[] values = new float[length];
            int at = 0;
            while (at < length) {
                fill(Float.BYTES);
                int count = Math.min(buffer.remaining() / Float.BYTES, length - at);
                buffer.asFloatBuffer().get(values, at, count);
                take(count * Float.BYTES);
                at += count;
            }
            for (float value : values) {
                require(Float.isFinite(value));
            }
            return values;
        }

        private byte[] bytes(int length) throws IOException {
            byte[] values = new byte[length];
            int at = 0;
            while (at < length) {
                fill(1);
                int count = Math.min(buffer.remaining(), length - at);
                checksum.update(buffer.duplicate().limit(buffer.position() + count));
                buffer.get(values, at, count);
                at += count;
            }
            return values;
        }

        private void take(int bytes) {
            checksum.update(buffer.duplicate().limit(buffer.position() + bytes));
            buffer.position(buffer.position() + bytes);
        }

        /** Sees to it that {@code bytes} more are in the buffer. */
        private void fill(int bytes) throws IOException {
            if (buffer.remaining() >= bytes) {
                return;
            }
            buffer.compact();
            while (buffer.position() < bytes) {
                if (channel.read(buffer) < 0) {
                    throw new EOFException();
                }
            }
            buffer.flip();
        }
    }
}
