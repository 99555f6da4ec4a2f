package dev.driftline.pages;

import org.jspecify.annotations.Nullable;

/**
 * The decoded units of one kind by number: a table that grows with the units that are decoded, not with their numbers. Not
 * thread-safe.
 */
public final class DecodedUnits<U extends CacheUnit> {

    private int[] numbers = new int[64];
    private @Nullable Object[] units = new Object[64];
    private int size;

    /** The unit, or null where it is not decoded. */
    @SuppressWarnings("unchecked")
    @Nullable
    public U get(int number) {
        int mask = units.length - 1;
        for (int slot = place(number, mask); ; slot = slot + 1 & mask) {
            Object unit = units[slot];
            if (unit == null || numbers[slot] == number) {
                return (U) unit;
            }
        }
    }

    /** Reads where a unit is; for look-ups of many positions at once. */
    public int readAhead(int number) {
        int slot = place(number, units.length - 1);
        return numbers[slot] + (units[slot] == null ? 0 : 1);
    }

    /** Adds a unit, or puts it in the place of the one of its number. */
    public void put(int number, U unit) {
        int slot = find(number);
        if (units[slot] == null) {
            if (++size * 2 > units.length) {
                grow();
                slot = find(number);
            }
            numbers[slot] = number;
        }
        units[slot] = unit;
    }

    /** Takes a unit out, if there is one. */
    public void remove(int number) {
        int mask = units.length - 1;
        int hole = find(number);
        if (units[hole] == null) {
            return;
        }
        for (int at = hole + 1 & mask; units[at] != null; at = at + 1 & mask) {
            if ((at - place(numbers[at], mask) & mask) >= (at - hole & mask)) {
                units[hole] = units[at];
                numbers[hole] = numbers[at];
                hole = at;
            }
        }
        units[hole] = null;
        size--;
    }

    private int find(int number) {
        int mask = units.length - 1;
        int slot = place(number, mask);
        while (units[slot] != null && numbers[slot] != number) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldNumbers = numbers;
        @Nullable Object[] old = units;
        numbers = new int[old.length * 2];
        units = new Object[old.length * 2];
        for (int i = 0; i < old.length; i++) {
            if (old[i] != null) {
                int slot = find(oldNumbers[i]);
                numbers[slot] = oldNumbers[i];
                units[slot] = old[i];
            }
        }
    }

    private static int place(int number, int mask) {
        int h = number * 0x9E3779B1;
        return (h ^ h >>> 15) & mask;
    }
}
