package dev.driftline.ngram.words;

import dev.driftline.codec.SplitMix64;
import dev.driftline.codec.Varints;
import dev.driftline.pages.CacheUnit;
import dev.driftline.pages.PageCache;
import dev.driftline.pages.PageFormat;
import dev.driftline.pages.PageStore;
import dev.driftline.pages.PagedTable;
import dev.driftline.prefix.PrefixIndex;
import dev.driftline.prefix.WordPrefix;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The words a shard has learned: spelling to id and back, with the unigram counts of each.
 *
 * <p>Ids are given in the order of first appearance, so frequent words have small ones. Words are kept in blocks of
 * {@value WordBlock#SIZE} ({@link WordBlock}) and found through a table by hash ({@link PagedTable}), both in pages of the store
 * behind one bounded cache: a word that nobody uses takes no heap but its share of a reference to its block, four bytes for 64
 * words. Blocks are written at each commit. The table is written after some {@value #WORDS_A_CHECKPOINT} words, with the number
 * of words that it holds; those after it are put into it again at the next start.
 *
 * <p>An id that a word has given back is given to the next new word. The blocks with such ids are a list, each with the number
 * of the one after it, and the head of the list is stored with every commit. With it goes what was done to the table, since it
 * was stored, for ids that it has: that is done again at the next start. Not thread-safe.
 */
public final class WordTable {

    /** The id of {@code <s>}. */
    public static final int BOS = 0;

    /** The id of {@code </s>}. */
    public static final int EOS = 1;

    /** The most words that {@link #readAhead} takes at once. */
    public static final int WORDS_AHEAD = 64;

    /** After so many words the table by hash is stored. */
    private static final int WORDS_A_CHECKPOINT = 1 << 13;

    /** Up to so many words are put into the table one by one; more, as of a state without a table, page by page. */
    private static final int WORDS_ONE_BY_ONE = 1 << 16;

    /** After so many ids of the stored table have lost or got a word it is stored again. */
    private static final int MOVES_A_CHECKPOINT = 1 << 10;

    /** After so many runs of entries for which nobody has asked the words by prefix take no heap any more. */
    private static final int RUNS_KEPT = 256;

    private static final int FORMAT = 1;
    /** The most words that are found without the table: a power of two. */
    private static final int MOST_RECENT = 1 << 16;
    /** More words than the bits below say cannot have the same hash. */
    private static final int SAME_HASH_BITS = 24;

    private final PageStore store;
    private final PageCache cache;
    private final PagedTable table;

    /** Made when somebody first asks for words by prefix, and kept up to date from then on; null where there is none. */
    private @Nullable PrefixIndex prefixes;

    /** The most bytes of it. */
    private final long prefixBytes;

    private int size;
    private @Nullable WordBlock[] blocks = new WordBlock[64];
    private int inTable;
    private int inStoredTable;

    /** The first block with an id that has no word, or −1, and the number of such ids. */
    private int firstFree = -1;

    private int free;

    /** The ids below {@link #inStoredTable} whose words went, or came, since the table was stored, and the hashes of the words. */
    private int[] movedIds = new int[16];

    private int[] movedHashes = new int[16];
    private boolean[] movedOut = new boolean[16];
    private int moved;
    private boolean movedAnew;

    /** By hash: the hash and, below it, the id + 1 of the word that was found last. */
    private final long[] recent;

    private final int[] found = new int[1];

    private final int[] aheadIds = new int[WORDS_AHEAD];
    private final @Nullable WordBlock[] aheadBlocks = new WordBlock[WORDS_AHEAD];
    /** Takes in what is read ahead, so that no compiler leaves it out. */
    @SuppressWarnings("unused")
    private int readAhead;

    /**
     * No words; {@link #load} reads those of the store.
     *
     * @param store where pages are read from and written to
     * @param cacheBytes heap that words may take
     */
    public WordTable(PageStore store, long cacheBytes) {
        this.store = store;
        // A quarter of the heap at most: a power of two.
        recent = new long[(int) Long.highestOneBit(Math.max(1, Math.min(cacheBytes / (4 * Long.BYTES), MOST_RECENT)))];
        prefixBytes = cacheBytes;
        cache = new PageCache(store, cacheBytes - (long) recent.length * Long.BYTES);
        table = new PagedTable(cache, WordKeys.allWordPlaces(), 1, 1);
    }

    /** A stable 32-bit hash of a spelling: places words in tables and, over all shards, words on shards. */
    public static int hash(byte[] bytes, int from, int to) {
        long h = SplitMix64.GOLDEN ^ (to - from);
        for (int i = from; i < to; i++) {
            h = (h ^ bytes[i]) * 0x100000001B3L;
        }
        h ^= h >>> 32;
        h *= 0xD6E8FEB86659FD93L;
        return (int) (h >>> 32);
    }

    /** All ids are below this; some may have no word. */
    public int size() {
        return size;
    }

    /** The number of ids that have no word. */
    public int free() {
        return free;
    }

    /** The id of a word, or a negative number where it was never learned. */
    public int find(byte[] bytes, int from, int to, int hash) {
        int slot = hash & recent.length - 1;
        long last = recent[slot];
        if ((int) (last >>> 32) == hash && (int) last != 0 && is((int) last - 1, bytes, from, to)) {
            return (int) last - 1;
        }
        for (int number = 0; table.read(key(hash, number), found, 0); number++) {
            int id = found[0];
            if (is(id, bytes, from, to)) {
                recent[slot] = (long) hash << 32 | id + 1;
                return id;
            }
        }
        cache.trim();
        return -1;
    }

    /**
     * Reads what {@link #find} of some words and a look at their counts need from memory, as far as they were found before and are
     * decoded: for all of them at once, and not for one after the other.
     */
    public void readAhead(int[] hashes, int count) {
        int ahead = 0;
        for (int i = 0; i < count; i++) {
            aheadIds[i] = (int) recent[hashes[i] & recent.length - 1] - 1;
        }
        for (int i = 0; i < count; i++) {
            aheadBlocks[i] = aheadIds[i] < 0 ? null : blocks[aheadIds[i] >>> WordBlock.SHIFT];
        }
        for (int i = 0; i < count; i++) {
            WordBlock block = aheadBlocks[i];
            ahead += block == null ? 0 : block.readAhead();
        }
        for (int i = 0; i < count; i++) {
            WordBlock block = aheadBlocks[i];
            ahead += block == null ? 0 : block.readAhead(aheadIds[i] & WordBlock.SIZE - 1);
        }
        readAhead += ahead;
        Arrays.fill(aheadBlocks, 0, count, null);
    }

    private boolean is(int id, byte[] bytes, int from, int to) {
        return block(id).is(id & WordBlock.SIZE - 1, bytes, from, to);
    }

    /** The id of a word, or a negative number where it was never learned. */
    public int find(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        return find(bytes, 0, bytes.length, hash(bytes, 0, bytes.length));
    }

    /** Gives a word that {@link #find} did not know an id. */
    public int add(byte[] bytes, int from, int to, int hash) {
        if (firstFree >= 0) {
            return fill(bytes, from, to, hash);
        }
        int id = size;
        WordBlock block;
        if ((id & WordBlock.SIZE - 1) == 0) {
            block = hold(id >>> WordBlock.SHIFT);
        } else {
            block = block(id);
        }
        size++;
        block.append(bytes, from, to);
        cache.markDirty(block);
        index(block, id, 0);
        place(hash, id);
        inTable = size;
        return id;
    }

    private int fill(byte[] bytes, int from, int to, int hash) {
        int first = firstFree << WordBlock.SHIFT;
        WordBlock block = block(first);
        int id = first + block.fill(bytes, from, to);
        if (block.free() == 0) {
            firstFree = block.nextFree();
        }
        free--;
        cache.markDirty(block);
        index(block, id, 0);
        place(hash, id);
        move(id, hash, false);
        return id;
    }

    /**
     * Takes a word out: its id is given to another one. Its counts must be 0, and it must have no pages of its own.
     *
     * @throws IllegalStateException if that is not so, or the id has no word
     */
    public void free(int id) {
        WordBlock block = block(id);
        int at = id & WordBlock.SIZE - 1;
        if (id <= EOS
                || block.isFree(at)
                || block.raw(at) != 0
                || block.continuation(at) != 0
                || block.bigramsHere(at) != 0
                || block.shared(at) != 0
                || block.wide(at)) {
            throw new IllegalStateException("the id of a word that is needed is given back: " + id);
        }
        int hash = block.hash(at);
        unplace(hash, id);
        int slot = hash & recent.length - 1;
        if ((int) recent[slot] == id + 1) {
            recent[slot] = 0;
        }
        boolean isListed = block.free() > 0;
        block.clear(at, isListed ? block.nextFree() : firstFree);
        firstFree = isListed ? firstFree : id >>> WordBlock.SHIFT;
        free++;
        cache.markDirty(block);
        move(id, hash, true);
    }

    /** The words after the stored table are put into it again as they are then. */
    private void move(int id, int hash, boolean isOut) {
        movedAnew = true;
        if (id >= inStoredTable) {
            return;
        }
        if (moved == movedIds.length) {
            movedIds = Arrays.copyOf(movedIds, moved * 2);
            movedHashes = Arrays.copyOf(movedHashes, moved * 2);
            movedOut = Arrays.copyOf(movedOut, moved * 2);
        }
        movedIds[moved] = id;
        movedHashes[moved] = hash;
        movedOut[moved++] = isOut;
    }

    private void place(int hash, int id) {
        int number = 0;
        while (table.read(key(hash, number), found, 0)) {
            number++;
        }
        found[0] = id;
        table.put(key(hash, number), found, 0);
    }

    /** The last word of the same hash gets the number of this one. */
    private void unplace(int hash, int id) {
        int number = 0;
        while (table.read(key(hash, number), found, 0) && found[0] != id) {
            number++;
        }
        int last = number;
        while (table.read(key(hash, last + 1), found, 0)) {
            last++;
        }
        if (last > number) {
            table.put(key(hash, number), found, 0);
        }
        table.remove(key(hash, last));
    }

    /** Words of the same hash have keys of consecutive numbers. */
    private static long key(int hash, int number) {
        return (hash & 0xFFFFFFFFL) << SAME_HASH_BITS | number;
    }

    private WordBlock hold(int number) {
        if (number >= blocks.length) {
            blocks = Arrays.copyOf(blocks, blocks.length * 2);
        }
        WordBlock block = new WordBlock(number, cache.budget(), dropped -> blocks[dropped] = null);
        blocks[number] = block;
        cache.add(block);
        return block;
    }

    private WordBlock block(int id) {
        int number = id >>> WordBlock.SHIFT;
        WordBlock block = blocks[number];
        if (block == null) {
            // Nobody holds a block or a page of the table now.
            cache.trim();
            byte[] spellings = store.get(WordKeys.spellings(number));
            byte[] counts = store.get(WordKeys.unigrams(number));
            block = hold(number);
            block.decode(spellings, counts);
        }
        block.referenced = true;
        return block;
    }

    /** The spelling of an id. */
    public String spelling(int id) {
        return block(id).spelling(id & WordBlock.SIZE - 1);
    }

    /** Writes the spelling of an id as a length and its UTF-8. */
    public void writeSpelling(int id, Varints.Writer out) {
        block(id).writeSpelling(id & WordBlock.SIZE - 1, out);
    }

    /** The {@link #hash} of an id's spelling. */
    public int hashOf(int id) {
        return block(id).hash(id & WordBlock.SIZE - 1);
    }

    /** How often a word came whose unigram this shard owns. */
    public long raw(int id) {
        return block(id).raw(id & WordBlock.SIZE - 1);
    }

    /** Distinct words before a word whose unigram this shard owns. */
    public int continuation(int id) {
        return block(id).continuation(id & WordBlock.SIZE - 1);
    }

    /** Distinct bigrams of this shard that end in the word: its share of the continuation count. */
    public int bigramsHere(int id) {
        return block(id).bigramsHere(id & WordBlock.SIZE - 1);
    }

    /** One more distinct bigram of this shard ends in the word. */
    public void addBigramHere(int id) {
        WordBlock block = block(id);
        block.addBigramHere(id & WordBlock.SIZE - 1);
        cache.markDirty(block);
    }

    /** One distinct bigram of this shard fewer ends in the word. */
    public void removeBigramHere(int id) {
        WordBlock block = block(id);
        block.removeBigramHere(id & WordBlock.SIZE - 1);
        cache.markDirty(block);
    }

    /** Adds to the raw count of a word; below 0 it takes out. */
    public void addRaw(int id, long times) {
        WordBlock block = block(id);
        int at = id & WordBlock.SIZE - 1;
        block.addRaw(at, times);
        cache.markDirty(block);
        if (prefixes != null) {
            rise(block, id, block.raw(at) - times, block.raw(at));
        }
    }

    /** Sets the continuation count of a word. */
    public void setContinuation(int id, int count) {
        WordBlock block = block(id);
        int at = id & WordBlock.SIZE - 1;
        int before = block.continuation(at);
        block.setContinuation(at, count);
        cache.markDirty(block);
        if (prefixes != null) {
            rise(block, id, before, count);
        }
    }

    private void rise(WordBlock block, int id, long before, long after) {
        int level = PrefixIndex.level(after);
        if (level > PrefixIndex.level(before)) {
            index(block, id, level);
        }
    }

    private void index(WordBlock block, int id, int level) {
        PrefixIndex index = prefixes;
        if (index == null || block.isInside(id & WordBlock.SIZE - 1)) {
            return;
        }
        if (index.runsSinceUse() > RUNS_KEPT || index.heapBytes() > prefixBytes) {
            prefixes = null;
            return;
        }
        block.addTo(index, id, id & WordBlock.SIZE - 1, level);
    }

    /**
     * The words by prefix; null where they would take more than they may. An index with more entries than twice the words is made
     * anew.
     */
    private @Nullable PrefixIndex prefixes() {
        long words = size - free;
        if (prefixes != null && prefixes.entries() <= 2 * words + MOST_RECENT) {
            return prefixes;
        }
        prefixes = null;
        if (words * PrefixIndex.ENTRY_BYTES > prefixBytes / 2) {
            return null;
        }
        PrefixIndex made = new PrefixIndex();
        visit((id, block, at) -> {
            if (id > EOS && !block.isInside(at)) {
                block.addTo(made, id, at, PrefixIndex.level(Math.max(block.raw(at), block.continuation(at))));
            }
        });
        prefixes = made;
        return made;
    }

    /** Whether an id is of a name of something inside the shard, which begins with a character that no token has. */
    public boolean isInside(int id) {
        return block(id).isInside(id & WordBlock.SIZE - 1);
    }

    /** Whether an id still has a word, and not the name of something inside the shard. */
    private boolean isWord(int id) {
        int at = id & WordBlock.SIZE - 1;
        WordBlock block = block(id);
        return !block.isFree(at) && !block.isInside(at);
    }

    /** The ids of all words that begin with a prefix, and of few others. */
    public BitSet beginning(WordPrefix prefix) {
        BitSet ids = new BitSet();
        PrefixIndex index = prefixes();
        if (index == null) {
            visit((id, block, at) -> {
                if (id > EOS && !block.isInside(at) && prefix.matches(block.spelling(at))) {
                    ids.set(id);
                }
            });
            return ids;
        }
        PrefixIndex.Found found = index.find(prefix);
        boolean isLonger = PrefixIndex.isLonger(prefix);
        for (int level = 0; level < PrefixIndex.LEVELS; level++) {
            found.visit(level, id -> {
                if (!isLonger || prefix.matches(spelling(id))) {
                    ids.set(id);
                }
            });
        }
        return ids;
    }

    /**
     * Visits words that begin with a prefix, those with the highest counts: at least {@code wanted} of those that have any, or all
     * that there are.
     *
     * @return the most that the raw or the continuation count of another word with that prefix can be; 0 where there is none
     */
    public long mostFrequent(WordPrefix prefix, int wanted, WordVisitor visitor) {
        PrefixIndex index = prefixes();
        if (index == null) {
            visit((id, block, at) -> {
                if (id > EOS && !block.isInside(at) && prefix.matches(block.spelling(at))) {
                    visitor.visit(id, block.raw(at), block.continuation(at));
                }
            });
            return 0;
        }
        PrefixIndex.Found found = index.find(prefix);
        BitSet visited = new BitSet();
        int level = found.highest(PrefixIndex.LEVELS - 1);
        while (level > 0 && visited.cardinality() < wanted) {
            found.visit(level, id -> {
                if (!visited.get(id) && isWord(id) && (prefix.isEmpty() || prefix.matches(spelling(id)))) {
                    visited.set(id);
                    visitor.visit(id, raw(id), continuation(id));
                }
            });
            level = found.highest(level - 1);
        }
        return PrefixIndex.highest(level);
    }

    /**
     * How often a word was seen to end an n-gram of one shard while another one has its unigram, and neither has said since that it
     * has none any more: with the owner of the unigram in all n-grams of others, with another in its own. It may be below 0 for a
     * while, where what others have said of a document came before the document.
     */
    public long shared(int id) {
        return block(id).shared(id & WordBlock.SIZE - 1);
    }

    /** Adds to what {@link #shared} says. */
    public void addShared(int id, long times) {
        WordBlock block = block(id);
        block.addShared(id & WordBlock.SIZE - 1, times);
        cache.markDirty(block);
    }

    /** Whether the word, as the nearest context word, has pages of its own. */
    public boolean wide(int id) {
        return block(id).wide(id & WordBlock.SIZE - 1);
    }

    /** The word has pages of its own from now on. */
    public void setWide(int id) {
        WordBlock block = block(id);
        block.setWide(id & WordBlock.SIZE - 1);
        cache.markDirty(block);
    }

    /** Entries of the table by hash, which are as many as words; for tests. */
    long placed() {
        return table.size();
    }

    /** Whether an id has no word. */
    public boolean isFree(int id) {
        return block(id).isFree(id & WordBlock.SIZE - 1);
    }

    /** Bytes of a spelling. */
    public int length(int id) {
        return block(id).length(id & WordBlock.SIZE - 1);
    }

    /** Nothing is counted of the bigrams of this shard that end in a word. */
    public void clearBigramsHere(int id) {
        WordBlock block = block(id);
        block.clearBigramsHere(id & WordBlock.SIZE - 1);
        cache.markDirty(block);
    }

    /** A word has no pages of its own any more. */
    public void clearWide(int id) {
        WordBlock block = block(id);
        block.clearWide(id & WordBlock.SIZE - 1);
        cache.markDirty(block);
    }

    /** Visits every word with its counts, without keeping the words on the heap. */
    public void counts(WordVisitor visitor) {
        visit((id, block, at) -> visitor.visit(id, block.raw(at), block.continuation(at)));
    }

    /** Visits every word with its block, which is dropped afterwards unless it was decoded before. */
    void visit(Visitor visitor) {
        CacheUnit.Budget apart = new CacheUnit.Budget();
        for (int number = 0; number * WordBlock.SIZE < size; number++) {
            WordBlock block = blocks[number];
            if (block == null) {
                block = new WordBlock(number, apart, dropped -> {});
                block.decode(store.get(WordKeys.spellings(number)), store.get(WordKeys.unigrams(number)));
            }
            for (int at = 0; at < block.words(); at++) {
                if (!block.isFree(at)) {
                    visitor.visit(number * WordBlock.SIZE + at, block, at);
                }
            }
        }
    }

    /** Looks at one word. */
    interface Visitor {
        void visit(int id, WordBlock block, int at);
    }

    /** Drops what has not been used of late until the cache is within its bound. */
    public void trim() {
        cache.trim();
    }

    /** Heap of words and the table, about, in bytes. */
    public long heapBytes() {
        return cache.heapBytes()
                + (long) recent.length * Long.BYTES
                + blocks.length * 4L
                + (prefixes == null ? 0 : prefixes.heapBytes());
    }

    /** Writes every changed page. */
    public void writeBack() {
        cache.writeBack();
        if (inTable - inStoredTable >= WORDS_A_CHECKPOINT
                || moved >= MOVES_A_CHECKPOINT
                || table.mustCheckpoint()
                || table.changedBytes() > cache.limit() / 4) {
            checkpoint();
        }
        if (movedAnew) {
            writeMoves();
        }
    }

    /** Nothing is stored unless an id was ever given back. */
    private void writeMoves() {
        Varints.Writer out = new Varints.Writer(64);
        out.writeByte(FORMAT);
        out.writeInt(firstFree + 1);
        out.writeInt(free);
        out.writeInt(moved);
        for (int i = 0; i < moved; i++) {
            out.writeLong((long) movedIds[i] << 1 | (movedOut[i] ? 1 : 0));
            out.writeFixedInt(movedHashes[i]);
        }
        store.put(WordKeys.freeWords(), out.toByteArray());
        movedAnew = false;
    }

    /** Reads what {@link #writeMoves} wrote, and does it again to the table as it was stored. */
    private void readMoves() {
        byte[] stored = store.get(WordKeys.freeWords());
        if (stored == null) {
            return;
        }
        Varints.Reader in = new Varints.Reader(stored);
        PageFormat.check(in.readByte(), FORMAT, "ids without a word");
        firstFree = in.readInt() - 1;
        free = in.readInt();
        for (int left = in.readInt(); left > 0; left--) {
            long idAndOut = in.readLong();
            int id = (int) (idAndOut >>> 1);
            int hash = in.readFixedInt();
            boolean isOut = (idAndOut & 1) != 0;
            if (isOut) {
                unplace(hash, id);
            } else {
                place(hash, id);
            }
            move(id, hash, isOut);
        }
        movedAnew = false;
    }

    private void checkpoint() {
        Varints.Writer head = new Varints.Writer(16);
        head.writeByte(FORMAT);
        head.writeInt(inTable);
        table.checkpoint(head);
        store.put(WordKeys.wordPlacesHead(), head.toByteArray());
        inStoredTable = inTable;
        movedAnew |= moved > 0;
        moved = 0;
    }

    /** Begins with what the store has; the words of a state of 0.3.0, which has no table, are put into one. */
    public void load() {
        int last = lastOf(number -> store.get(WordKeys.spellings(number)) != null);
        if (last < 0) {
            return;
        }
        size = last * WordBlock.SIZE + WordBlock.words(store.get(WordKeys.spellings(last)));
        blocks = new WordBlock[Math.max(64, Integer.highestOneBit(last + 1) * 2)];
        byte[] stored = store.get(WordKeys.wordPlacesHead());
        if (stored != null) {
            Varints.Reader head = new Varints.Reader(stored);
            PageFormat.check(head.readByte(), FORMAT, "the table of words");
            inStoredTable = head.readInt();
            table.open(head);
        }
        inTable = inStoredTable;
        readMoves();
        if (size - inTable > WORDS_ONE_BY_ONE && inTable == 0) {
            placeAll();
        }
        while (inTable < size) {
            if (!block(inTable).isFree(inTable & WordBlock.SIZE - 1)) {
                place(hashOf(inTable), inTable);
            }
            inTable++;
        }
    }

    /** Makes the table in as many passes as it needs to fit the cache, so that each of its pages is written once. */
    private void placeAll() {
        table.reserve(size);
        int passes = (int) Math.min(1024, 1 + table.fullBytes() / Math.max(1, cache.limit() / 2));
        for (int pass = 0; pass < passes; pass++) {
            int now = pass;
            visit((id, block, at) -> {
                int hash = block.hash(at);
                // Words of the same hash fall in the same pass, wherever their other keys are.
                if (table.part(key(hash, 0), passes) == now) {
                    place(hash, id);
                }
                cache.trim();
            });
        }
        inTable = size;
        checkpoint();
        cache.trim();
    }

    /** The last number from 0 on that is there, or −1: there is no gap, so it is found by halving. */
    private static int lastOf(IntPredicate isThere) {
        int after = 1;
        while (isThere.test(after - 1)) {
            after *= 2;
        }
        int there = after / 2 - 1;
        int absent = after - 1;
        while (absent - there > 1) {
            int middle = (there + absent) >>> 1;
            if (isThere.test(middle)) {
                there = middle;
            } else {
                absent = middle;
            }
        }
        return there;
    }
}
