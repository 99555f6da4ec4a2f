package dev.driftline.pages;

import dev.driftline.codec.Varints;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A bit a number: all on the heap, an eighth of a byte each, and in pages of the store of which only those that have changed are
 * written. Not thread-safe.
 */
public final class PagedBits {

    private static final int FORMAT = 1;
    private static final int WORDS_IN_PAGE = 64;
    private static final int PAGE_SHIFT = 12;

    private final PageStore store;
    private final byte[] prefix;
    private long[] bits = new long[WORDS_IN_PAGE];
    private boolean[] changed = new boolean[1];

    /** @param prefix what the key of each page starts with, and no other key that is four bytes longer */
    public PagedBits(PageStore store, byte[] prefix) {
        this.store = store;
        this.prefix = prefix.clone();
    }

    /** Whether the bit of a number, 0 or more, is set. */
    public boolean get(int number) {
        int word = number >>> 6;
        return word < bits.length && (bits[word] >>> number & 1) != 0;
    }

    /** Sets the bit of a number. */
    public void set(int number) {
        int word = number >>> 6;
        if (word >= bits.length) {
            room((number >>> PAGE_SHIFT) + 1);
        }
        long bit = 1L << number;
        if ((bits[word] & bit) == 0) {
            bits[word] |= bit;
            changed[number >>> PAGE_SHIFT] = true;
        }
    }

    /** Clears the bit of a number. */
    public void clear(int number) {
        if (get(number)) {
            bits[number >>> 6] &= ~(1L << number);
            changed[number >>> PAGE_SHIFT] = true;
        }
    }

    private void room(int pages) {
        int room = Math.max(pages, changed.length * 2);
        bits = Arrays.copyOf(bits, room * WORDS_IN_PAGE);
        changed = Arrays.copyOf(changed, room);
    }

    /** Writes every page that has changed; one without a bit is not stored. */
    public void writeBack() {
        for (int page = 0; page < changed.length; page++) {
            if (changed[page]) {
                store.put(key(page), encode(page));
                changed[page] = false;
            }
        }
    }

    private byte @Nullable [] encode(int page) {
        Varints.Writer out = new Varints.Writer(WORDS_IN_PAGE * Long.BYTES + 1);
        out.writeByte(FORMAT);
        long any = 0;
        for (int i = page * WORDS_IN_PAGE; i < (page + 1) * WORDS_IN_PAGE; i++) {
            any |= bits[i];
            out.writeFixedLong(bits[i]);
        }
        return any == 0 ? null : out.toByteArray();
    }

    /**
     * Begins with what the store has.
     *
     * @param size numbers are below this
     */
    public void load(int size) {
        for (int page = 0; page << PAGE_SHIFT < size; page++) {
            byte[] stored = store.get(key(page));
            if (stored != null) {
                if (page >= changed.length) {
                    room(page + 1);
                }
                Varints.Reader in = new Varints.Reader(stored);
                PageFormat.check(in.readByte(), FORMAT, "marks");
                for (int i = page * WORDS_IN_PAGE; i < (page + 1) * WORDS_IN_PAGE; i++) {
                    bits[i] = in.readFixedLong();
                }
            }
        }
    }

    /** The bytes of heap that this takes. */
    public long heapBytes() {
        return bits.length * (long) Long.BYTES + changed.length;
    }

    private byte[] key(int page) {
        return ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(page)
                .array();
    }
}
