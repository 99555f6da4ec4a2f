package dev.driftline.ngram;

import dev.driftline.codec.PendingCounts;
import dev.driftline.codec.SplitMix64;
import dev.driftline.ngram.words.ShardWords;
import dev.driftline.ngram.words.WordTable;
import dev.driftline.smoothing.PositionCounts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The words before a word whose unigram a shard owns, where another shard owns what follows them and so has the bigram itself.
 *
 * <p>The left neighbours of such a word are kept as the followers of a context of its own, named by the spelling behind
 * a character that no token has, and enter no total. Every sighting is counted, so that each can be taken out; those of a
 * pair that comes often wait until another takes its place, or until they are {@linkplain #flush counted}, unless something is
 * forgotten. Not thread-safe.
 */
final class LeftNeighbours {

    /** What the name of the left neighbours of a word begins with, before its spelling: no token has it. */
    private static final String LEFT_OF = "\0";

    /** Left neighbours that are known without a look into their page: a power of two. */
    private static final int RECENT = 1 << 14;

    private final WordTable words;
    private final ShardWords shardWords;
    private final ContextPages pages;
    private final boolean forgets;

    private boolean sightings;

    /** The pair (word, its context of left neighbours) used last of each hash; 0 where there is none. */
    private final long[] recentContexts = new long[RECENT];

    /** Words and words before them, by the context of left neighbours that has them. */
    private final PendingCounts recent = new PendingCounts(RECENT);

    private final PendingCounts.Table add = (word, previous, context, times) -> add(context, previous, times);

    /** A context of left neighbours and {@code <s>}, which ends a context. */
    private final int[] tuple;

    private final int length;
    private final PositionCounts counts;

    /**
     * @param order of the longest n-grams
     * @param forgets whether something may be forgotten
     */
    LeftNeighbours(int order, WordTable words, ShardWords shardWords, ContextPages pages, boolean forgets) {
        this.words = words;
        this.shardWords = shardWords;
        this.pages = pages;
        this.forgets = forgets;
        tuple = new int[Math.max(3, order + 1)];
        tuple[2] = WordTable.BOS;
        length = Math.min(2, order - 1);
        counts = new PositionCounts(order);
    }

    /** See {@link NgramCounts#learnLeftNeighbour(int, int, long)}. */
    boolean learn(int word, int previous, long times) {
        if (forgets) {
            // What waits, and what is known without a look into the page, depends on when the state was read last.
            return add(context(word), previous, times);
        }
        if (recent.add(word, previous, times)) {
            return false;
        }
        int context = context(word);
        recent.put(word, previous, context, add);
        return add(context, previous, times);
    }

    /** See {@link NgramCounts#unlearnLeftNeighbour(int, int)}. */
    boolean unlearn(int word, int previous) {
        if (recent.takeOne(word, previous)) {
            return false;
        }
        if (counted(word, previous) == 0) {
            if (sightings) {
                throw new IllegalStateException("a left neighbour that is taken out never came before the word");
            }
            return false;
        }
        boolean isGone = pages.remove(tuple, length, previous, 1, null);
        if (isGone) {
            recent.remove(word, previous);
        }
        return isGone;
    }

    /** See {@link NgramCounts#leftNeighbour(int, int)}. */
    long count(int word, int previous) {
        long counted = counted(word, previous);
        return sightings ? counted + recent.pending(word, previous) : Math.min(1, counted);
    }

    /** Every sighting was counted since the state began, and will be. */
    void countSightings() {
        sightings = true;
    }

    /** Whether every sighting was counted since the state began. */
    boolean countsSightings() {
        return sightings;
    }

    /** Counts what is pending. */
    void flush() {
        recent.flush(add);
    }

    /** Words have lost their ids. */
    void forgetIds() {
        Arrays.fill(recentContexts, 0);
    }

    /** The word whose left neighbours a context has, or a negative number where it has no id. */
    int wordOf(int context) {
        return words.find(words.spelling(context).substring(LEFT_OF.length()));
    }

    /** Whether a word has left neighbours here. */
    boolean has(int word) {
        return find(word) >= 0;
    }

    /** What the pages have, without what is pending; {@link #tuple} is the context then if they have any. */
    private long counted(int word, int previous) {
        int context = knownContext(word);
        if (context < 0) {
            return 0;
        }
        tuple[1] = context;
        pages.lookup(tuple, length, previous, counts);
        if (counts.matched() < length) {
            return 0;
        }
        // Where counts fade, one of the two may do so before the other.
        return Math.min(counts.raw(1), counts.raw(length));
    }

    private boolean add(int context, int previous, long times) {
        shardWords.need(context);
        shardWords.need(previous);
        tuple[1] = context;
        return pages.add(tuple, length, previous, times, null);
    }

    private int context(int word) {
        int known = knownContext(word);
        if (known < 0) {
            byte[] name = name(word);
            known = shardWords.learn(name, 0, name.length, WordTable.hash(name, 0, name.length));
            recentContexts[slot(word)] = (long) word << 32 | known;
        }
        return known;
    }

    /** The context of a word's left neighbours, or a negative number where it has none yet. */
    private int knownContext(int word) {
        int slot = slot(word);
        long last = recentContexts[slot];
        if (last != 0 && (int) (last >>> 32) == word) {
            return (int) last;
        }
        int known = find(word);
        if (known >= 0) {
            recentContexts[slot] = (long) word << 32 | known;
        }
        return known;
    }

    private int find(int word) {
        byte[] name = name(word);
        return words.find(name, 0, name.length, WordTable.hash(name, 0, name.length));
    }

    private byte[] name(int word) {
        return (LEFT_OF + words.spelling(word)).getBytes(StandardCharsets.UTF_8);
    }

    private static int slot(int word) {
        return (int) (word * SplitMix64.GOLDEN >>> 32) & RECENT - 1;
    }
}
