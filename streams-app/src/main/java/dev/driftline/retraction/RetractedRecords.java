package dev.driftline.retraction;

import dev.driftline.codec.Varints;
import dev.driftline.pages.PageStore;
import dev.driftline.store.WriteBackCache;
import dev.driftline.store.WriteBackMap;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Which records of the inputs were taken out, or are being taken out, so that none is taken out twice: by topic, partition and
 * position. A partition of an input has pages of up to {@value #PAGE} positions in their order, and an index of the first one of
 * each page. A position costs about two bytes.
 *
 * <p>Of each partition and input the last {@value #MOST_PAGES} pages are kept, which are one to two million positions and at most
 * some 4 MB; then those of the lowest positions go, which were published first and have left the topic first. Whether such a
 * record was taken out before, the counts alone can say. Used by one thread.
 */
public final class RetractedRecords implements WriteBackCache {

    /** The most positions of a page. */
    static final int PAGE = 512;

    /** The most pages of a partition of an input. */
    static final int MOST_PAGES = 4096;

    /** No key of a source or of another page of the store begins so: no name is as long as that. */
    private static final byte[] PREFIX = {(byte) 0xFD, (byte) 0xFD, (byte) 0xFD, (byte) 0xFD, (byte) 0xFD, (byte) 0xFD};

    private static final int DECODED = 64;

    /** The page of the index; no page of positions begins there. */
    private static final long INDEX = -1;

    /** @param first a lower bound of what is in the page, which names it; {@link #INDEX} for the index */
    private record Page(boolean isText, int partition, long first) {}

    private final WriteBackMap<Page, long[]> pages;
    private final int mostPages;

    /** @param store that of the sources, in which these pages have keys of their own */
    public RetractedRecords(PageStore store) {
        this(store, MOST_PAGES);
    }

    RetractedRecords(PageStore store, int mostPages) {
        pages = new WriteBackMap<>(store, new Codec(), DECODED);
        this.mostPages = mostPages;
    }

    /** Whether the record at a position was taken out, or is being taken out. */
    public boolean has(boolean isText, int partition, long position) {
        long[] index = get(new Page(isText, partition, INDEX));
        int at = floor(index, position);
        return at >= 0 && Arrays.binarySearch(get(new Page(isText, partition, index[at])), position) >= 0;
    }

    /** Notes that the record at a position is taken out. */
    public void add(boolean isText, int partition, long position) {
        Page indexPage = new Page(isText, partition, INDEX);
        long[] index = get(indexPage);
        if (index.length == 0) {
            index = new long[] {0};
            pages.put(indexPage, index);
        }
        int at = floor(index, position);
        if (at < 0) {
            // Below the first page, where others were dropped for want of room.
            return;
        }
        Page page = new Page(isText, partition, index[at]);
        long[] positions = get(page);
        int place = Arrays.binarySearch(positions, position);
        if (place >= 0) {
            return;
        }
        long[] more = inserted(positions, ~place, position);
        if (more.length <= PAGE) {
            pages.put(page, more);
            return;
        }
        // At the end, where most come, the page before stays full.
        int split = ~place == positions.length ? positions.length : more.length / 2;
        pages.put(page, Arrays.copyOf(more, split));
        pages.put(new Page(isText, partition, more[split]), Arrays.copyOfRange(more, split, more.length));
        long[] longer = inserted(index, at + 1, more[split]);
        if (longer.length > mostPages) {
            pages.remove(new Page(isText, partition, longer[0]));
            longer = Arrays.copyOfRange(longer, 1, longer.length);
        }
        pages.put(indexPage, longer);
    }

    /** Takes back that the record at a position is taken out. */
    public void remove(boolean isText, int partition, long position) {
        long[] index = get(new Page(isText, partition, INDEX));
        int at = floor(index, position);
        if (at < 0) {
            return;
        }
        Page page = new Page(isText, partition, index[at]);
        long[] positions = get(page);
        int place = Arrays.binarySearch(positions, position);
        if (place >= 0) {
            long[] fewer = Arrays.copyOf(positions, positions.length - 1);
            System.arraycopy(positions, place + 1, fewer, place, fewer.length - place);
            pages.put(page, fewer);
        }
    }

    private long[] get(Page page) {
        long[] found = pages.get(page);
        return found == null ? new long[0] : found;
    }

    /** The last of {@code firsts} that is not above {@code position}; below 0 where there is none. */
    private static int floor(long[] firsts, long position) {
        int at = Arrays.binarySearch(firsts, position);
        return at >= 0 ? at : -at - 2;
    }

    private static long[] inserted(long[] numbers, int at, long number) {
        long[] more = Arrays.copyOf(numbers, numbers.length + 1);
        System.arraycopy(numbers, at, more, at + 1, numbers.length - at);
        more[at] = number;
        return more;
    }

    @Override
    public void writeBack() {
        pages.writeBack();
    }

    @Override
    public void forget() {
        pages.forget();
    }

    /**
     * Keys: the prefix, {@code 'd'} or {@code 't'} for the input, the partition, and the first position of the page, big endian.
     * Values: a version byte, the count, and the differences of the numbers, as varints.
     */
    private static final class Codec implements WriteBackMap.Codec<Page, long[]> {

        private static final int VERSION = 1;

        @Override
        public byte[] encodeKey(Page page) {
            return ByteBuffer.allocate(PREFIX.length + 1 + Integer.BYTES + Long.BYTES)
                    .put(PREFIX)
                    .put((byte) (page.isText() ? 't' : 'd'))
                    .putInt(page.partition())
                    .putLong(page.first())
                    .array();
        }

        @Override
        public Page decodeKey(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes).position(PREFIX.length);
            boolean isText = in.get() == 't';
            return new Page(isText, in.getInt(), in.getLong());
        }

        @Override
        public byte[] encodeValue(long[] numbers) {
            Varints.Writer out = new Varints.Writer(16 + 3 * numbers.length);
            out.writeByte(VERSION);
            out.writeInt(numbers.length);
            long before = 0;
            for (long number : numbers) {
                out.writeLong(number - before);
                before = number;
            }
            return out.toByteArray();
        }

        @Override
        public long[] decodeValue(Page page, byte[] bytes) {
            Varints.Reader in = new Varints.Reader(bytes);
            int version = in.readByte();
            if (version != VERSION) {
                throw new IllegalStateException("a page of retracted records has format version " + version
                        + ", and this code reads " + VERSION + ": use the version of Driftline that wrote it");
            }
            long[] numbers = new long[in.readCount(1)];
            long before = 0;
            for (int i = 0; i < numbers.length; i++) {
                before += in.readLong();
                numbers[i] = before;
            }
            return numbers;
        }
    }
}
