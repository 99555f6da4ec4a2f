package dev.driftline.neural.kernels;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Plain Java in loops that C2 vectorizes by itself: without a module, and two or three times slower than
 * {@link VectorKernels}.
 *
 * <p>C2 does so only where an array is indexed by the loop variable plus a constant, and most reliably where the loop's
 * length is a constant too. So op(B) is cut into blocks of eight rows by {@value #WIDTH} columns, an array each, and a row
 * of C is summed in one more array, eight rows of B at a time.
 */
final class PlainKernels implements Kernels {

    private static final int WIDTH = 128;
    private static final int DEPTH = 8;

    private final ThreadLocal<Workspace> workspaces = ThreadLocal.withInitial(Workspace::new);

    /** Buffers of a thread, for packing. */
    private static final class Workspace {
        final float[] sums = new float[WIDTH];
        final float[] coefficients = new float[DEPTH];
        float[] a = new float[0];
        float[][] b = new float[0][];

        float[] a(int size) {
            if (a.length < size) {
                a = new float[size];
            }
            return a;
        }

        float[][] b(int blocks) {
            if (b.length < blocks) {
                int before = b.length;
                b = Arrays.copyOf(b, blocks);
                for (int i = before; i < blocks; i++) {
                    b[i] = new float[DEPTH * WIDTH];
                }
            }
            return b;
        }
    }

    /** Blocks of the first {@value #WIDTH} columns from top to bottom, then of the next; filled up with zeros. */
    private record Blocks(int k, int n, float[][] values) implements Packed {}

    private static int blocks(int k, int n) {
        return Math.multiplyExact(deep(k), (n + WIDTH - 1) / WIDTH);
    }

    private static int deep(int k) {
        return (k + DEPTH - 1) / DEPTH;
    }

    @Override
    public String name() {
        return "plain Java";
    }

    @Override
    public void gemm(Matrix a, Matrix b, float beta, Matrix c) {
        Bounds.check(a, "A");
        Bounds.check(b, "B");
        Bounds.check(c, "C");
        Bounds.checkProduct(a, b.rows(), b.columns(), c);
        Workspace workspace = workspaces.get();
        float[][] blocks = workspace.b(blocks(b.rows(), b.columns()));
        packBlocks(b.transposed(), b.rows(), b.columns(), b.data(), b.offset(), b.stride(), blocks);
        multiply(workspace, a, blocks, 0, beta, c);
    }

    @Override
    public Packed pack(Matrix b, @Nullable Packed reuse) {
        Bounds.check(b, "B");
        Blocks packed = reuse == null
                ? new Blocks(b.rows(), b.columns(), new float[blocks(b.rows(), b.columns())][DEPTH * WIDTH])
                : (Blocks) reuse;
        Bounds.checkReuse(packed, b);
        packBlocks(b.transposed(), b.rows(), b.columns(), b.data(), b.offset(), b.stride(), packed.values());
        return packed;
    }

    @Override
    public void gemm(Matrix a, Packed b, int from, float beta, Matrix c) {
        Blocks blocks = (Blocks) b;
        Bounds.check(a, "A");
        Bounds.check(c, "C");
        Objects.checkFromIndexSize(from, c.columns(), blocks.n());
        Bounds.checkProduct(a, blocks.k(), c.columns(), c);
        multiply(workspaces.get(), a, blocks.values(), from, beta, c);
    }

    private static void multiply(Workspace workspace, Matrix a, float[][] blocks, int from, float beta, Matrix c) {
        int m = a.rows();
        int k = a.columns();
        int to = from + c.columns();
        if (a.transposed()) {
            float[] rows = workspace.a(Math.multiplyExact(m, k));
            transpose(k, m, a.data(), a.offset(), a.stride(), rows);
            multiply(workspace, m, k, rows, 0, k, blocks, from, to, beta, c.data(), c.offset(), c.stride());
        } else {
            multiply(
                    workspace,
                    m,
                    k,
                    a.data(),
                    a.offset(),
                    a.stride(),
                    blocks,
                    from,
                    to,
                    beta,
                    c.data(),
                    c.offset(),
                    c.stride());
        }
    }

    private static void packBlocks(
            boolean transpose, int k, int n, float[] b, int bOffset, int bRow, float[][] blocks) {
        int next = 0;
        for (int from = 0; from < n; from += WIDTH) {
            int columns = Math.min(WIDTH, n - from);
            for (int p = 0; p < k; p += DEPTH) {
                int rows = Math.min(DEPTH, k - p);
                float[] block = blocks[next++];
                if (columns < WIDTH || rows < DEPTH) {
                    Arrays.fill(block, 0f);
                }
                if (transpose) {
                    packTransposed(rows, columns, b, bOffset + from * bRow + p, bRow, block);
                } else {
                    for (int i = 0; i < rows; i++) {
                        System.arraycopy(b, bOffset + (p + i) * bRow + from, block, i * WIDTH, columns);
                    }
                }
            }
        }
    }

    private static void packTransposed(int rows, int columns, float[] b, int offset, int bRow, float[] block) {
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                block[i * WIDTH + j] = b[offset + j * bRow + i];
            }
        }
    }

    private static void multiply(
            Workspace workspace,
            int m,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            float[][] b,
            int from,
            int to,
            float beta,
            float[] c,
            int cOffset,
            int cRow) {
        float[] sums = workspace.sums;
        int deep = deep(k);
        int column = from;
        while (column < to) {
            int across = column / WIDTH;
            int skip = column - across * WIDTH;
            int length = Math.min(WIDTH - skip, to - column);
            for (int i = 0; i < m; i++) {
                Arrays.fill(sums, 0f);
                sum(sums, workspace.coefficients, k, a, aOffset + i * aRow, b, across * deep);
                store(sums, skip, beta, c, cOffset + i * cRow + column - from, length);
            }
            column += length;
        }
    }

    private static void sum(float[] sums, float[] coefficients, int k, float[] a, int ai, float[][] b, int block) {
        int next = block;
        int p = 0;
        for (; p + DEPTH <= k; p += DEPTH) {
            System.arraycopy(a, ai + p, coefficients, 0, DEPTH);
            addBlock(sums, coefficients, b[next++]);
        }
        if (p < k) {
            Arrays.fill(coefficients, 0f);
            System.arraycopy(a, ai + p, coefficients, 0, k - p);
            addBlock(sums, coefficients, b[next]);
        }
    }

    private static void addBlock(float[] sums, float[] a, float[] b) {
        float a0 = a[0];
        float a1 = a[1];
        float a2 = a[2];
        float a3 = a[3];
        float a4 = a[4];
        float a5 = a[5];
        float a6 = a[6];
        float a7 = a[7];
        for (int j = 0; j < WIDTH; j++) {
            sums[j] += ((a0 * b[j] + a1 * b[WIDTH + j]) + (a2 * b[2 * WIDTH + j] + a3 * b[3 * WIDTH + j]))
                    + ((a4 * b[4 * WIDTH + j] + a5 * b[5 * WIDTH + j])
                            + (a6 * b[6 * WIDTH + j] + a7 * b[7 * WIDTH + j]));
        }
    }

    private static void store(float[] sums, int skip, float beta, float[] c, int first, int length) {
        if (beta == 0f) {
            System.arraycopy(sums, skip, c, first, length);
        } else {
            for (int j = 0; j < length; j++) {
                c[first + j] = beta * c[first + j] + sums[skip + j];
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

    @Override
    public void scale(float a, float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] *= a;
        }
    }

    @Override
    public void lstm(
            int hidden,
            float[] gates,
            int g,
            float[] cells,
            int before,
            int after,
            float[] squashed,
            int s,
            float[] states,
            int h) {
        for (int i = 0; i < hidden; i++) {
            float input = Functions.sigmoid(gates[g + i]);
            float forget = Functions.sigmoid(gates[g + hidden + i]);
            float fresh = Functions.tanh(gates[g + 2 * hidden + i]);
            float out = Functions.sigmoid(gates[g + 3 * hidden + i]);
            float cell = forget * cells[before + i] + input * fresh;
            float tanh = Functions.tanh(cell);
            gates[g + i] = input;
            gates[g + hidden + i] = forget;
            gates[g + 2 * hidden + i] = fresh;
            gates[g + 3 * hidden + i] = out;
            cells[after + i] = cell;
            squashed[s + i] = tanh;
            states[h + i] = out * tanh;
        }
    }

    @Override
    public void lstmBackward(
            int hidden,
            float[] gates,
            int g,
            float[] cells,
            int before,
            float[] squashed,
            int s,
            float[] stateGradient,
            int dh,
            float[] cellGradient,
            int dc) {
        for (int i = 0; i < hidden; i++) {
            float input = gates[g + i];
            float forget = gates[g + hidden + i];
            float fresh = gates[g + 2 * hidden + i];
            float out = gates[g + 3 * hidden + i];
            float tanh = squashed[s + i];
            float dState = stateGradient[dh + i];
            float dCell = cellGradient[dc + i] + dState * out * (1 - tanh * tanh);
            gates[g + i] = dCell * fresh * input * (1 - input);
            gates[g + hidden + i] = dCell * cells[before + i] * forget * (1 - forget);
            gates[g + 2 * hidden + i] = dCell * input * (1 - fresh * fresh);
            gates[g + 3 * hidden + i] = dState * tanh * out * (1 - out);
            cellGradient[dc + i] = dCell * forget;
        }
    }
}
