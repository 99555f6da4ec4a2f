package dev.driftline.neural.kernels;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels on {@code jdk.incubator.vector}; the class cannot be loaded without that module, so only
 * {@link KernelSelection} names it.
 *
 * <p>Products are blocked as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): B lies
 * in panels as wide as two vectors, A in tiles of up to twelve rows (six where there are only sixteen vector registers),
 * and the innermost loop keeps a tile of C in registers. Every number of C is summed in the same order however many rows
 * are multiplied at once. What is packed on the way lies in buffers that a thread keeps, so nothing is allocated once they
 * have grown.
 *
 * <p>Lanes are summed in a fixed tree and never by {@code reduceLanes(ADD)}, whose order differs between the interpreter
 * and the compiler. Tails are computed by scalars with the same operations as the lanes, so a value does not depend on
 * where it stands.
 */
final class VectorKernels implements Kernels {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** Columns of a panel of B. */
    static final int PANEL = 2 * LANES;
    /** Rows of the largest tile: 24 sums, 2 vectors of B and the broadcast fit into 32 registers, 12 into 16. */
    private static final int TILE = LANES >= 16 ? 12 : 6;
    /** Rows of B between two visits to C. */
    private static final int DEPTH = 512;
    /** Rows of A that are packed at a time; with {@link #DEPTH} columns they stay in the second-level cache. */
    private static final int HEIGHT = 240;

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private static final ThreadLocal<Workspace> WORKSPACES = ThreadLocal.withInitial(Workspace::new);

    /** What a thread packs into. */
    private static final class Workspace {
        final float[] tile = new float[TILE * PANEL];
        float[] a = new float[0];
        float[] b = new float[0];
        private boolean backwards;

        /**
         * Whether to go over the panels from the last to the first this time. Going to and fro finds in the second-level
         * cache what was read last, where a matrix that is read again and again is a little too large for it.
         */
        boolean turn() {
            backwards = !backwards;
            return backwards;
        }

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

