package dev.driftline.export;

import java.util.Arrays;

/** Numbers that are added one after the other, in pieces, so that nothing is copied as they become many. Not thread-safe. */
final class IntColumn {

    private static final int BITS = 16;
    private static final int PIECE = 1 << BITS;

    private int[][] pieces = new int[4][];
    private int size;

    /** @throws ArithmeticException if there are 2³¹ already */
    void add(int number) {
        int piece = size >>> BITS;
        if ((size & PIECE - 1) == 0) {
            if (size < 0) {
                throw new ArithmeticException("more than 2147483647 n-grams of one order");
            }
            if (piece == pieces.length) {
                pieces = Arrays.copyOf(pieces, 2 * piece);
            }
            pieces[piece] = new int[PIECE];
        }
        pieces[piece][size++ & PIECE - 1] = number;
    }

    int get(int at) {
        return pieces[at >>> BITS][at & PIECE - 1];
    }

    int size() {
        return size;
    }
}
