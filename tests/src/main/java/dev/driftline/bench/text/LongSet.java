package dev.driftline.bench.text;

import java.util.Arrays;

/** A growing set of 64-bit hashes; a boxed set of tens of millions would not fit. */
public final class LongSet {

    private long[] slots = new long[1 << 16];
    private int size;
    private boolean hasZero;

    public void add(long value) {
        if (value == 0) {
            hasZero = true;
            return;
        }
        if (insert(value) && ++size * 2 > slots.length) {
            long[] old = slots;
            slots = new long[old.length * 2];
            Arrays.stream(old).filter(kept -> kept != 0).forEach(this::insert);
        }
    }

    private boolean insert(long value) {
        int mask = slots.length - 1;
        int at = (int) value & mask;
        while (slots[at] != 0) {
            if (slots[at] == value) {
                return false;
            }
            at = at + 1 & mask;
        }
        slots[at] = value;
        return true;
    }

    public long size() {
        return size + (hasZero ? 1 : 0);
    }
}
