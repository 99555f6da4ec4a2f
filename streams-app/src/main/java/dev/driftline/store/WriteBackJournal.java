package dev.driftline.store;

import dev.driftline.codec.Varints;
import dev.driftline.pages.PageStore;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Makes a write-back whole where there are no transactions: a crash may cut what goes to the changelog at any record, and most
 * of what is stored spans several pages.
 *
 * <p>Before the pages, a write-back puts all of them once more into the store, as pieces of one text, and then a mark, which
 * says how long the text is and what its checksum is. After the pages it removes mark and pieces. A store with a mark, and the
 * text of that mark, may have some of the pages: whoever reads it puts them all. A store without has all or none of them.
 *
 * <pre>
 * FF 00 'j', 0        the mark: version; number of pieces, bytes and CRC-32C of the text; those two of the header before
 *                     and after, so that a store that has gone on without the mark is not set back
 * FF 00 'j', 1, 2 …   the pieces, at most {@value #PIECE_BYTES} bytes each; the number has four bytes, big endian
 * text                number of pages; of each the length and bytes of its key, 0 and nothing where it is removed, or 1,
 *                     length and bytes
 * </pre>
 *
 * <p>Used by the stream thread that owns the task.
 */
public final class WriteBackJournal {

    static final int PIECE_BYTES = 256 << 10;

    private static final int VERSION = 1;
    private static final byte[] PREFIX = {(byte) 0xFF, 0, 'j'};

    /** Takes pages; a null value removes one. */
    interface Pages {
        void put(byte[] key, byte @Nullable [] value);
    }

    private int pieces;
    private boolean marked;

    WriteBackJournal() {}

    static boolean isKey(byte[] key) {
        return key.length == PREFIX.length + 4 && Arrays.equals(key, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    /** Whether a key is that of the mark of a write-back that may have been cut. */
    public static boolean isMark(byte[] key) {
        return Arrays.equals(key, key(0));
    }

    private static byte[] key(int number) {
        byte[] key = Arrays.copyOf(PREFIX, PREFIX.length + 4);
        for (int i = 0; i < 4; i++) {
            key[PREFIX.length + i] = (byte) (number >>> 24 - 8 * i);
        }
        return key;
    }

    /** Puts the pages of a write-back that was cut into a copy of a store that nobody else uses. */
    public static void settle(PageStore copy) {
        WriteBackJournal journal = new WriteBackJournal();
        journal.read(copy::get).forEach((key, value) -> copy.put(key.get(), value.orElse(null)));
        journal.end(copy::put);
    }

    /** Whether the store has anything of a journal. */
    boolean isThere() {
        return marked || pieces > 0;
    }

    /** The pages of the last write-back, if it may have been cut; of none if not. */
    Map<Bytes, Optional<byte[]>> read(Function<byte[], byte @Nullable []> store) {
        pieces = 0;
        while (store.apply(key(pieces + 1)) != null) {
            pieces++;
        }
        byte[] mark = store.apply(key(0));
        marked = mark != null;
        if (mark == null) {
            return Map.of();
        }
        Varints.Reader in = new Varints.Reader(mark);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException("the journal of a write-back has format version " + version
                    + ", and this code reads " + VERSION + ": use the version of Driftline that wrote it");
        }
        int count = in.readInt();
        byte[] text = new byte[in.readInt()];
        int checksum = in.readInt();
        long header = print(store.apply(StoreHeader.key()));
        long before = in.readLong();
        long after = in.readLong();
        boolean fits = header == before || header == after;
        int at = 0;
        for (int number = 1; number <= count; number++) {
            byte[] piece = store.apply(key(number));
            if (piece == null || at + piece.length > text.length) {
                return Map.of();
            }
            System.arraycopy(piece, 0, text, at, piece.length);
            at += piece.length;
        }
        if (!fits || at < text.length || Varints.checksum(text, 0, at) != checksum) {
            return Map.of();
        }
        return decode(new Varints.Reader(text));
    }

    private static Map<Bytes, Optional<byte[]>> decode(Varints.Reader text) {
        Map<Bytes, Optional<byte[]>> pages = new TreeMap<>();
        for (int left = text.readInt(); left > 0; left--) {
            Bytes key = Bytes.wrap(text.readBytes());
            pages.put(key, text.readByte() == 0 ? Optional.empty() : Optional.of(text.readBytes()));
        }
        return pages;
    }

    private static byte[] encode(Map<Bytes, Optional<byte[]>> pages) {
        Varints.Writer text = new Varints.Writer(64 << 10);
        text.writeInt(pages.size());
        pages.forEach((key, value) -> {
            text.writeBytes(key.get());
            text.writeByte(value.isPresent() ? 1 : 0);
            value.ifPresent(text::writeBytes);
        });
        return text.toByteArray();
    }

    /**
     * Puts the text and the mark of {@code pages}, which come next.
     *
     * @param before the header that is stored; null for none
     * @param sent returns when the brokers have all that was put or sent
     */
    void begin(Map<Bytes, Optional<byte[]>> pages, byte @Nullable [] before, Pages store, Runnable sent) {
        if (marked) {
            store.put(key(0), null);
            marked = false;
        }
        byte[] text = encode(pages);
        int count = 0;
        for (int at = 0; at < text.length; at += PIECE_BYTES) {
            count++;
            store.put(key(count), Arrays.copyOfRange(text, at, Math.min(text.length, at + PIECE_BYTES)));
        }
        pieces = Math.max(pieces, count);
        // What the processors have sent is there before anything says that it was.
        sent.run();
        Optional<byte[]> after = pages.get(Bytes.wrap(StoreHeader.key()));
        Varints.Writer mark = new Varints.Writer(64);
        mark.writeByte(VERSION);
        mark.writeInt(count);
        mark.writeInt(text.length);
        mark.writeInt(Varints.checksum(text, 0, text.length));
        mark.writeLong(print(before));
        mark.writeLong(print(after == null ? before : after.orElse(null)));
        store.put(key(0), mark.toByteArray());
        marked = true;
        // Pages go to the disk at once, and to the brokers later: no disk has any that the brokers do not know of.
        sent.run();
    }

    /** Removes mark and text: all pages have been put after them. */
    void end(Pages store) {
        if (marked) {
            store.put(key(0), null);
            marked = false;
        }
        // From the last one down, so that what a cut leaves is found by counting up.
        for (; pieces > 0; pieces--) {
            store.put(key(pieces), null);
        }
    }

    private static long print(byte @Nullable [] header) {
        return header == null
                ? 0
                : (long) header.length << 32 | Varints.checksum(header, 0, header.length) & 0xFFFFFFFFL;
    }
}
