package dev.driftline.neural.kernels;

/** Says which matrix does not fit into its array, or into the product, before a loop runs into the array's end half-way. */
final class Bounds {

    private Bounds() {}

    static void check(Matrix matrix, String name) {
        boolean transposed = matrix.transposed();
        int rows = transposed ? matrix.columns() : matrix.rows();
        int columns = transposed ? matrix.rows() : matrix.columns();
        if (rows < 0 || columns < 0 || matrix.offset() < 0) {
            throw new IllegalArgumentException(
                    name + " cannot be " + rows + " × " + columns + " at offset " + matrix.offset() + ".");
        }
        if (rows > 1 && matrix.stride() < columns) {
            throw new IllegalArgumentException(
                    name + " has rows of " + columns + " numbers that begin only " + matrix.stride() + " apart.");
        }
        if (rows > 0
                && columns > 0
                && matrix.offset() + (rows - 1L) * matrix.stride() + columns > matrix.data().length) {
            throw new IndexOutOfBoundsException(
                    name + ", " + rows + " × " + columns + " at offset " + matrix.offset() + " with rows "
                            + matrix.stride() + " apart, does not fit into " + matrix.data().length + " numbers.");
        }
    }

    /** @param rows of B */
    static void checkProduct(Matrix a, int rows, int columns, Matrix c) {
        if (c.transposed()) {
            throw new IllegalArgumentException("C cannot be written transposed.");
        }
        if (a.columns() != rows || c.rows() != a.rows() || c.columns() != columns) {
            throw new IllegalArgumentException("A, " + a.rows() + " × " + a.columns() + ", times B, " + rows + " × "
                    + columns + ", does not give C, " + c.rows() + " × " + c.columns() + ".");
        }
    }

    static void checkReuse(Kernels.Packed packed, Matrix b) {
        if (packed.k() != b.rows() || packed.n() != b.columns()) {
            throw new IllegalArgumentException("A matrix packed as " + packed.k() + " × " + packed.n()
                    + " cannot take one of " + b.rows() + " × " + b.columns() + "; pack it anew.");
        }
    }
}
