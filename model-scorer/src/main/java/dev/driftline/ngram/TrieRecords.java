package dev.driftline.ngram;

import dev.driftline.codec.LargeCounts;
import dev.driftline.ngram.words.WordTable;
import dev.driftline.pages.CacheUnit;
import java.util.Arrays;

/**
 * The records of a {@link ContextTrie}: how they lie in one {@code int} array, and the index that finds them.
 *
 * <p>A <em>node</em> is a context that has been seen with two tuples, a <em>follower</em> a word that came after one, and a
 * <em>lazy</em> record a tuple from where its path leaves the nodes. All are found through one open-addressing index over (kind, parent,
 * word). An entry of the index has a record's place in its low bits and as much of the record's hash as fits above, so that a search
 * passes over other records without touching them. A record's slot is given by the high bits of its hash, which a small index has in
 * its entries, too: it grows without a look at the records. A large one has other bits in its entries, since those that the
 * slot says already tell no record from another.
 *
 * <p>Not thread-safe.
 */
abstract class TrieRecords {

    /** The word id of {@code <s>}, which ends a context. */
    static final int BOS = WordTable.BOS;

    // Kinds of records, in the low bits of a header.
    static final int DEAD = 0;
    static final int NODE = 1;
    static final int LAZY = 2;
    static final int FOLLOWER = 3;
    static final int KIND_MASK = 3;
    /** Above the kind in a header: the depth. */
    static final int DEPTH_MASK = 7;
    /** In the header of the last record of a tuple: counted since the hand came by. */
    static final int USED = 1 << 8;

    // Fields of every record: header (kind, and depth above it), parent or node, word.
    static final int PARENT = 1;
    static final int WORD = 2;

    // Node: then the first follower, the number of its top list or −1, eight figures as in PositionCounts, and how much
    // of the
    // totals was followed by words that are forgotten.
    static final int FIRST = 3;
    static final int TOP = 4;
    static final int FIGURES = 5;
    static final int FORGOTTEN_RAW = FIGURES + 8;
    static final int FORGOTTEN_CONTINUATION = FIGURES + 9;
    static final int NODE_SIZE = FIGURES + 10;

    // Follower: then raw count, continuation count, the next follower of the same node.
    static final int RAW = 3;
    static final int CONTINUATION = 4;
    static final int NEXT = 5;
    static final int FOLLOWER_SIZE = 6;

    // Lazy: then context words base + 1 … N − 1, the follower, its count. In place of the first word that its context
    // is too short for
    // may stand, below 0, how many distinct words were before what is left of forgotten tuples.

    /** In place of the words of a lazy record that its context is too short for: not the id of a word unknown to a shard. */
    static final int NO_WORD = Integer.MIN_VALUE;

    /** The parent of the records of the nearest context words. */
    static final int ROOT = 0;

    /** A large index leaves fewer than eight bits of an entry that neither the slot nor the place says. */
    private static final int SMALL_INDEX_BITS = Integer.SIZE - 8;

    /** Cells for each slot of an index that is as full as it may be. */
    private static final int CELLS_A_SLOT = 5;

    private static final int HALF_TURN = Integer.SIZE / 2;
    private static final int[] EMPTY = {};

    final int order;
    final int base;
    final int lazySize;
    final CacheUnit.Budget budget;

    /** Raw counts, and sums of them; what counts distinct words or tuples fits a cell as they do. */
    final LargeCounts large = new LargeCounts();

    int[] cells;
    private int used = 1;
    private int[] index = new int[16];
    private int indexed;
    /** How many low bits of an entry of the index are the place: enough for every place in {@link #cells}. */
    private int placeBits;
    /** By how much a hash is shifted to the right to give a slot of the index. */
    private int slotShift = Integer.numberOfLeadingZeros(index.length) + 1;
    /** By how much a hash is turned to the left for an entry of the index. */
    private int turn;