    /** Panel after panel, each k rows of {@link #PANEL} numbers; the last one is filled up with zeros. */
    private record Panels(int k, int n, float[] values) implements Packed {}

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane + by) % LANES);
    }

    @Override
    public String name() {
        return "vector (" + SPECIES.vectorBitSize() + " bits)";
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
        Workspace workspace = WORKSPACES.get();
        float[] panels = workspace.b(packedSize(k, n));
        packPanels(transposeB, k, n, b, bOffset, bRow, panels);
        multiply(workspace, transposeA, m, k, a, aOffset, aRow, panels, 0, n, beta, c, cOffset, cRow);
    }

    @Override
    public Packed pack(boolean transposeB, int k, int n, float[] b, int bOffset, int bRow, Packed reuse) {
        Bounds.check(transposeB ? n : k, transposeB ? k : n, b, bOffset, bRow, "B");
        Panels packed = reuse == null ? new Panels(k, n, new float[packedSize(k, n)]) : (Panels) reuse;
        if (packed.k() != k || packed.n() != n) {
            throw new IllegalArgumentException("A matrix packed as " + packed.k() + " × " + packed.n()
                    + " cannot take one of " + k + " × " + n + "; pack it anew.");
        }
        packPanels(transposeB, k, n, b, bOffset, bRow, packed.values());
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
        Panels panels = (Panels) b;
        Objects.checkFromToIndex(from, to, panels.n());
        Bounds.check(m, panels.k(), a, aOffset, aRow, "A");
        Bounds.check(m, to - from, c, cOffset, cRow, "C");
        multiply(
                WORKSPACES.get(),
                false,
                m,
                panels.k(),
                a,
                aOffset,
                aRow,
                panels.values(),
                from,
                to,
                beta,
                c,
                cOffset,
                cRow);
    }

    private static int packedSize(int k, int n) {
        return Math.multiplyExact(k, Math.multiplyExact((n + PANEL - 1) / PANEL, PANEL));
    }

    private static void packPanels(boolean transpose, int k, int n, float[] b, int bOffset, int bRow, float[] panels) {
        for (int from = 0; from < n; from += PANEL) {
            int columns = Math.min(PANEL, n - from);
            int target = from * k;
            if (transpose) {
                packTransposed(k, columns, b, bOffset + from * bRow, bRow, panels, target);
            } else if (columns == PANEL) {
                packWhole(k, b, bOffset + from, bRow, panels, target);
            } else {
                for (int p = 0; p < k; p++) {
                    int at = target + p * PANEL;
                    System.arraycopy(b, bOffset + p * bRow + from, panels, at, columns);
                    java.util.Arrays.fill(panels, at + columns, at + PANEL, 0f);
                }
            }
        }
    }

    private static void packWhole(int k, float[] b, int bi, int bRow, float[] panels, int target) {
        int source = bi;
        for (int p = 0; p < k; p++) {
            FloatVector.fromArray(SPECIES, b, source).intoArray(panels, target + p * PANEL);
            FloatVector.fromArray(SPECIES, b, source + LANES).intoArray(panels, target + p * PANEL + LANES);
            source += bRow;
        }
    }

    private static void packTransposed(int k, int columns, float[] b, int bi, int bRow, float[] panels, int target) {
        for (int j = 0; j < PANEL; j++) {
            if (j < columns) {
                int source = bi + j * bRow;
                for (int p = 0; p < k; p++) {
                    panels[target + p * PANEL + j] = b[source + p];
                }
            } else {
                for (int p = 0; p < k; p++) {
                    panels[target + p * PANEL + j] = 0f;
                }
            }
        }
    }

    /** Lays rows of op(A) out so that the innermost loop reads on and on: tile after tile, each k times its rows. */
    private static void packTiles(boolean transpose, int m, int k, float[] a, int aOffset, int aRow, float[] tiles) {
        int whole = m - m % TILE;
        int i = 0;
        // Several tiles at a time: what lies between two rows of Aᵀ is far, so that whole cache lines should be read.
        for (; transpose && i + 4 * TILE <= whole; i += 4 * TILE) {
            packColumns(4, k, a, aOffset + i, aRow, tiles, i * k);
        }
        for (; i < whole; i += TILE) {
            if (transpose) {
                packColumns(1, k, a, aOffset + i, aRow, tiles, i * k);
                continue;
            }
            for (int row = 0; row < TILE; row += 3) {
                int source = aOffset + (i + row) * aRow;
                packThreeRows(k, a, source, source + aRow, source + 2 * aRow, tiles, i * k + row);
            }
        }
        while (i < m) {
            int rows = tile(m - i);
            packPart(transpose, rows, k, a, transpose ? aOffset + i : aOffset + i * aRow, aRow, tiles, i * k);
            i += rows;
        }
    }

    /** Whole tiles of Aᵀ: copies more numbers than it has to, which the next copy then overwrites. */
    private static void packColumns(int count, int k, float[] a, int ai, int aRow, float[] tiles, int target) {
        int size = TILE * k;
        int lastTile = (count - 1) * size;
        // Rows that the next one follows at once may be read and written beyond their end.
        int whole = Math.max(0, k - 1);
        while (whole > 0
                && (ai + (whole - 1) * aRow + (count - 1) * TILE + LANES > a.length
                        || target + lastTile + (whole - 1) * TILE + LANES > tiles.length)) {
            whole--;
        }
        if (count == 4) {
            copyFourColumns(whole, a, ai, aRow, tiles, target, size);
        } else {
            copyColumns(whole, a, ai, aRow, tiles, target);
        }
        for (int tile = 0; tile < count; tile++) {
            for (int p = whole; p < k; p++) {
                System.arraycopy(a, ai + p * aRow + tile * TILE, tiles, target + tile * size + p * TILE, TILE);
            }
        }
    }

    private static void copyColumns(int k, float[] a, int ai, int aRow, float[] tiles, int target) {
        int source = ai;
        for (int p = 0; p < k; p++) {
            FloatVector.fromArray(SPECIES, a, source).intoArray(tiles, target + p * TILE);
            source += aRow;
        }
    }

    private static void copyFourColumns(int k, float[] a, int ai, int aRow, float[] tiles, int target, int size) {
        int source = ai;
        int second = target + size;
        int third = second + size;
        int fourth = third + size;
        for (int p = 0; p < k; p++) {
            FloatVector.fromArray(SPECIES, a, source).intoArray(tiles, target + p * TILE);
            FloatVector.fromArray(SPECIES, a, source + TILE).intoArray(tiles, second + p * TILE);
            FloatVector.fromArray(SPECIES, a, source + 2 * TILE).intoArray(tiles, third + p * TILE);
            FloatVector.fromArray(SPECIES, a, source + 3 * TILE).intoArray(tiles, fourth + p * TILE);
            source += aRow;
        }
    }

    private static void packThreeRows(int k, float[] a, int first, int second, int third, float[] tiles, int target) {
        for (int p = 0; p < k; p++) {
            int at = target + p * TILE;
            tiles[at] = a[first + p];
            tiles[at + 1] = a[second + p];
            tiles[at + 2] = a[third + p];
        }
    }

    private static void packPart(
            boolean transpose, int rows, int k, float[] a, int ai, int aRow, float[] tiles, int target) {
        int row = transpose ? 1 : aRow;
        int column = transpose ? aRow : 1;
        for (int i = 0; i < rows; i++) {
            int source = ai + i * row;
            int at = target + i;
            for (int p = 0; p < k; p++) {
                tiles[at] = a[source];
                source += column;
                at += rows;
            }
        }
    }

    /** Rows of the next tile when so many are left. */
    private static int tile(int left) {
        if (left >= TILE) {
            return TILE;
        }
        if (TILE == 12 && left >= 8) {
            return 8;
        }
        return left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }

    private static void multiply(
            Workspace workspace,
            boolean transposeA,
            int m,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            float[] panels,
            int from,
            int to,
            float beta,
            float[] c,
            int cOffset,
            int cRow) {
        if (k == 0) {
            scale(m, to - from, beta, c, cOffset, cRow);
            return;
        }
        for (int p = 0; p < k; p += DEPTH) {
            int depth = Math.min(DEPTH, k - p);
            float before = p == 0 ? beta : 1f;
            for (int i = 0; i < m; i += HEIGHT) {
                int height = Math.min(HEIGHT, m - i);
                float[] tiles = a;
                int first = transposeA ? aOffset + p * aRow + i : aOffset + i * aRow + p;
                if (height > 1 || transposeA) {
                    tiles = workspace.a(height * depth);
                    packTiles(transposeA, height, depth, a, first, aRow, tiles);
                    first = 0;
                }
                multiplyBlock(
                        workspace,
                        height,
                        depth,
                        tiles,
                        first,
                        panels,
                        p * PANEL,
                        k * PANEL,
                        from,
                        to,
                        before,
                        c,
                        cOffset + i * cRow,
                        cRow);
            }
        }
    }

    private static void scale(int m, int n, float beta, float[] c, int cOffset, int cRow) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                int at = cOffset + i * cRow + j;
                c[at] = beta == 0f ? 0f : beta * c[at];
            }
        }
    }

    /**
     * @param panelOffset numbers from the begin of a panel to the first row used
     * @param panelSize numbers from one panel to the next
     */
    private static void multiplyBlock(
            Workspace workspace,
            int m,
            int k,
            float[] tiles,
            int tileOffset,
            float[] panels,
            int panelOffset,
            int panelSize,
            int from,
            int to,
            float beta,
            float[] c,
            int cOffset,
            int cRow) {
        int whole = (from + PANEL - 1) / PANEL;
        int wholeEnd = to / PANEL;
        if (whole > wholeEnd) {
            int bi = wholeEnd * panelSize + panelOffset;
            int skip = from - wholeEnd * PANEL;
            int end = to - wholeEnd * PANEL;
            partOfPanel(workspace.tile, m, k, tiles, tileOffset, panels, bi, skip, end, beta, c, cOffset, cRow);
            return;
        }
        if (from < whole * PANEL) {
            int bi = (whole - 1) * panelSize + panelOffset;
            int skip = from - (whole - 1) * PANEL;
            partOfPanel(workspace.tile, m, k, tiles, tileOffset, panels, bi, skip, PANEL, beta, c, cOffset, cRow);
        }
        int together = m == 1 ? 4 : 1;
        boolean backwards = workspace.turn();
        for (int left = wholeEnd - whole; left > 0; ) {
            int count = left >= together ? together : 1;
            int panel = backwards ? whole + left - count : wholeEnd - left;
            int bi = panel * panelSize + panelOffset;
            int ci = cOffset + panel * PANEL - from;
            if (count == 4) {
                scaleTile(1, 8, beta, c, ci, cRow);
                rows1Panels4(k, tiles, tileOffset, panels, bi, panelSize, c, ci);
            } else {
                wholePanel(m, k, tiles, tileOffset, panels, bi, beta, c, ci, cRow);
            }
            left -= count;
        }
        if (wholeEnd * PANEL < to) {
            int bi = wholeEnd * panelSize + panelOffset;
            int ci = cOffset + wholeEnd * PANEL - from;
            partOfPanel(
                    workspace.tile, m, k, tiles, tileOffset, panels, bi, 0, to - wholeEnd * PANEL, beta, c, ci, cRow);
        }
    }

    private static void wholePanel(
            int m,
            int k,
            float[] tiles,
            int tileOffset,
            float[] panels,
            int bi,
            float beta,
            float[] c,
            int cOffset,
            int cRow) {
        int ai = tileOffset;
        int ci = cOffset;
        int left = m;
        while (left > 0) {
            int rows = tile(left);
            multiplyTile(rows, k, tiles, ai, panels, bi, beta, c, ci, cRow);
            ai += rows * k;
            ci += rows * cRow;
            left -= rows;
        }
    }

    /** Where C has only some columns of a panel, the product goes to {@code tile} first. */
    private static void partOfPanel(
            float[] tile,
            int m,
            int k,
            float[] tiles,
            int tileOffset,
            float[] panels,
            int bi,
            int skip,
            int end,
            float beta,
            float[] c,
            int cOffset,
            int cRow) {
        int ai = tileOffset;
        int ci = cOffset;
        int left = m;
        while (left > 0) {
            int rows = tile(left);
            multiplyTile(rows, k, tiles, ai, panels, bi, 0f, tile, 0, PANEL);
            for (int i = 0; i < rows; i++) {
                for (int j = skip; j < end; j++) {
                    int at = ci + i * cRow + j - skip;
                    c[at] = beta == 0f ? tile[i * PANEL + j] : beta * c[at] + tile[i * PANEL + j];
                }
            }
            ai += rows * k;
            ci += rows * cRow;
            left -= rows;
        }
    }

    private static void multiplyTile(
            int rows, int k, float[] a, int ai, float[] b, int bi, float beta, float[] c, int ci, int cRow) {
        scaleTile(rows, 2, beta, c, ci, cRow);
        if (TILE == 12 && rows == 12) {
            rows12(k, a, ai, b, bi, c, ci, cRow);
        } else if (TILE == 12 && rows == 8) {
            rows8(k, a, ai, b, bi, c, ci, cRow);
        } else if (TILE == 6 && rows == 6) {
            rows6(k, a, ai, b, bi, c, ci, cRow);
        } else if (rows == 4) {
            rows4(k, a, ai, b, bi, c, ci, cRow);
        } else if (rows == 2) {
            rows2(k, a, ai, b, bi, c, ci, cRow);
        } else {
            rows1(k, a, ai, b, bi, c, ci);
        }
    }

    /** Makes room for the sums of a tile: C ← β·C; the innermost loops only add. */
    private static void scaleTile(int rows, int vectors, float beta, float[] c, int ci, int cRow) {
        if (beta == 1f) {
            return;
        }
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < vectors; j++) {
                int at = ci + i * cRow + j * LANES;
                if (beta == 0f) {
                    zero.intoArray(c, at);
                } else {
                    FloatVector.fromArray(SPECIES, c, at).mul(beta).intoArray(c, at);
                }
            }
        }
    }

    /** 12 rows × 2 vectors. */
    private static void rows12(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        FloatVector s2x0 = FloatVector.zero(SPECIES);
        FloatVector s2x1 = FloatVector.zero(SPECIES);
        FloatVector s3x0 = FloatVector.zero(SPECIES);
        FloatVector s3x1 = FloatVector.zero(SPECIES);
        FloatVector s4x0 = FloatVector.zero(SPECIES);
        FloatVector s4x1 = FloatVector.zero(SPECIES);
        FloatVector s5x0 = FloatVector.zero(SPECIES);
        FloatVector s5x1 = FloatVector.zero(SPECIES);
        FloatVector s6x0 = FloatVector.zero(SPECIES);
        FloatVector s6x1 = FloatVector.zero(SPECIES);
        FloatVector s7x0 = FloatVector.zero(SPECIES);
        FloatVector s7x1 = FloatVector.zero(SPECIES);
        FloatVector s8x0 = FloatVector.zero(SPECIES);
        FloatVector s8x1 = FloatVector.zero(SPECIES);
        FloatVector s9x0 = FloatVector.zero(SPECIES);
        FloatVector s9x1 = FloatVector.zero(SPECIES);
        FloatVector s10x0 = FloatVector.zero(SPECIES);
        FloatVector s10x1 = FloatVector.zero(SPECIES);
        FloatVector s11x0 = FloatVector.zero(SPECIES);
        FloatVector s11x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 12]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 2]);
            s2x0 = a2.fma(b0, s2x0);
            s2x1 = a2.fma(b1, s2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 3]);
            s3x0 = a3.fma(b0, s3x0);
            s3x1 = a3.fma(b1, s3x1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 4]);
            s4x0 = a4.fma(b0, s4x0);
            s4x1 = a4.fma(b1, s4x1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 5]);
            s5x0 = a5.fma(b0, s5x0);
            s5x1 = a5.fma(b1, s5x1);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 6]);
            s6x0 = a6.fma(b0, s6x0);
            s6x1 = a6.fma(b1, s6x1);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 7]);
            s7x0 = a7.fma(b0, s7x0);
            s7x1 = a7.fma(b1, s7x1);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 8]);
            s8x0 = a8.fma(b0, s8x0);
            s8x1 = a8.fma(b1, s8x1);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 9]);
            s9x0 = a9.fma(b0, s9x0);
            s9x1 = a9.fma(b1, s9x1);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 10]);
            s10x0 = a10.fma(b0, s10x0);
            s10x1 = a10.fma(b1, s10x1);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 11]);
            s11x0 = a11.fma(b0, s11x0);
            s11x1 = a11.fma(b1, s11x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow).add(s2x0).intoArray(c, ci + 2 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow + LANES).add(s2x1).intoArray(c, ci + 2 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow).add(s3x0).intoArray(c, ci + 3 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow + LANES).add(s3x1).intoArray(c, ci + 3 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow).add(s4x0).intoArray(c, ci + 4 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow + LANES).add(s4x1).intoArray(c, ci + 4 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow).add(s5x0).intoArray(c, ci + 5 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow + LANES).add(s5x1).intoArray(c, ci + 5 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 6 * cRow).add(s6x0).intoArray(c, ci + 6 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 6 * cRow + LANES).add(s6x1).intoArray(c, ci + 6 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 7 * cRow).add(s7x0).intoArray(c, ci + 7 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 7 * cRow + LANES).add(s7x1).intoArray(c, ci + 7 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 8 * cRow).add(s8x0).intoArray(c, ci + 8 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 8 * cRow + LANES).add(s8x1).intoArray(c, ci + 8 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 9 * cRow).add(s9x0).intoArray(c, ci + 9 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 9 * cRow + LANES).add(s9x1).intoArray(c, ci + 9 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 10 * cRow).add(s10x0).intoArray(c, ci + 10 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 10 * cRow + LANES).add(s10x1).intoArray(c, ci + 10 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 11 * cRow).add(s11x0).intoArray(c, ci + 11 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 11 * cRow + LANES).add(s11x1).intoArray(c, ci + 11 * cRow + LANES);
    }

    /** 8 rows × 2 vectors. */
    private static void rows8(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        FloatVector s2x0 = FloatVector.zero(SPECIES);
        FloatVector s2x1 = FloatVector.zero(SPECIES);
        FloatVector s3x0 = FloatVector.zero(SPECIES);
        FloatVector s3x1 = FloatVector.zero(SPECIES);
        FloatVector s4x0 = FloatVector.zero(SPECIES);
        FloatVector s4x1 = FloatVector.zero(SPECIES);
        FloatVector s5x0 = FloatVector.zero(SPECIES);
        FloatVector s5x1 = FloatVector.zero(SPECIES);
        FloatVector s6x0 = FloatVector.zero(SPECIES);
        FloatVector s6x1 = FloatVector.zero(SPECIES);
        FloatVector s7x0 = FloatVector.zero(SPECIES);
        FloatVector s7x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 8]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 2]);
            s2x0 = a2.fma(b0, s2x0);
            s2x1 = a2.fma(b1, s2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 3]);
            s3x0 = a3.fma(b0, s3x0);
            s3x1 = a3.fma(b1, s3x1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 4]);
            s4x0 = a4.fma(b0, s4x0);
            s4x1 = a4.fma(b1, s4x1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 5]);
            s5x0 = a5.fma(b0, s5x0);
            s5x1 = a5.fma(b1, s5x1);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 6]);
            s6x0 = a6.fma(b0, s6x0);
            s6x1 = a6.fma(b1, s6x1);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 7]);
            s7x0 = a7.fma(b0, s7x0);
            s7x1 = a7.fma(b1, s7x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow).add(s2x0).intoArray(c, ci + 2 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow + LANES).add(s2x1).intoArray(c, ci + 2 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow).add(s3x0).intoArray(c, ci + 3 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow + LANES).add(s3x1).intoArray(c, ci + 3 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow).add(s4x0).intoArray(c, ci + 4 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow + LANES).add(s4x1).intoArray(c, ci + 4 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow).add(s5x0).intoArray(c, ci + 5 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow + LANES).add(s5x1).intoArray(c, ci + 5 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 6 * cRow).add(s6x0).intoArray(c, ci + 6 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 6 * cRow + LANES).add(s6x1).intoArray(c, ci + 6 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 7 * cRow).add(s7x0).intoArray(c, ci + 7 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 7 * cRow + LANES).add(s7x1).intoArray(c, ci + 7 * cRow + LANES);
    }

    /** 6 rows × 2 vectors. */
    private static void rows6(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        FloatVector s2x0 = FloatVector.zero(SPECIES);
        FloatVector s2x1 = FloatVector.zero(SPECIES);
        FloatVector s3x0 = FloatVector.zero(SPECIES);
        FloatVector s3x1 = FloatVector.zero(SPECIES);
        FloatVector s4x0 = FloatVector.zero(SPECIES);
        FloatVector s4x1 = FloatVector.zero(SPECIES);
        FloatVector s5x0 = FloatVector.zero(SPECIES);
        FloatVector s5x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 6]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 2]);
            s2x0 = a2.fma(b0, s2x0);
            s2x1 = a2.fma(b1, s2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 3]);
            s3x0 = a3.fma(b0, s3x0);
            s3x1 = a3.fma(b1, s3x1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 4]);
            s4x0 = a4.fma(b0, s4x0);
            s4x1 = a4.fma(b1, s4x1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 5]);
            s5x0 = a5.fma(b0, s5x0);
            s5x1 = a5.fma(b1, s5x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow).add(s2x0).intoArray(c, ci + 2 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow + LANES).add(s2x1).intoArray(c, ci + 2 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow).add(s3x0).intoArray(c, ci + 3 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow + LANES).add(s3x1).intoArray(c, ci + 3 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow).add(s4x0).intoArray(c, ci + 4 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow + LANES).add(s4x1).intoArray(c, ci + 4 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow).add(s5x0).intoArray(c, ci + 5 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow + LANES).add(s5x1).intoArray(c, ci + 5 * cRow + LANES);
    }

    /** 4 rows × 2 vectors. */
    private static void rows4(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        FloatVector s2x0 = FloatVector.zero(SPECIES);
        FloatVector s2x1 = FloatVector.zero(SPECIES);
        FloatVector s3x0 = FloatVector.zero(SPECIES);
        FloatVector s3x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 4]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 4 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + p * 4 + 2]);
            s2x0 = a2.fma(b0, s2x0);
            s2x1 = a2.fma(b1, s2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + p * 4 + 3]);
            s3x0 = a3.fma(b0, s3x0);
            s3x1 = a3.fma(b1, s3x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow).add(s2x0).intoArray(c, ci + 2 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow + LANES).add(s2x1).intoArray(c, ci + 2 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow).add(s3x0).intoArray(c, ci + 3 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow + LANES).add(s3x1).intoArray(c, ci + 3 * cRow + LANES);
    }

    /** 2 rows × 2 vectors. */
    private static void rows2(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 2]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 2 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
    }

    /** 1 row × 8 vectors, of 4 panels. */
    private static void rows1Panels4(int k, float[] a, int ai, float[] b, int bi, int panel, float[] c, int ci) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s0x2 = FloatVector.zero(SPECIES);
        FloatVector s0x3 = FloatVector.zero(SPECIES);
        FloatVector s0x4 = FloatVector.zero(SPECIES);
        FloatVector s0x5 = FloatVector.zero(SPECIES);
        FloatVector s0x6 = FloatVector.zero(SPECIES);
        FloatVector s0x7 = FloatVector.zero(SPECIES);
        int b1i = bi + 1 * panel;
        int b2i = bi + 2 * panel;
        int b3i = bi + 3 * panel;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector b2 = FloatVector.fromArray(SPECIES, b, b1i + p * PANEL);
            FloatVector b3 = FloatVector.fromArray(SPECIES, b, b1i + p * PANEL + LANES);
            FloatVector b4 = FloatVector.fromArray(SPECIES, b, b2i + p * PANEL);
            FloatVector b5 = FloatVector.fromArray(SPECIES, b, b2i + p * PANEL + LANES);
            FloatVector b6 = FloatVector.fromArray(SPECIES, b, b3i + p * PANEL);
            FloatVector b7 = FloatVector.fromArray(SPECIES, b, b3i + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            s0x2 = a0.fma(b2, s0x2);
            s0x3 = a0.fma(b3, s0x3);
            s0x4 = a0.fma(b4, s0x4);
            s0x5 = a0.fma(b5, s0x5);
            s0x6 = a0.fma(b6, s0x6);
            s0x7 = a0.fma(b7, s0x7);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + PANEL).add(s0x2).intoArray(c, ci + PANEL);
        FloatVector.fromArray(SPECIES, c, ci + PANEL + LANES).add(s0x3).intoArray(c, ci + PANEL + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * PANEL).add(s0x4).intoArray(c, ci + 2 * PANEL);
        FloatVector.fromArray(SPECIES, c, ci + 2 * PANEL + LANES).add(s0x5).intoArray(c, ci + 2 * PANEL + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * PANEL).add(s0x6).intoArray(c, ci + 3 * PANEL);
        FloatVector.fromArray(SPECIES, c, ci + 3 * PANEL + LANES).add(s0x7).intoArray(c, ci + 3 * PANEL + LANES);
    }

    /** 1 row × 2 vectors. */
    private static void rows1(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
    }

    /** The sum of the lanes in a fixed tree. */
    private static float sum(FloatVector x) {
        FloatVector sum = x;
        if (LANES > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (LANES > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (LANES > 2) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        if (LANES > 1) {
            sum = sum.add(sum.rearrange(BY_1));
        }
        return sum.lane(0);
    }

    private static float exp(float x) {
        if (x < Functions.EXP_LOW) {
            return 0f;
        }
        if (x > Functions.EXP_HIGH) {
            return Float.POSITIVE_INFINITY;
        }
        float shifted = Math.fma(x, Functions.LOG2_E, Functions.ROUND);
        float n = shifted - Functions.ROUND;
        float r = Math.fma(n, -Functions.LN2_LOW, Math.fma(n, -Functions.LN2_HIGH, x));
        float p = Math.fma(Functions.E7, r, Functions.E6);
        p = Math.fma(p, r, Functions.E5);
        p = Math.fma(p, r, Functions.E4);
        p = Math.fma(p, r, Functions.E3);
        p = Math.fma(p, r, Functions.E2);
        float y = Math.fma(p, r * r, r + 1f);
        return y * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
    }

    private static float tanh(float x) {
        float clamped =
                x > Functions.TANH_LIMIT ? Functions.TANH_LIMIT : x < -Functions.TANH_LIMIT ? -Functions.TANH_LIMIT : x;
        float s = clamped * clamped;
        float p = Math.fma(Functions.T13, s, Functions.T11);
        p = Math.fma(p, s, Functions.T9);
        p = Math.fma(p, s, Functions.T7);
        p = Math.fma(p, s, Functions.T5);
        p = Math.fma(p, s, Functions.T3);
        p = Math.fma(p, s, Functions.T1);
        float q = Math.fma(Functions.U6, s, Functions.U4);
        q = Math.fma(q, s, Functions.U2);
        q = Math.fma(q, s, Functions.U0);
        return clamped * p / q;
    }

    @Override
    public void sigmoid(float[] x, int offset, int length) {
        exp(x, offset, length, -1f, 0f);
        int whole = SPECIES.loopBound(length);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < whole; i += LANES) {
            one.div(FloatVector.fromArray(SPECIES, x, offset + i).add(one)).intoArray(x, offset + i);
        }
        for (int i = whole; i < length; i++) {
            x[offset + i] = 1f / (1f + x[offset + i]);
        }
    }

    @Override
    public void tanh(float[] x, int offset, int length) {
        int whole = SPECIES.loopBound(length);
        FloatVector limit = FloatVector.broadcast(SPECIES, Functions.TANH_LIMIT);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, x, offset + i);
            FloatVector v = u.blend(limit, u.compare(VectorOperators.GT, limit))
                    .blend(limit.neg(), u.compare(VectorOperators.LT, limit.neg()));
            FloatVector s = v.mul(v);
            FloatVector p = FloatVector.broadcast(SPECIES, Functions.T13)
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T11))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T9))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T7))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T5))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T3))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T1));
            FloatVector q = FloatVector.broadcast(SPECIES, Functions.U6)
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.U4))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.U2))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.U0));
            v.mul(p).div(q).intoArray(x, offset + i);
        }
        for (int i = whole; i < length; i++) {
            x[offset + i] = tanh(x[offset + i]);
        }
    }

    @Override
    public float exp(float[] x, int offset, int length, float shift) {
        return exp(x, offset, length, 1f, shift);
    }

    /**
     * x ← e^(sign·x − shift), returns the sum. The polynomial stands in the loop: a method from vector to vector is not
     * always compiled into its caller, and each of its vectors then becomes an object.
     */
    private static float exp(float[] x, int offset, int length, float sign, float shift) {
        int whole = SPECIES.loopBound(length);
        FloatVector sums = FloatVector.zero(SPECIES);
        FloatVector factor = FloatVector.broadcast(SPECIES, sign);
        FloatVector summand = FloatVector.broadcast(SPECIES, -shift);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector v = factor.fma(FloatVector.fromArray(SPECIES, x, offset + i), summand);
            FloatVector shifted = v.fma(
                    FloatVector.broadcast(SPECIES, Functions.LOG2_E), FloatVector.broadcast(SPECIES, Functions.ROUND));
            FloatVector n = shifted.sub(Functions.ROUND);
            FloatVector r = n.fma(
                    FloatVector.broadcast(SPECIES, -Functions.LN2_LOW),
                    n.fma(FloatVector.broadcast(SPECIES, -Functions.LN2_HIGH), v));
            FloatVector p = FloatVector.broadcast(SPECIES, Functions.E7)
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E6))
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E5))
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E4))
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E3))
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E2));
            IntVector exponent = shifted.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 23)
                    .add(0x3f800000);
            FloatVector y = p.fma(r.mul(r), r.add(1f))
                    .mul(exponent.reinterpretAsFloats())
                    .blend(0f, v.compare(VectorOperators.LT, Functions.EXP_LOW))
                    .blend(Float.POSITIVE_INFINITY, v.compare(VectorOperators.GT, Functions.EXP_HIGH));
            y.intoArray(x, offset + i);
            sums = sums.add(y);
        }
        float sum = sum(sums);
        for (int i = whole; i < length; i++) {
            float y = exp(sign * x[offset + i] - shift);
            x[offset + i] = y;
            sum += y;
        }
        return sum;
    }

    @Override
    public float max(float[] x, int offset, int length) {
        int whole = SPECIES.loopBound(length);
        FloatVector most = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < whole; i += LANES) {
            most = most.max(FloatVector.fromArray(SPECIES, x, offset + i));
        }
        float max = most.reduceLanes(VectorOperators.MAX);
        for (int i = whole; i < length; i++) {
            max = Math.max(max, x[offset + i]);
        }
        return max;
    }

    @Override
    public float dot(float[] x, int xOffset, float[] y, int yOffset, int length) {
        int whole = length - length % (4 * LANES);
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < whole; i += 4 * LANES) {
            s0 = FloatVector.fromArray(SPECIES, x, xOffset + i).fma(FloatVector.fromArray(SPECIES, y, yOffset + i), s0);
            s1 = FloatVector.fromArray(SPECIES, x, xOffset + i + LANES)
                    .fma(FloatVector.fromArray(SPECIES, y, yOffset + i + LANES), s1);
            s2 = FloatVector.fromArray(SPECIES, x, xOffset + i + 2 * LANES)
                    .fma(FloatVector.fromArray(SPECIES, y, yOffset + i + 2 * LANES), s2);
            s3 = FloatVector.fromArray(SPECIES, x, xOffset + i + 3 * LANES)
                    .fma(FloatVector.fromArray(SPECIES, y, yOffset + i + 3 * LANES), s3);
        }
        float sum = sum(s0.add(s1).add(s2.add(s3)));
        for (int i = whole; i < length; i++) {
            sum = Math.fma(x[xOffset + i], y[yOffset + i], sum);
        }
        return sum;
    }

    @Override
    public void axpy(float a, float[] x, int xOffset, float[] y, int yOffset, int length) {
        int whole = SPECIES.loopBound(length);
        FloatVector factor = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < whole; i += LANES) {
            factor.fma(FloatVector.fromArray(SPECIES, x, xOffset + i), FloatVector.fromArray(SPECIES, y, yOffset + i))
                    .intoArray(y, yOffset + i);
        }
        for (int i = whole; i < length; i++) {
            y[yOffset + i] = Math.fma(a, x[xOffset + i], y[yOffset + i]);
        }
    }

    @Override
    public void scale(float a, float[] x, int offset, int length) {
        int whole = SPECIES.loopBound(length);
        FloatVector factor = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(SPECIES, x, offset + i).mul(factor).intoArray(x, offset + i);
        }
        for (int i = whole; i < length; i++) {
            x[offset + i] *= a;
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
        sigmoid(gates, g, 2 * hidden);
        tanh(gates, g + 2 * hidden, hidden);
        sigmoid(gates, g + 3 * hidden, hidden);
        int whole = SPECIES.loopBound(hidden);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector kept = FloatVector.fromArray(SPECIES, gates, g + hidden + i)
                    .mul(FloatVector.fromArray(SPECIES, cells, before + i));
            FloatVector cell = FloatVector.fromArray(SPECIES, gates, g + i)
                    .fma(FloatVector.fromArray(SPECIES, gates, g + 2 * hidden + i), kept);
            cell.intoArray(cells, after + i);
            cell.intoArray(squashed, s + i);
        }
        for (int i = whole; i < hidden; i++) {
            float cell = Math.fma(gates[g + i], gates[g + 2 * hidden + i], gates[g + hidden + i] * cells[before + i]);
            cells[after + i] = cell;
            squashed[s + i] = cell;
        }
        tanh(squashed, s, hidden);
        multiply(hidden, gates, g + 3 * hidden, squashed, s, states, h);
    }

    private static void multiply(int length, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        int whole = SPECIES.loopBound(length);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xi + i)
                    .mul(FloatVector.fromArray(SPECIES, y, yi + i))
                    .intoArray(z, zi + i);
        }
        for (int i = whole; i < length; i++) {
            z[zi + i] = x[xi + i] * y[yi + i];
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
        int whole = SPECIES.loopBound(hidden);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector input = FloatVector.fromArray(SPECIES, gates, g + i);
            FloatVector forget = FloatVector.fromArray(SPECIES, gates, g + hidden + i);
            FloatVector fresh = FloatVector.fromArray(SPECIES, gates, g + 2 * hidden + i);
            FloatVector out = FloatVector.fromArray(SPECIES, gates, g + 3 * hidden + i);
            FloatVector tanh = FloatVector.fromArray(SPECIES, squashed, s + i);
            FloatVector dState = FloatVector.fromArray(SPECIES, stateGradient, dh + i);
            FloatVector cell = FloatVector.fromArray(SPECIES, cells, before + i);
            FloatVector dCell = dState.mul(out)
                    .mul(one.sub(tanh.mul(tanh)))
                    .add(FloatVector.fromArray(SPECIES, cellGradient, dc + i));
            dCell.mul(fresh).mul(input).mul(one.sub(input)).intoArray(gates, g + i);
            dCell.mul(cell).mul(forget).mul(one.sub(forget)).intoArray(gates, g + hidden + i);
            dCell.mul(input).mul(one.sub(fresh.mul(fresh))).intoArray(gates, g + 2 * hidden + i);
            dState.mul(tanh).mul(out).mul(one.sub(out)).intoArray(gates, g + 3 * hidden + i);
            dCell.mul(forget).intoArray(cellGradient, dc + i);
        }
        for (int i = whole; i < hidden; i++) {
            lstmBackward(i, hidden, gates, g, cells, before, squashed, s, stateGradient, dh, cellGradient, dc);
        }
    }

    private static void lstmBackward(
            int i,
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
        float input = gates[g + i];
        float forget = gates[g + hidden + i];
        float fresh = gates[g + 2 * hidden + i];
        float out = gates[g + 3 * hidden + i];
        float tanh = squashed[s + i];
        float dState = stateGradient[dh + i];
        float dCell = dState * out * (1 - tanh * tanh) + cellGradient[dc + i];
        gates[g + i] = dCell * fresh * input * (1 - input);
        gates[g + hidden + i] = dCell * cells[before + i] * forget * (1 - forget);
        gates[g + 2 * hidden + i] = dCell * input * (1 - fresh * fresh);
        gates[g + 3 * hidden + i] = dState * tanh * out * (1 - out);
        cellGradient[dc + i] = dCell * forget;
    }
}
