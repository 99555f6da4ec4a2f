package dev.driftline.neural.kernels;

import dev.driftline.neural.kernels.Kernels.Packed;
import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The matrix product of {@link VectorKernels}: what lies around the innermost loops, which are {@link VectorTiles}.
 *
 * <p>Products are blocked as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): B lies
 * in panels as wide as two vectors, A in tiles of up to twelve rows (six where there are only sixteen vector registers),
 * and the innermost loop keeps a tile of C in registers. Every number of C is summed in the same order however many rows
 * are multiplied at once. What is packed on the way lies in buffers that a thread keeps, so nothing is allocated once they
 * have grown.
 *
 * <p>Inside, matrices are passed as an array, an offset and a row length rather than as a {@link Matrix}: these methods are
 * too large for C2 to compile into their callers, and every view passed to them would become an object.
 *
 * <p>On JDK 17, C2 leaves some vectors of the one-row loop as objects in about one process in ten, which costs 15 % of the
 * speed for the life of that process. JDK 25 was not seen to do so.
 */
final class VectorProduct {

    private static final VectorSpecies<Float> SPECIES = VectorTiles.SPECIES;
    private static final int LANES = VectorTiles.LANES;
    /** Columns of a panel of B. */
    private static final int PANEL = VectorTiles.PANEL;
    /** Rows of the largest tile: 24 sums, 2 vectors of B and the broadcast fit into 32 registers, 12 into 16. */
    private static final int TILE = LANES >= 16 ? 12 : 6;
    /** Rows of B between two visits to C. */
    private static final int DEPTH = 512;
    /** Rows of A that are packed at a time; with {@link #DEPTH} columns they stay in the second-level cache. */
    private static final int HEIGHT = 240;

    private static final ThreadLocal<Workspace> WORKSPACES = ThreadLocal.withInitial(Workspace::new);

    private VectorProduct() {}

    /** Buffers of a thread, for packing. */
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

    /** C ← β·C + A·B. */
    static void multiply(Matrix a, Matrix b, float beta, Matrix c) {
        Bounds.check(a, "A");
        Bounds.check(b, "B");
        Bounds.check(c, "C");
        Bounds.checkProduct(a, b.rows(), b.columns(), c);
        Workspace workspace = WORKSPACES.get();
        float[] panels = workspace.b(packedSize(b.rows(), b.columns()));
        packPanels(b.transposed(), b.rows(), b.columns(), b.data(), b.offset(), b.stride(), panels);
        multiply(
                workspace,
                a.transposed(),
                a.rows(),
                a.columns(),
                a.data(),
                a.offset(),
                a.stride(),
                panels,
                0,
                b.columns(),
                beta,
                c.data(),
                c.offset(),
                c.stride());
    }

    static Packed pack(Matrix b, @Nullable Packed reuse) {
        Bounds.check(b, "B");
        Panels packed = reuse == null
                ? new Panels(b.rows(), b.columns(), new float[packedSize(b.rows(), b.columns())])
                : (Panels) reuse;
        Bounds.checkReuse(packed, b);
        packPanels(b.transposed(), b.rows(), b.columns(), b.data(), b.offset(), b.stride(), packed.values());
        return packed;
    }

    /** C ← β·C + A·B for as many columns of B, {@code from} on, as C has. */
    static void multiply(Matrix a, Packed b, int from, float beta, Matrix c) {
        Panels panels = (Panels) b;
        Bounds.check(a, "A");
        Bounds.check(c, "C");
        Objects.checkFromIndexSize(from, c.columns(), panels.n());
        Bounds.checkProduct(a, panels.k(), c.columns(), c);
        multiply(
                WORKSPACES.get(),
                a.transposed(),
                a.rows(),
                a.columns(),
                a.data(),
                a.offset(),
                a.stride(),
                panels.values(),
                from,
                from + c.columns(),
                beta,
                c.data(),
                c.offset(),
                c.stride());
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
                    Arrays.fill(panels, at + columns, at + PANEL, 0f);
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

    /** Rows of the next tile when {@code left} rows are left. */
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
     * @param panelOffset numbers from the start of a panel to the first row used
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
                VectorTiles.rows1Panels4(k, tiles, tileOffset, panels, bi, panelSize, c, ci);
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
            VectorTiles.rows12(k, a, ai, b, bi, c, ci, cRow);
        } else if (TILE == 12 && rows == 8) {
            VectorTiles.rows8(k, a, ai, b, bi, c, ci, cRow);
        } else if (TILE == 6 && rows == 6) {
            VectorTiles.rows6(k, a, ai, b, bi, c, ci, cRow);
        } else if (rows == 4) {
            VectorTiles.rows4(k, a, ai, b, bi, c, ci, cRow);
        } else if (rows == 2) {
            VectorTiles.rows2(k, a, ai, b, bi, c, ci, cRow);
        } else {
            VectorTiles.rows1(k, a, ai, b, bi, c, ci);
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
}