    /**
     * @param order N of the model
     * @param base how many context words all tuples here share and the trie therefore leaves out
     */
    TrieRecords(int order, int base, CacheUnit.Budget budget) {
        this.order = order;
        this.base = base;
        this.budget = budget;
        lazySize = 3 + (order - 1 - base) + 2;
        cells = new int[1 + 2 * lazySize];
        placeBits = bitsFor(cells.length);
        budget.used += recordBytes();
    }

    /** Heap bytes of the arrays. */
    final long recordBytes() {
        return 4L * (cells.length + index.length);
    }

    /** Where the context word at depth 0 of a lazy record would be. */
    final int words(int lazy) {
        return lazy + 3 - (base + 1);
    }

    /** Whether a record that {@link #findChild} has found is that of a single tuple. */
    final boolean isLazy(int record) {
        return (cells[record] & KIND_MASK) == LAZY;
    }

    /** Of the record of what is left of forgotten tuples, the distinct words before it; 0 of a tuple. */
    final int left(int lazy) {
        int last = cells[lazy + lazySize - 3];
        return last >= 0 || last == NO_WORD ? 0 : ~last;
    }

    /** In a context that begins with {@code <s>}, and in one of full length, raw counts are all there is. */
    final boolean rawOnly(int key, int depth) {
        return key == BOS || depth == order - 1;
    }

    /** Reads where the arrays are; for {@link PositionLookups}. */
    final int readAhead() {
        return index.length + cells.length;
    }

    /** The entry of the index where the search for a child begins. */
    final int childEntry(int parent, int word) {
        return index[hash(0, parent, word) >>> slotShift];
    }

    /** The entry of the index where the search for a follower begins. */
    final int followerEntry(int node, int word) {
        return index[hash(1, node, word) >>> slotShift];
    }

    /** Reads the record of an entry, or the unused first one of none. */
    final int readAhead(int entry) {
        return cells[(entry & (1 << placeBits) - 1) + WORD];
    }

