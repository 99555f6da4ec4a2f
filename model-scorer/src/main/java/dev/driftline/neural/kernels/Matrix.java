package dev.driftline.neural.kernels;

/**
 * A view of numbers in an array as a matrix. Row-major: number (i, j) is at {@code offset + i · stride + j}, or at
 * {@code offset + j · stride + i} after {@link #transpose}.
 *
 * <p>A view can be aimed at other numbers, so that a loop over tokens allocates none: whoever multiplies keeps one view for
 * each side of the product. A record in its place was tried: C2 does not compile the product into its callers, so every
 * view of every product became an object. Not thread-safe.
 */
public final class Matrix {

    private float[] data = {};
    private int offset;
    private int rows;
    private int columns;
    private int stride;
    private boolean transposed;

    /** Aims at rows that follow each other without gaps from the start of the array on. */
    public Matrix view(float[] data, int rows, int columns) {
        return view(data, 0, rows, columns, columns);
    }

    /** Aims at rows that follow each other without gaps from {@code offset} on. */
    public Matrix view(float[] data, int offset, int rows, int columns) {
        return view(data, offset, rows, columns, columns);
    }

    /** Aims at rows that begin {@code stride} numbers apart, the first at {@code offset}. The numbers are not copied. */
    public Matrix view(float[] data, int offset, int rows, int columns, int stride) {
        this.data = data;
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
        transposed = false;
        return this;
    }

    /** Exchanges rows and columns of this view. No number is moved. */
    public Matrix transpose() {
        int before = rows;
        rows = columns;
        columns = before;
        transposed = !transposed;
        return this;
    }

    float[] data() {
        return data;
    }

    /** Place of number (0, 0). */
    int offset() {
        return offset;
    }

    /** Rows of the matrix, after transposing. */
    int rows() {
        return rows;
    }

    /** Columns of the matrix, after transposing. */
    int columns() {
        return columns;
    }

    /** Numbers from the start of one row in the array to that of the next. */
    int stride() {
        return stride;
    }

    /** Whether the array holds the matrix column by column. */
    boolean transposed() {
        return transposed;
    }
}
