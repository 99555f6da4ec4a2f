package dev.driftline.drift;

import dev.driftline.codec.Varints;

/** The newest {@value #CAPACITY} units of a source, numbered from 0. Not thread-safe. */
final class UnitRing {

    static final int CAPACITY = 64;

    private final Unit[] units = new Unit[CAPACITY];
    private long next;

    void add(Unit unit) {
        units[(int) (next++ % CAPACITY)] = unit;
    }

    /** The number of the next unit to be added. */
    long next() {
        return next;
    }

    /** The number of the oldest unit kept. */
    long first() {
        return Math.max(0, next - CAPACITY);
    }

    /**
     * The unit with that number.
     *
     * @throws IllegalArgumentException if it is not kept
     */
    Unit get(long number) {
        if (number < first() || number >= next) {
            throw new IllegalArgumentException(
                    "unit " + number + " is not kept: only those from " + first() + " to " + (next - 1) + " are");
        }
        return units[(int) (number % CAPACITY)];
    }

    void write(Varints.Writer out) {
        out.writeLong(next);
        for (long number = first(); number < next; number++) {
            get(number).write(out);
        }
    }

    static UnitRing read(Varints.Reader in) {
        UnitRing ring = new UnitRing();
        long end = in.readLong();
        ring.next = Math.max(0, end - CAPACITY);
        while (ring.next < end) {
            ring.add(Unit.read(in));
        }
        return ring;
    }
}
