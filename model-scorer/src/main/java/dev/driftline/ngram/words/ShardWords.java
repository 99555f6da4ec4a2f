package dev.driftline.ngram.words;

import dev.driftline.codec.Varints;
import dev.driftline.pages.PageStore;
import dev.driftline.pages.PagedBits;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The words of a shard that may leave it: which are needed, the bytes of their spellings, and which of them other shards have n-grams
 * of. Not thread-safe.
 *
 * <p>A word is needed when it was learned, or is in what was kept, since the hand came by. That and the bytes are kept only
 * {@linkplain #watch where words may leave, or could before the settings changed}.
 */
public final class ShardWords {

    /** Nobody knows what the other shards have of a word that was there before they told each other: it stays. */
    private static final long UNKNOWN_TIMES = 1L << 40;

    /** Of a word that is held, beside its spelling, about. */
    private static final int BYTES_A_WORD = 8;

    private final WordTable words;
    private final @Nullable OtherShards others;

    /** By id, whether a word is needed. */
    private final PagedBits needed;

    private boolean isWatched;

    /** Bytes of the spellings of all words. */
    private long spelled;

    private long forgotten;

    /** Whether {@link WordTable#shared} is counted. */
    private boolean isShared;

    /**
     * @param store where pages are read from and written to
     * @param words loaded, or before anything is asked
     * @param others told of words that are gone; null where there are none, or where a word that is not counted has its event still
     */
    public ShardWords(PageStore store, WordTable words, @Nullable OtherShards others) {
        this.words = words;
        this.others = others;
        needed = new PagedBits(store, WordKeys.neededWords());
    }

    /** From now on words may leave; begins with what the store has of those that are needed. */
    public void watch() {
        isWatched = true;
        needed.load(words.size());
    }

    /** Gives a word that the table does not know an id. */
    public int learn(byte[] utf8, int from, int to, int hash) {
        int id = words.add(utf8, from, to, hash);
        if (isWatched) {
            spelled += to - from;
            needed.set(id);
        }
        return id;
    }

    /** A word is needed. */
    public void need(int word) {
        if (isWatched) {
            needed.set(word);
        }
    }

    /**
     * The words of an n-gram are needed.
     *
     * @param context nearest word first, from index 1
     * @param length of the context
     * @param word the last word, or a negative number for none
     */
    public void need(int[] context, int length, int word) {
        if (isWatched) {
            for (int d = 1; d <= length; d++) {
                needed.set(context[d]);
            }
            if (word >= 0) {
                needed.set(word);
            }
        }
    }

    /** Whether a word is needed. */
    public boolean isNeeded(int word) {
        return needed.get(word);
    }

    /** The hand came by: a word is not needed until somebody says so again. */
    public void pass(int word) {
        needed.clear(word);
    }

    /** The number of words that have an id. */
    public int held() {
        return words.size() - words.free();
    }

    /** Bytes that the words take, about, as they are stored. */
    public double bytes() {
        return spelled + (double) BYTES_A_WORD * held();
    }

    /** How many words have left since the state began. */
    public long forgotten() {
        return forgotten;
    }

    /** Adds up the spellings of a state in which no word could leave. */
    public void measure() {
        spelled = 0;
        words.visit((id, block, at) -> spelled += block.length(at));
    }

    /** Whether shards tell each other of the words that they have n-grams of. */
    public boolean isShared() {
        return isShared;
    }

    /** From now on shards tell each other of the words that they have n-grams of. */
    public void share() {
        isShared = true;
    }

    /** Nobody knows what others have of the words that are there. */
    public void shareUnknown() {
        for (int word = WordTable.EOS + 1; word < words.size(); word++) {
            if (words.raw(word) > 0) {
                words.addShared(word, UNKNOWN_TIMES);
            }
        }
    }

    /** Whether there are other shards, one of which owns the unigram of a word. */
    public boolean isOthers(int word) {
        return others != null && !others.owns(words.hashOf(word));
    }

    /**
     * A word was seen {@code times} times to end n-grams of one shard, and the unigram is another's; below 0 where they are taken out.
     *
     * @return whether that is counted
     */
    public boolean share(int word, long times) {
        boolean isCounted = isShared && word > WordTable.EOS;
        if (isCounted) {
            words.addShared(word, times);
        }
        return isCounted;
    }

    /** As {@link #share(int, long)}, of a word that this shard may not know. */
    public boolean share(String word, long times) {
        if (!isShared) {
            return false;
        }
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        int hash = WordTable.hash(utf8, 0, utf8.length);
        int known = words.find(utf8, 0, utf8.length, hash);
        return share(known >= 0 ? known : learn(utf8, 0, utf8.length, hash), times);
    }

    /** Whether other shards may have n-grams that end in a word of this one. */
    public boolean isHeldElsewhere(int word) {
        return words.shared(word) != 0 && !isOthers(word);
    }

    /** A word of which nothing is counted and held any more leaves: its id is given to another. */
    public void free(int word) {
        long times = words.shared(word);
        if (times != 0 && others != null) {
            others.gone(words.spelling(word), times);
            words.addShared(word, -times);
        }
        spelled -= words.length(word);
        words.free(word);
        forgotten++;
    }

    /** Heap of what is kept here, about, in bytes. */
    public long heapBytes() {
        return needed.heapBytes();
    }

    /** Writes every changed page. */
    public void writeBack() {
        if (isWatched) {
            needed.writeBack();
        }
    }

    /** Appends what {@link #read} reads. */
    public void write(Varints.Writer out) {
        out.writeLong(spelled);
        out.writeLong(forgotten);
    }

    /** Goes on from what {@link #write} wrote. */
    public void read(Varints.Reader in) {
        spelled = in.readLong();
        forgotten = in.readLong();
    }
}
