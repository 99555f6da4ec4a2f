package dev.driftline.neural.kernels;

import java.util.Objects;

/**
 * Plain Java in loops that C2 turns into vector instructions by itself: no module needed, several times slower than
 * {@link VectorKernels}. Reads op(B) row by row and adds eight of its rows at a time to a row of C.
 */
final class PlainKernels implements Kernels {

    /** Columns of C that are summed at a time: a block of eight rows of B and the sums stay in the first-level cache. */
    private static final int BLOCK = 512;

    private final ThreadLocal<Workspace> workspaces = ThreadLocal.withInitial(Workspace::new);

    /** What a thread packs into. */
    private static final class Workspace {
        final float[] sums = new float[BLOCK];
        final float[] coefficients = new float[8];
        float[] a = new float[0];
        float[] b = new float[0];

        float[] a(int size) {
            if (a.length < size) {
                a = new float[size];
            }
            return a;
        }

        float[] b(int size) {
            if (b.length < size) {
                b = new float[size];
            }
            return b;
        }
    }

    /** Row-major. */
    private record Rows(int k, int n, float[] values) implements Packed {}

    @Override
    public String name() {
        return "plain Java";
    }

    @Override
    public void gemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            float[] b,
            int bOffset,
            int bRow,
            float beta,
            float[] c,
            int cOffset,
            int cRow) {
        Bounds.check(transposeA ? k : m, transposeA ? m : k, a, aOffset, aRow, "A");
        Bounds.check(transposeB ? n : k, transposeB ? k : n, b, bOffset, bRow, "B");
        Bounds.check(m, n, c, cOffset, cRow, "C");
        Workspace workspace = workspaces.get();
        float[] rowsOfA = a;
        int firstOfA = aOffset;
        int leadingOfA = aRow;
        if (transposeA) {
            rowsOfA = workspace.a(m * k);
            firstOfA = 0;
            leadingOfA = k;
            transpose(k, m, a, aOffset, aRow, rowsOfA);
        }
        float[] rowsOfB = b;
        int firstOfB = bOffset;
        int leadingOfB = bRow;
        if (transposeB) {
            rowsOfB = workspace.b(k * n);
            firstOfB = 0;
            leadingOfB = n;
            transpose(n, k, b, bOffset, bRow, rowsOfB);
        }
        multiply(
                workspace,
                m,
                n,
                k,
                rowsOfA,
                firstOfA,
                leadingOfA,
                rowsOfB,
                firstOfB,
                leadingOfB,
                beta,
                c,
                cOffset,
                cRow);
    }

    @Override
    public Packed pack(boolean transposeB, int k, int n, float[] b, int bOffset, int bRow, Packed reuse) {
        Bounds.check(transposeB ? n : k, transposeB ? k : n, b, bOffset, bRow, "B");
        Rows packed = reuse == null ? new Rows(k, n, new float[Math.multiplyExact(k, n)]) : (Rows) reuse;
        if (packed.k() != k || packed.n() != n) {
            throw new IllegalArgumentException("A matrix packed as " + packed.k() + " × " + packed.n()
                    + " cannot take one of " + k + " × " + n + "; pack it anew.");
        }
        if (transposeB) {
            transpose(n, k, b, bOffset, bRow, packed.values());
        } else {
            for (int i = 0; i < k; i++) {
                System.arraycopy(b, bOffset + i * bRow, packed.values(), i * n, n);
            }
        }
        return packed;
    }

    @Override
    public void gemm(
            int m,
            float[] a,
            int aOffset,
            int aRow,
            Packed b,
            int from,
            int to,
            float beta,
            float[] c,
            int cOffset,
            int cRow) {
        Rows rows = (Rows) b;
        Objects.checkFromToIndex(from, to, rows.n());
        Bounds.check(m, rows.k(), a, aOffset, aRow, "A");
        Bounds.check(m, to - from, c, cOffset, cRow, "C");
        multiply(
                workspaces.get(),
                m,
                to - from,
                rows.k(),
                a,
                aOffset,
                aRow,
                rows.values(),
                from,
                rows.n(),
                beta,
                c,
                cOffset,
                cRow);
    }

    private static void multiply(
            Workspace workspace,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            float[] b,
            int bOffset,
            int bRow,
            float beta,
            float[] c,
            int cOffset,
            int cRow) {
        float[] sums = workspace.sums;
        float[] coefficients = workspace.coefficients;
        for (int from = 0; from < n; from += BLOCK) {
            int length = Math.min(BLOCK, n - from);
            for (int i = 0; i < m; i++) {
                java.util.Arrays.fill(sums, 0, length, 0f);
                int rowOfA = aOffset + i * aRow;
                int p = 0;
                for (; p + 8 <= k; p += 8) {
                    System.arraycopy(a, rowOfA + p, coefficients, 0, 8);
                    addEightRows(sums, coefficients, b, bOffset + p * bRow + from, bRow, length);
                }
                for (; p < k; p++) {
                    addRow(sums, a[rowOfA + p], b, bOffset + p * bRow + from, length);
                }
                store(sums, beta, c, cOffset + i * cRow + from, length);
            }
        }
    }

    private static void addEightRows(float[] sums, float[] a, float[] b, int first, int bRow, int length) {
        float a0 = a[0];
        float a1 = a[1];
        float a2 = a[2];
        float a3 = a[3];
        float a4 = a[4];
        float a5 = a[5];
        float a6 = a[6];
        float a7 = a[7];
        int b1 = first + bRow;
        int b2 = b1 + bRow;
        int b3 = b2 + bRow;
        int b4 = b3 + bRow;
        int b5 = b4 + bRow;
        int b6 = b5 + bRow;
        int b7 = b6 + bRow;
        for (int j = 0; j < length; j++) {
            sums[j] += ((a0 * b[first + j] + a1 * b[b1 + j]) + (a2 * b[b2 + j] + a3 * b[b3 + j]))
                    + ((a4 * b[b4 + j] + a5 * b[b5 + j]) + (a6 * b[b6 + j] + a7 * b[b7 + j]));
        }
    }

    private static void addRow(float[] sums, float a, float[] b, int first, int length) {
        for (int j = 0; j < length; j++) {
            sums[j] += a * b[first + j];
        }
    }

    private static void store(float[] sums, float beta, float[] c, int first, int length) {
        if (beta == 0f) {
            System.arraycopy(sums, 0, c, first, length);
        } else {
            for (int j = 0; j < length; j++) {
                c[first + j] = beta * c[first + j] + sums[j];
            }
        }
    }

    /** Writes the transpose of {@code rows} × {@code columns} numbers without gaps; in tiles, so that each cache line is read once. */
    private static void transpose(int rows, int columns, float[] x, int offset, int row, float[] target) {
        for (int fromRow = 0; fromRow < rows; fromRow += 16) {
            int toRow = Math.min(rows, fromRow + 16);
            for (int fromColumn = 0; fromColumn < columns; fromColumn += 16) {
                int toColumn = Math.min(columns, fromColumn + 16);
                for (int j = fromColumn; j < toColumn; j++) {
                    for (int i = fromRow; i < toRow; i++) {
                        target[j * rows + i] = x[offset + i * row + j];
                    }
                }
            }
        }
    }

    @Override
    public void sigmoid(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = Functions.sigmoid(x[i]);
        }
    }

    @Override
    public void tanh(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = Functions.tanh(x[i]);
        }
    }

    @Override
    public float exp(float[] x, int offset, int length, float shift) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = offset;
        int end = offset + length;
        for (; i + 4 <= end; i += 4) {
            s0 += x[i] = Functions.exp(x[i] - shift);
            s1 += x[i + 1] = Functions.exp(x[i + 1] - shift);
            s2 += x[i + 2] = Functions.exp(x[i + 2] - shift);
            s3 += x[i + 3] = Functions.exp(x[i + 3] - shift);
        }
        for (; i < end; i++) {
            s0 += x[i] = Functions.exp(x[i] - shift);
        }
        return (s0 + s1) + (s2 + s3);
    }

    @Override
    public float max(float[] x, int offset, int length) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = offset; i < offset + length; i++) {
            max = Math.max(max, x[i]);
        }
        return max;
    }

    @Override
    public float dot(float[] x, int xOffset, float[] y, int yOffset, int length) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 4 <= length; i += 4) {
            s0 += x[xOffset + i] * y[yOffset + i];
            s1 += x[xOffset + i + 1] * y[yOffset + i + 1];
            s2 += x[xOffset + i + 2] * y[yOffset + i + 2];
            s3 += x[xOffset + i + 3] * y[yOffset + i + 3];
        }
        for (; i < length; i++) {
            s0 += x[xOffset + i] * y[yOffset + i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    @Override
    public void axpy(float a, float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i++) {
            y[yOffset + i] += a * x[xOffset + i];
        }
    }
}
