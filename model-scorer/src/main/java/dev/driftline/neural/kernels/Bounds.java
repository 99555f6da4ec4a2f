package dev.driftline.neural.kernels;

/** Says which matrix does not fit into its array, before a loop runs into its end half-way. */
final class Bounds {

    private Bounds() {}

    static void check(int rows, int columns, float[] x, int offset, int row, String name) {
        if (rows < 0 || columns < 0 || offset < 0) {
            throw new IllegalArgumentException(
                    name + " cannot be " + rows + " × " + columns + " at offset " + offset + ".");
        }
        if (rows > 1 && row < columns) {
            throw new IllegalArgumentException(
                    name + " has rows of " + columns + " numbers that begin only " + row + " apart.");
        }
        if (rows > 0 && columns > 0 && offset + (rows - 1L) * row + columns > x.length) {
            throw new IndexOutOfBoundsException(name + ", " + rows + " × " + columns + " at offset " + offset
                    + " with rows " + row + " apart, does not fit into " + x.length + " numbers.");
        }
    }
}
