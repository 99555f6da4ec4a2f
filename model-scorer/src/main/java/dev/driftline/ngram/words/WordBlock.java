package dev.driftline.ngram.words;

import dev.driftline.codec.LargeCounts;
import dev.driftline.codec.Varints;
import dev.driftline.pages.CacheUnit;
import dev.driftline.pages.PageFormat;
import dev.driftline.pages.PageStore;
import dev.driftline.prefix.PrefixIndex;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * {@value #SIZE} words with neighbouring ids: their spellings and unigram counts, in a page each, because spellings hardly ever
 * change. An id without a word has no spelling: it was given back, and is given to another word. Not thread-safe.
 */
final class WordBlock extends CacheUnit {

    /** Words in a block. */
    static final int SIZE = 1 << 6;

    /** The bits of a word's place in its block. */
    static final int SHIFT = 6;

    private static final int FORMAT = 1;

    /** Of spellings where an id was given back. */
    private static final int FORMAT_FREE = 2;

    /** Of counts where some word has n-grams on other shards. */
    private static final int FORMAT_SHARED = 2;

    private static final long FIXED_BYTES = 200 + SIZE * 4L * Integer.BYTES + LargeCounts.BYTES;

    private final int number;
    private final Budget budget;
    private final IntConsumer detach;

    private int words;
    private byte[] utf8 = new byte[SIZE * 6];
    private final int[] ends = new int[SIZE];
    /** Of each word the raw count (see {@link #large}), the continuation count and the bigrams here. */
    private final int[] counts = new int[SIZE * 3];

    private final LargeCounts large = new LargeCounts();

    /** What {@link #shared(int)} says of each word; null while that is 0 of all. */
    private long @Nullable [] shared;

    /** Bit by bit, whether a word has pages of its own. */
    private long wide;

    /** How many ids of this block have no word, and the block after this one in the list of those with any, or −1. */
    private int free;

    private int nextFree = -1;

    private boolean spelledAnew;
    private boolean countedAnew;

    /** @param detach told the number when this is dropped */
    WordBlock(int number, Budget budget, IntConsumer detach) {
        this.number = number;
        this.budget = budget;
        this.detach = detach;
        budget.used += bytes();
    }

    /** The number of words that a page of spellings has. */
    static int words(byte @Nullable [] spellings) {
        Varints.Reader in = readerOf(spellings);
        format(in);
        return in.readInt();
    }

    private static int format(Varints.Reader in) {
        int format = in.readByte();
        if (format != FORMAT_FREE) {
            PageFormat.check(format, FORMAT, "spellings");
        }
        return format;
    }

    private static Varints.Reader readerOf(byte @Nullable [] spellings) {
        if (spellings == null) {
            throw new IllegalStateException("a page of spellings of words is missing from the state");
        }
        return new Varints.Reader(spellings);
    }

    /** Decodes the pages of this block; there are no counts where no word of it has any. */
    void decode(byte @Nullable [] spellings, byte @Nullable [] unigrams) {
        Varints.Reader in = readerOf(spellings);
        int format = format(in);
        int count = in.readInt();
        if (format == FORMAT_FREE) {
            nextFree = in.readInt() - 1;
        }
        for (int i = 0; i < count; i++) {
            int length = in.readCount(1);
            append(in, length);
        }
        if (unigrams != null) {
            decodeCounts(unigrams);
        }
        spelledAnew = false;
    }

    private void append(Varints.Reader in, int length) {
        room(length);
        int start = start(words);
        in.readInto(utf8, start, length);
        ends[words++] = start + length;
        free += length == 0 ? 1 : 0;
    }

    private void decodeCounts(byte[] unigrams) {
        Varints.Reader in = new Varints.Reader(unigrams);
        int format = in.readByte();
        if (format != FORMAT_SHARED) {
            PageFormat.check(format, FORMAT, "unigrams");
        }
        for (int at = 0; in.hasRemaining(); at++) {
            long rawAndWide = in.readLong();
            counts[at * 3] = large.cell(rawAndWide >>> 1);
            wide |= (rawAndWide & 1) << at;
            counts[at * 3 + 1] = in.readInt();
            counts[at * 3 + 2] = in.readInt();
            if (format == FORMAT_SHARED) {
                addShared(at, in.readSignedLong());
            }
        }
    }

    private void room(int length) {
        int needed = start(words) + length;
        if (needed > utf8.length) {
            int grown = Math.max(needed, utf8.length * 2);
            budget.used += grown - utf8.length;
            utf8 = Arrays.copyOf(utf8, grown);
        }
    }

    /** Adds a word at the end. */
    void append(byte[] from, int begin, int end) {
        room(end - begin);
        int start = start(words);
        System.arraycopy(from, begin, utf8, start, end - begin);
        ends[words++] = start + end - begin;
        spelledAnew = true;
    }

    /** Whether id {@code at} of this block has no word. */
    boolean isFree(int at) {
        return ends[at] == start(at);
    }

    /** How many ids have no word. */
    int free() {
        return free;
    }

    /** The block after this one in the list of those with free ids, or −1. */
    int nextFree() {
        return nextFree;
    }

    /** Takes the word of an id away, with its counts; {@code next} is then the block after this one in the list of those with any. */
    void clear(int at, int next) {
        replace(at, utf8, 0, 0);
        counts[at * 3] = 0;
        counts[at * 3 + 1] = 0;
        counts[at * 3 + 2] = 0;
        addShared(at, -shared(at));
        wide &= ~(1L << at);
        countedAnew = true;
        nextFree = next;
        free++;
    }

    /** Gives the first id without a word to one; returns which. */
    int fill(byte[] from, int begin, int end) {
        int at = 0;
        while (!isFree(at)) {
            at++;
        }
        replace(at, from, begin, end);
        free--;
        return at;
    }

    private void replace(int at, byte[] from, int begin, int end) {
        int start = start(at);
        int more = end - begin - (ends[at] - start);
        room(Math.max(0, more));
        System.arraycopy(utf8, ends[at], utf8, ends[at] + more, start(words) - ends[at]);
        System.arraycopy(from, begin, utf8, start, end - begin);
        for (int i = at; i < words; i++) {
            ends[i] += more;
        }
        spelledAnew = true;
    }

    /** Bytes of a spelling. */
    int length(int at) {
        return ends[at] - start(at);
    }

    /** Nothing is counted of the bigrams of this shard that end in a word. */
    void clearBigramsHere(int at) {
        counts[at * 3 + 2] = 0;
        countedAnew = true;
    }

    void clearWide(int at) {
        wide &= ~(1L << at);
        countedAnew = true;
    }

    private int start(int at) {
        return at == 0 ? 0 : ends[at - 1];
    }

    /** Reads where the arrays are; for {@link WordTable#readAhead}. */
    int readAhead() {
        return utf8.length + ends.length + counts.length;
    }

    /** Reads where the counts and the end of a word are, and about where its spelling is. */
    int readAhead(int at) {
        return counts[at * 3] + ends[at] + utf8[(int) ((long) utf8.length * at >>> SHIFT)];
    }

    /** Whether word {@code at} of this block is spelled so. */
    boolean is(int at, byte[] other, int from, int to) {
        return Arrays.equals(utf8, start(at), ends[at], other, from, to);
    }

    String spelling(int at) {
        int start = start(at);
        return new String(utf8, start, ends[at] - start, StandardCharsets.UTF_8);
    }

    /** Has an index find a word by how its spelling begins. */
    void addTo(PrefixIndex index, int id, int at, int level) {
        index.add(utf8, start(at), ends[at], id, level);
    }

    /** Whether a word is the name of something inside a shard: no token begins so. */
    boolean isInside(int at) {
        return ends[at] > start(at) && utf8[start(at)] == 0;
    }

    void writeSpelling(int at, Varints.Writer out) {
        int start = start(at);
        out.writeBytes(utf8, start, ends[at] - start);
    }

    int hash(int at) {
        return WordTable.hash(utf8, start(at), ends[at]);
    }

    long raw(int at) {
        return large.of(counts[at * 3]);
    }

    void addRaw(int at, long times) {
        counts[at * 3] = large.plus(counts[at * 3], times);
        countedAnew = true;
    }

    int continuation(int at) {
        return counts[at * 3 + 1];
    }

    void setContinuation(int at, int count) {
        counts[at * 3 + 1] = count;
        countedAnew = true;
    }

    int bigramsHere(int at) {
        return counts[at * 3 + 2];
    }

    void addBigramHere(int at) {
        counts[at * 3 + 2]++;
        countedAnew = true;
    }

    void removeBigramHere(int at) {
        counts[at * 3 + 2]--;
        countedAnew = true;
    }

    /** See {@link WordTable#shared(int)}. */
    long shared(int at) {
        return shared == null ? 0 : shared[at];
    }

    void addShared(int at, long times) {
        if (times == 0) {
            return;
        }
        if (shared == null) {
            shared = new long[SIZE];
            budget.used += SIZE * Long.BYTES;
        }
        shared[at] += times;
        countedAnew = true;
    }

    private boolean isShared() {
        if (shared != null) {
            for (long times : shared) {
                if (times != 0) {
                    return true;
                }
            }
        }
        return false;
    }

    boolean wide(int at) {
        return (wide >>> at & 1) != 0;
    }

    void setWide(int at) {
        wide |= 1L << at;
        countedAnew = true;
    }

    int words() {
        return words;
    }

    @Override
    protected void writeBack(PageStore pages, Varints.Writer out) {
        if (!dirty) {
            return;
        }
        if (spelledAnew) {
            out.reset();
            // Without free ids what earlier versions wrote.
            out.writeByte(free > 0 ? FORMAT_FREE : FORMAT);
            out.writeInt(words);
            if (free > 0) {
                out.writeInt(nextFree + 1);
            }
            for (int at = 0; at < words; at++) {
                writeSpelling(at, out);
            }
            pages.put(WordKeys.spellings(number), out.toByteArray());
        }
        if (countedAnew) {
            out.reset();
            boolean isShared = isShared();
            // Of words of this shard alone what earlier versions wrote.
            out.writeByte(isShared ? FORMAT_SHARED : FORMAT);
            for (int at = 0; at < words; at++) {
                out.writeLong(raw(at) << 1 | wide >>> at & 1);
                out.writeInt(counts[at * 3 + 1]);
                out.writeInt(counts[at * 3 + 2]);
                if (isShared) {
                    out.writeSignedLong(shared(at));
                }
            }
            pages.put(WordKeys.unigrams(number), out.toByteArray());
        }
        spelledAnew = false;
        countedAnew = false;
        dirty = false;
    }

    @Override
    protected void detach() {
        detach.accept(number);
        budget.used -= bytes();
    }

    @Override
    protected long bytes() {
        return FIXED_BYTES + utf8.length + (shared == null ? 0 : SIZE * Long.BYTES);
    }
}