    /** The node or lazy record of a context that goes on by {@code word}; 0 where there is none. */
    final int findChild(int parent, int word) {
        int[] slots = index;
        int mask = slots.length - 1;
        int hash = hash(0, parent, word);
        int slot = hash >>> slotShift;
        int tag = Integer.rotateLeft(hash, turn);
        while (true) {
            int entry = slots[slot];
            if (entry == 0) {
                return 0;
            }
            if ((entry ^ tag) >>> placeBits == 0) {
                int at = entry & (1 << placeBits) - 1;
                if (cells[at + WORD] == word && cells[at + PARENT] == parent && (cells[at] & KIND_MASK) != FOLLOWER) {
                    return at;
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /** The record of a follower of a node; 0 where there is none. */
    final int findFollower(int node, int word) {
        int[] slots = index;
        int mask = slots.length - 1;
        int hash = hash(1, node, word);
        int slot = hash >>> slotShift;
        int tag = Integer.rotateLeft(hash, turn);
        while (true) {
            int entry = slots[slot];
            if (entry == 0) {
                return 0;
            }
            if ((entry ^ tag) >>> placeBits == 0) {
                int at = entry & (1 << placeBits) - 1;
                if (cells[at + WORD] == word && cells[at + PARENT] == node && (cells[at] & KIND_MASK) == FOLLOWER) {
                    return at;
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /** The record of what is left of forgotten tuples, beside others, that the follower {@code word} of {@code node} counts. */
    final int findLeft(int node, int word) {
        int mask = index.length - 1;
        int slot = hash(2, node, ~word) >>> slotShift;
        while (index[slot] != 0) {
            int at = index[slot] & (1 << placeBits) - 1;
            if (cells[at + WORD] == ~word && cells[at + PARENT] == node && (cells[at] & KIND_MASK) == LAZY) {
                return at;
            }
            slot = (slot + 1) & mask;
        }
        return 0;
    }

    /** Makes {@code node} the record that is found where {@code record}, of the same parent and word, was. */
    final void replace(int record, int node) {
        int mask = index.length - 1;
        int places = (1 << placeBits) - 1;
        int slot = hash(0, cells[record + PARENT], cells[record + WORD]) >>> slotShift;
        while ((index[slot] & places) != record) {
            slot = (slot + 1) & mask;
        }
        index[slot] = index[slot] & ~places | node;
    }

    /** Has the index find a record. */
    final void insert(int record) {
        if (++indexed * 2 > index.length) {
            growIndex();
        }
        place(record);
    }

    private void place(int record) {
        int mask = index.length - 1;
        int kind = (cells[record] & KIND_MASK) == FOLLOWER ? 1 : cells[record + WORD] < 0 ? 2 : 0;
        int hash = hash(kind, cells[record + PARENT], cells[record + WORD]);
        int slot = hash >>> slotShift;
        while (index[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        index[slot] = Integer.rotateLeft(hash, turn) & -(1 << placeBits) | record;
    }

    private static int hash(int kind, int parent, int word) {
        int h = parent * 0x9E3779B1 ^ word * 0x85EBCA77 ^ kind * 0x27D4EB2F;
        h ^= h >>> 15;
        h *= 0x2C1B3C6D;
        return h ^ h >>> 13;
    }

    /** Room for a record, all 0. */
    final int allocate(int size) {
        int at = used;
        used += size;
        if (used > cells.length) {
            int grown = Math.max(used, cells.length + (cells.length >> 1));
            budget.used += 4L * (grown - cells.length);
            cells = Arrays.copyOf(cells, grown);
            if (bitsFor(grown) > placeBits) {
                widenPlaces(bitsFor(grown));
            }
        }
        return at;
    }

    private static int bitsFor(int length) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(length - 1);
    }

    /** Gives places more bits of each entry, which its hash loses: slots stay as they are. */
    private void widenPlaces(int bits) {
        int kept = -(1 << bits) | (1 << placeBits) - 1;
        int[] slots = index;
        for (int slot = 0; slot < slots.length; slot++) {
            slots[slot] &= kept;
        }
        placeBits = bits;
        turnIfLarge();
    }

    private void turnIfLarge() {
        if (turn == 0 && Integer.SIZE - slotShift + placeBits > SMALL_INDEX_BITS) {
            turn = HALF_TURN;
            writeIndex(index.length);
        }
    }

    /** Writes the index again, from the records. */
    private void writeIndex(int length) {
        int[] old = index;
        int places = (1 << placeBits) - 1;
        index = new int[length];
        slotShift = Integer.numberOfLeadingZeros(length) + 1;
        for (int entry : old) {
            if (entry != 0) {
                place(entry & places);
            }
        }
    }

    /** Doubles the index; a small one without a look at the records. */
    private void growIndex() {
        int[] old = index;
        budget.used += 4L * old.length;
        if (turn != 0) {
            writeIndex(old.length * 2);
            return;
        }
        int[] grown = new int[old.length * 2];
        int mask = grown.length - 1;
        slotShift--;
        for (int entry : old) {
            if (entry != 0) {
                int slot = entry >>> slotShift;
                while (grown[slot] != 0) {
                    slot = slot + 1 & mask;
                }
                grown[slot] = entry;
            }
        }
        index = grown;
        turnIfLarge();
    }

    /**
     * Makes room for tuples that are about to be added, so that the arrays need not grow one step at a time.
     *
     * @param more cells that their records will take, about
     */
    final void reserve(int more) {
        if (indexed > 0 || used + more <= cells.length) {
            return;
        }
        budget.used -= recordBytes();
        cells = new int[used + more];
        placeBits = bitsFor(cells.length);
        index = new int[Integer.highestOneBit(Math.max(8, more / CELLS_A_SLOT)) << 1];
        slotShift = Integer.numberOfLeadingZeros(index.length) + 1;
        turnIfLarge();
        budget.used += recordBytes();
    }

    /** Cells in use. */
    final int used() {
        return used;
    }

    /** Forgets all records; {@link #recordBytes} is 0 then. */
    final void clear() {
        cells = EMPTY;
        index = EMPTY;
    }
}
