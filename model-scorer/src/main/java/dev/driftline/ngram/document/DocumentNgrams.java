package dev.driftline.ngram.document;

import dev.driftline.codec.SplitMix64;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.smoothing.PositionCounts;
import java.util.Arrays;

/**
 * What a document taught a shard of n-grams: its tuples, and the left neighbours of words whose bigrams are another shard's, each
 * once, with the number of times that the document has it. So a document can be looked for as a whole, and be taken out of
 * {@link NgramCounts}. Takes {@code 4 · (order + 3)} bytes a distinct n-gram, and keeps them for the next document unless they are
 * many. Not thread-safe.
 */
public final class DocumentNgrams {

    /** In place of a word that a context does not have. */
    private static final int NO_WORD = Integer.MIN_VALUE;

    private static final int ROWS_KEPT = 1 << 12;

    // What an n-gram is, first in its row.
    private static final int TUPLE = 0;
    private static final int TUPLE_OF_OWNED_WORD = 1;
    private static final int LEFT_NEIGHBOUR = 2;

    private final int order;
    private int[] rows;
    private int[] times;
    /** By row, how often the counts have it, and no more than the document. */
    private int[] found;
    /** A power of two, at most half of it taken: one more than the number of a row, or 0. */
    private int[] slots;

    private int size;
    private long events;
    private long missing;

    /** A kind, the context words from the nearest on, and the word. */
    private final int[] row;

    private final int[] context;
    private final PositionCounts position;

    /** @param order N, 1 to 7 */
    public DocumentNgrams(int order) {
        this.order = order;
        row = new int[Math.max(3, order + 1)];
        context = new int[order + 1];
        position = new PositionCounts(order);
        rows = new int[ROWS_KEPT * row.length];
        times = new int[ROWS_KEPT];
        found = new int[ROWS_KEPT];
        slots = new int[2 * ROWS_KEPT];
    }

    /** Begins a document. */
    public void clear() {
        size = 0;
        if (times.length > ROWS_KEPT) {
            rows = new int[ROWS_KEPT * row.length];
            times = new int[ROWS_KEPT];
            found = new int[ROWS_KEPT];
            slots = new int[2 * ROWS_KEPT];
        } else {
            Arrays.fill(slots, 0);
        }
    }

    /**
     * Adds an event in its context, with the arguments of {@link NgramCounts#learn(int[], int, int)}.
     *
     * @param isOwned whether the word's unigram is this shard's
     */
    public void add(int[] words, int length, int word, boolean isOwned) {
        Arrays.fill(row, NO_WORD);
        row[0] = isOwned ? TUPLE_OF_OWNED_WORD : TUPLE;
        System.arraycopy(words, 1, row, 1, length);
        row[row.length - 1] = word;
        add();
    }

    /** Adds what {@link NgramCounts#learnLeftNeighbour} learned. */
    public void addLeftNeighbour(int word, int previous) {
        Arrays.fill(row, NO_WORD);
        row[0] = LEFT_NEIGHBOUR;
        row[1] = previous;
        row[row.length - 1] = word;
        add();
    }

    private void add() {
        int hash = hash();
        int slot = hash & slots.length - 1;
        while (slots[slot] != 0) {
            int known = slots[slot] - 1;
            if (Arrays.equals(rows, known * row.length, (known + 1) * row.length, row, 0, row.length)) {
                times[known]++;
                return;
            }
            slot = slot + 1 & slots.length - 1;
        }
        if (size == times.length) {
            grow();
            slot = freeSlot(hash);
        }
        System.arraycopy(row, 0, rows, size * row.length, row.length);
        times[size] = 1;
        slots[slot] = ++size;
    }

    private int hash() {
        long hash = 0;
        for (int part : row) {
            hash = SplitMix64.mix(hash + part);
        }
        return (int) hash;
    }

    private int freeSlot(int hash) {
        int slot = hash & slots.length - 1;
        while (slots[slot] != 0) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private void grow() {
        int[] last = row.clone();
        times = Arrays.copyOf(times, 2 * size);
        found = Arrays.copyOf(found, 2 * size);
        rows = Arrays.copyOf(rows, 2 * size * row.length);
        slots = new int[4 * size];
        for (int number = 0; number < size; number++) {
            System.arraycopy(rows, number * row.length, row, 0, row.length);
            slots[freeSlot(hash())] = number + 1;
        }
        System.arraycopy(last, 0, row, 0, row.length);
    }

    /** Looks how often the counts have each n-gram; the other methods go by it. */
    public void lookUp(NgramCounts counts) {
        events = 0;
        missing = 0;
        boolean sightings = counts.countsSightings();
        for (int number = 0; number < size; number++) {
            found[number] = (int) Math.min(times[number], there(counts, number));
            if (rows[number * row.length] != LEFT_NEIGHBOUR || sightings) {
                events += times[number];
                missing += times[number] - found[number];
            }
        }
    }

    /** How often the counts have the n-gram of a row. */
    private long there(NgramCounts counts, int number) {
        int word = rows[(number + 1) * row.length - 1];
        if (rows[number * row.length] == LEFT_NEIGHBOUR) {
            int previous = rows[number * row.length + 1];
            return word < 0 || previous < 0 ? 0 : counts.leftNeighbour(word, previous);
        }
        int length = word < 0 ? 0 : readContext(number);
        if (length == 0) {
            return 0;
        }
        counts.lookup(context, length, word, position);
        long there = position.matched() < length ? 0 : position.raw(length);
        // Where counts fade, those of shorter n-grams may do so before.
        for (int k = 1; k < length && there > 0; k++) {
            there = Math.min(there, position.raw(k));
        }
        return there;
    }

    /** How many events the document has here, but left neighbours where the counts do not know how often these came. */
    public long events() {
        return events;
    }

    /** How many of the {@link #events} the counts lack. */
    public long missing() {
        return missing;
    }

    /** The context of a row; its length, or 0 where it has a word that was never learned. */
    private int readContext(int number) {
        int from = number * row.length + 1;
        int length = 0;
        while (length < order - 1 && rows[from + length] != NO_WORD) {
            if (rows[from + length] < 0) {
                return 0;
            }
            context[length + 1] = rows[from + length];
            length++;
        }
        return length;
    }

    /** Takes out of the counts what {@link #lookUp} has found there, continuation counts of the shard's words with it. */
    public void takeOut(NgramCounts counts) {
        for (int number = 0; number < size; number++) {
            int word = rows[(number + 1) * row.length - 1];
            int kind = rows[number * row.length];
            // A shorter n-gram that has faded may have gone with another row by now.
            for (int time = 0; time < found[number] && there(counts, number) > 0; time++) {
                boolean isGone = kind == LEFT_NEIGHBOUR
                        ? counts.unlearnLeftNeighbour(word, rows[number * row.length + 1])
                        : counts.unlearn(context, readContext(number), word);
                // What forgets may have forgotten the one before the other.
                if (isGone && kind != TUPLE && counts.continuationUnigram(word) > 0) {
                    counts.removeContinuation(word, 1);
                }
            }
        }
    }
}
