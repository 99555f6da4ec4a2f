package dev.driftline.spelling;

import dev.driftline.codec.Varints;
import dev.driftline.pages.PageStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The list of words that a {@link SpellingModel} has learned, in the order in which it learned them, in pages of
 * {@value #WORDS_IN_PAGE}. A page is a version, the number of its words, and of each word the number of code points and the code
 * points, all varints. A full page does not change again, and only those that the store does not have are on the heap. Not
 * thread-safe.
 */
final class SpellingPages {

    /** Words in one page. */
    static final int WORDS_IN_PAGE = 256;

    private static final int VERSION = 1;

    private final PageStore store;
    /** What every key starts with; the number of the page follows, in four bytes. */
    private final byte[] prefix;

    private long words;
    private long storedWords;
    private int firstOpenPage;
    /** The pages that the store does not have as they are, without version and number of words. */
    private final List<Varints.Writer> openPages = new ArrayList<>();

    SpellingPages(PageStore store, byte[] prefix) {
        this.store = store;
        this.prefix = prefix.clone();
    }

    /** The number of words. */
    long words() {
        return words;
    }

    /** Adds a word at the end. */
    void append(String word) {
        int open = (int) (words / WORDS_IN_PAGE) - firstOpenPage;
        if (open == openPages.size()) {
            openPages.add(new Varints.Writer(WORDS_IN_PAGE * 10));
        }
        Varints.Writer out = openPages.get(open);
        out.writeInt(word.codePointCount(0, word.length()));
        for (int at = 0; at < word.length(); ) {
            int letter = word.codePointAt(at);
            out.writeInt(letter);
            at += Character.charCount(letter);
        }
        words++;
    }

    /** Puts every page with words that the store does not have yet into it. */
    void writeBack() {
        if (words == storedWords) {
            return;
        }
        for (int i = 0; i < openPages.size(); i++) {
            store.put(key(firstOpenPage + i), openPage(i));
        }
        markStored();
    }

    private byte[] openPage(int open) {
        int count = (int) Math.min(WORDS_IN_PAGE, words - (long) (firstOpenPage + open) * WORDS_IN_PAGE);
        byte[] body = openPages.get(open).toByteArray();
        Varints.Writer out = new Varints.Writer(16);
        out.writeByte(VERSION);
        out.writeInt(count);
        byte[] head = out.toByteArray();
        byte[] value = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, value, head.length, body.length);
        return value;
    }

    /** Only the last, partly filled page is kept. */
    private void markStored() {
        int last = (int) (words / WORDS_IN_PAGE);
        openPages.subList(0, Math.min(openPages.size(), last - firstOpenPage)).clear();
        firstOpenPage = last;
        storedWords = words;
    }

    /** Begins with what the store has. */
    void open() {
        int last = lastPage();
        if (last >= 0) {
            words = (long) last * WORDS_IN_PAGE;
            firstOpenPage = last;
            read(page(last), this::append);
            markStored();
        }
    }

    /** The number of the last stored page, or −1: pages are without a gap, so it is found by halving. */
    private int lastPage() {
        int after = 1;
        while (store.get(key(after - 1)) != null) {
            after *= 2;
        }
        int there = after / 2 - 1;
        int absent = after - 1;
        while (absent - there > 1) {
            int middle = (there + absent) >>> 1;
            if (store.get(key(middle)) != null) {
                there = middle;
            } else {
                absent = middle;
            }
        }
        return there;
    }

    /** Tells {@code reader} the words from number {@code from} on to the end of their page. */
    void readPage(long from, Consumer<String> reader) {
        int page = (int) (from / WORDS_IN_PAGE);
        long[] number = {(long) page * WORDS_IN_PAGE};
        read(page(page), word -> {
            if (number[0]++ >= from) {
                reader.accept(word);
            }
        });
    }

    private byte @Nullable [] page(int page) {
        return page < firstOpenPage || openPages.isEmpty() ? store.get(key(page)) : openPage(page - firstOpenPage);
    }

    private static void read(byte @Nullable [] value, Consumer<String> reader) {
        if (value == null) {
            throw new IllegalStateException("a page of spellings is missing from the state");
        }
        Varints.Reader in = new Varints.Reader(value);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException("page of spellings of format version " + version + ", this code reads "
                    + VERSION + ": start the version of Driftline that wrote the state, or start with an empty one");
        }
        int count = in.readCount(1);
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < count; i++) {
            word.setLength(0);
            for (int letters = in.readInt(); letters > 0; letters--) {
                word.appendCodePoint(in.readInt());
            }
            reader.accept(word.toString());
        }
    }

    private byte[] key(int page) {
        return ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(page)
                .array();
    }
}
