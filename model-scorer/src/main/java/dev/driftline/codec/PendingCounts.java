package dev.driftline.codec;

import java.util.Arrays;

/**
 * Counts of pairs of numbers that wait in front of a slower table: the pair seen last of each hash, how often it was seen since it
 * was counted there, and where. So a pair that comes often costs the table one addition for many. Allocates nothing. Not
 * thread-safe.
 */
public final class PendingCounts {

    /** Takes in what has waited. */
    @FunctionalInterface
    public interface Table {

        /**
         * @param place what {@link #put} was told of the pair
         * @param times at least 1
         */
        void add(int first, int second, int place, long times);
    }

    private final long[] pairs;
    private final int[] places;
    private final long[] pending;

    /** The slots that have something pending, and where each is among them. */
    private final int[] waiting;

    private final int[] waitingAt;
    private int waitingSize;

    /** @param slots how many pairs, a power of two */
    public PendingCounts(int slots) {
        pairs = new long[slots];
        places = new int[slots];
        pending = new long[slots];
        waiting = new int[slots];
        waitingAt = new int[slots];
        clear();
    }

    /** Forgets every pair, and what is pending. */
    public void clear() {
        Arrays.fill(pairs, -1);
        Arrays.fill(pending, 0);
        waitingSize = 0;
    }

    /** Counts a pair, neither number of which is negative, unless the table has to be asked; returns whether it was counted. */
    public boolean add(int first, int second, long times) {
        long pair = pair(first, second);
        int slot = slot(pair);
        if (pairs[slot] != pair) {
            return false;
        }
        if (pending[slot] == 0) {
            waitingAt[slot] = waitingSize;
            waiting[waitingSize++] = slot;
        }
        pending[slot] += times;
        return true;
    }

    /** What is pending of a pair. */
    public long pending(int first, int second) {
        long pair = pair(first, second);
        int slot = slot(pair);
        return pairs[slot] == pair ? pending[slot] : 0;
    }

    /** Takes one of what is pending of a pair away; false where nothing is. */
    public boolean takeOne(int first, int second) {
        if (pending(first, second) == 0) {
            return false;
        }
        int slot = slot(pair(first, second));
        if (--pending[slot] == 0) {
            settle(slot);
        }
        return true;
    }

    /** The table has this pair, at {@code place}; what waits of the pair whose slot it takes goes to {@code table}. */
    public void put(int first, int second, int place, Table table) {
        int slot = slot(pair(first, second));
        if (pending[slot] > 0) {
            flush(slot, table);
        }
        pairs[slot] = pair(first, second);
        places[slot] = place;
    }

    /** The table does not have this pair any more: nothing of it is pending. */
    public void remove(int first, int second) {
        long pair = pair(first, second);
        int slot = slot(pair);
        if (pairs[slot] == pair) {
            if (pending[slot] > 0) {
                pending[slot] = 0;
                settle(slot);
            }
            pairs[slot] = -1;
        }
    }

    /** Gives all that is pending to {@code table}. */
    public void flush(Table table) {
        while (waitingSize > 0) {
            flush(waiting[waitingSize - 1], table);
        }
    }

    private void flush(int slot, Table table) {
        long times = pending[slot];
        pending[slot] = 0;
        settle(slot);
        table.add((int) (pairs[slot] >>> 32), (int) pairs[slot], places[slot], times);
    }

    /** Nothing is pending in this slot any more. */
    private void settle(int slot) {
        int last = waiting[--waitingSize];
        waiting[waitingAt[slot]] = last;
        waitingAt[last] = waitingAt[slot];
    }

    private static long pair(int first, int second) {
        return (long) first << 32 | second;
    }

    private int slot(long pair) {
        return (int) (pair * SplitMix64.GOLDEN >>> 32) & pairs.length - 1;
    }
}
