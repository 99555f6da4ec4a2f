package dev.driftline.spelling;

import dev.driftline.codec.Varints;
import dev.driftline.pages.PageStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The list of words that a {@link SpellingModel} has learned and of those that were taken out of it again, in that order, in
 * pages of {@value #WORDS_IN_PAGE} entries. A page is a version, the number of its entries, and of each the number of code points
 * and the code points, all varints; in version 2 an entry that begins with {@value #TAKEN_OUT}, which is no code point, is a word
 * that was taken out. A full page does not change again, and only those that the store does not have are on the heap. The oldest
 * pages can be dropped. Not thread-safe.
 */
final class SpellingPages {

    /** Entries of one page. */
    static final int WORDS_IN_PAGE = 256;

    private static final int VERSION = 1;

    /** Of a page with a word that was taken out. */
    private static final int VERSION_TAKEN_OUT = 2;

    private static final int TAKEN_OUT = Character.MAX_CODE_POINT + 1;

    /** Takes in the entries of a page. */
    @FunctionalInterface
    interface Reader {

        /** @param isLearned false where the word was taken out */
        void read(String word, boolean isLearned);
    }

    private final PageStore store;
    /** What every key starts with; the number of the page follows, in four bytes. */
    private final byte[] prefix;

    private int firstPage;
    private long end;
    private long storedEnd;
    private int firstOpenPage;
    /** The pages that the store does not have as they are, without version and number of entries. */
    private final List<Open> openPages = new ArrayList<>();

    private static final class Open {

        final Varints.Writer entries = new Varints.Writer(WORDS_IN_PAGE * 10);
        int version = VERSION;
    }

    SpellingPages(PageStore store, byte[] prefix) {
        this.store = store;
        this.prefix = prefix.clone();
    }

    /** The number of the first entry that there is. */
    long first() {
        return (long) firstPage * WORDS_IN_PAGE;
    }

    /** The number of the next entry, those of dropped pages among them. */
    long end() {
        return end;
    }

    /** Adds a word that was learned, at the end. */
    void append(String word) {
        append(word, true);
    }

    /** Adds a word that was taken out, at the end. */
    void appendTakenOut(String word) {
        append(word, false);
    }

    private void append(String word, boolean isLearned) {
        int open = (int) (end / WORDS_IN_PAGE) - firstOpenPage;
        if (open == openPages.size()) {
            openPages.add(new Open());
        }
        Varints.Writer out = openPages.get(open).entries;
        out.writeInt(word.codePointCount(0, word.length()) + (isLearned ? 0 : 1));
        if (!isLearned) {
            openPages.get(open).version = VERSION_TAKEN_OUT;
            out.writeInt(TAKEN_OUT);
        }
        for (int at = 0; at < word.length(); ) {
            int letter = word.codePointAt(at);
            out.writeInt(letter);
            at += Character.charCount(letter);
        }
        end++;
    }

    /** Puts every page with entries that the store does not have yet into it. */
    void writeBack() {
        if (end == storedEnd) {
            return;
        }
        for (int i = 0; i < openPages.size(); i++) {
            store.put(key(firstOpenPage + i), openPage(i));
        }
        markStored();
    }

    private byte[] openPage(int open) {
        int count = (int) Math.min(WORDS_IN_PAGE, end - (long) (firstOpenPage + open) * WORDS_IN_PAGE);
        byte[] body = openPages.get(open).entries.toByteArray();
        Varints.Writer out = new Varints.Writer(16);
        out.writeByte(openPages.get(open).version);
        out.writeInt(count);
        byte[] head = out.toByteArray();
        byte[] value = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, value, head.length, body.length);
        return value;
    }

    /** Only the last, partly filled page is kept. */
    private void markStored() {
        int last = (int) (end / WORDS_IN_PAGE);
        openPages.subList(0, Math.min(openPages.size(), last - firstOpenPage)).clear();
        firstOpenPage = last;
        storedEnd = end;
    }

    /** Drops the oldest page, which must be full and stored. */
    void dropFirst() {
        store.put(key(firstPage), null);
        firstPage++;
    }

    /**
     * Begins with what the store has.
     *
     * @param first the number of the first entry that there is
     */
    void open(long first) {
        firstPage = (int) (first / WORDS_IN_PAGE);
        firstOpenPage = firstPage;
        end = first;
        int last = lastPage();
        if (last >= firstPage) {
            end = (long) last * WORDS_IN_PAGE;
            firstOpenPage = last;
            read(page(last), this::append);
        }
        markStored();
    }

    /** The number of the last stored page, or the one before the first: pages are without a gap, so it is found by halving. */
    private int lastPage() {
        int after = 1;
        while (store.get(key(firstPage + after - 1)) != null) {
            after *= 2;
        }
        int there = after / 2 - 1;
        int absent = after - 1;
        while (absent - there > 1) {
            int middle = (there + absent) >>> 1;
            if (store.get(key(firstPage + middle)) != null) {
                there = middle;
            } else {
                absent = middle;
            }
        }
        return firstPage + there;
    }

    /** Tells {@code reader} the entries from number {@code from} on to the end of their page. */
    void readPage(long from, Reader reader) {
        int page = (int) (from / WORDS_IN_PAGE);
        long[] number = {(long) page * WORDS_IN_PAGE};
        read(page(page), (word, isLearned) -> {
            if (number[0]++ >= from) {
                reader.read(word, isLearned);
            }
        });
    }

    private byte @Nullable [] page(int page) {
        return page < firstOpenPage || openPages.isEmpty() ? store.get(key(page)) : openPage(page - firstOpenPage);
    }

    private static void read(byte @Nullable [] value, Reader reader) {
        if (value == null) {
            throw new IllegalStateException("a page of spellings is missing from the state");
        }
        Varints.Reader in = new Varints.Reader(value);
        int version = in.readByte();
        if (version != VERSION && version != VERSION_TAKEN_OUT) {
            throw new IllegalStateException("page of spellings of format version " + version + ", this code reads "
                    + VERSION + " and " + VERSION_TAKEN_OUT
                    + ": start the version of Driftline that wrote the state, or start with an empty one");
        }
        int count = in.readCount(1);
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < count; i++) {
            word.setLength(0);
            boolean isLearned = true;
            for (int letters = in.readInt(); letters > 0; letters--) {
                int letter = in.readInt();
                if (letter == TAKEN_OUT) {
                    isLearned = false;
                } else {
                    word.appendCodePoint(letter);
                }
            }
            reader.read(word.toString(), isLearned);
        }
    }

    private byte[] key(int page) {
        return ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(page)
                .array();
    }
}
