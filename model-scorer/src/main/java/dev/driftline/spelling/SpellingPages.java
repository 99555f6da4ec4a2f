package dev.driftline.spelling;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.PageStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The stored form of a {@link SpellingModel}: the words that it has learned, in the order in which it learned them, in pages
 * of {@value #WORDS_IN_PAGE}. A page is a version, the number of its words, and of each word the number of code points and
 * the code points, all varints. A full page does not change again. Not thread-safe.
 */
final class SpellingPages {

    /** Words in one page. */
    static final int WORDS_IN_PAGE = 256;

    private static final int VERSION = 1;

    /** What every key starts with; the number of the page follows, in four bytes. */
    private final byte[] prefix;

    private long words;
    private long storedWords;
    private int firstOpenPage;
    /** The pages that the store does not have as they are, without version and number of words. */
    private final List<Varints.Writer> openPages = new ArrayList<>();

    SpellingPages(byte[] prefix) {
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

    /** Puts every page with words that {@code pages} does not have yet into it. */
    void writeBack(PageStore pages) {
        if (words == storedWords) {
            return;
        }
        for (int i = 0; i < openPages.size(); i++) {
            int page = firstOpenPage + i;
            int count = (int) Math.min(WORDS_IN_PAGE, words - (long) page * WORDS_IN_PAGE);
            byte[] body = openPages.get(i).toByteArray();
            Varints.Writer out = new Varints.Writer(16);
            out.writeByte(VERSION);
            out.writeInt(count);
            byte[] head = out.toByteArray();
            byte[] value = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, value, head.length, body.length);
            pages.put(key(page), value);
        }
        markStored();
    }

    /** Only the last, partly filled page is kept. */
    private void markStored() {
        int last = (int) (words / WORDS_IN_PAGE);
        openPages.subList(0, Math.min(openPages.size(), last - firstOpenPage)).clear();
        firstOpenPage = last;
        storedWords = words;
    }

    /** Reads all words of {@code pages} into this, which must be empty, and tells {@code reader} each. */
    void read(PageStore pages, Consumer<String> reader) {
        pages.scan(prefix, (key, value) -> {
            if (key.length == prefix.length + Integer.BYTES) {
                read(value, reader);
            }
        });
        markStored();
    }

    private void read(byte[] value, Consumer<String> reader) {
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
            String spelled = word.toString();
            append(spelled);
            reader.accept(spelled);
        }
    }

    private byte[] key(int page) {
        return ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(page)
                .array();
    }
}
