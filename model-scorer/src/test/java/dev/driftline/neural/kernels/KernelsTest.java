package dev.driftline.neural.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel of every implementation against naive loops in double precision. */
class KernelsTest {

    private static final int[][] SHAPES = {
        {1, 1, 1},
        {1, 7, 3},
        {2, 33, 17},
        {3, 64, 8},
        {5, 31, 9},
        {6, 16, 32},
        {7, 100, 40},
        {11, 65, 129},
        {12, 32, 64},
        {13, 96, 31},
        {20, 130, 65},
        {24, 47, 300},
        {37, 1, 50},
        {40, 130, 33},
        {1, 300, 70},
        {25, 70, 1},
        {250, 20, 9},
        {14, 40, 530}
    };

    static Stream<Kernels> implementations() {
        return Stream.of(new PlainKernels(), new VectorKernels());
    }

    static Stream<Arguments> products() {
        return implementations()
                .flatMap(kernels -> Arrays.stream(SHAPES)
                        .flatMap(shape -> Stream.of(0, 1, 2, 3)
                                .map(transposes -> Arguments.of(
                                        kernels,
                                        shape[0],
                                        shape[1],
                                        shape[2],
                                        (transposes & 1) != 0,
                                        (transposes & 2) != 0))));
    }

    @ParameterizedTest(name = "{0} {1} x {2} x {3} transposed {4} {5}")
    @MethodSource("products")
    void shouldEqualNaiveProductWhenMultiplying(
            Kernels kernels, int m, int n, int k, boolean transposeA, boolean transposeB) {
        Random random = new Random(m * 31L + n * 7L + k);
        int aRow = (transposeA ? m : k) + 3;
        int bRow = (transposeB ? k : n) + 5;
        int cRow = n + 2;
        float[] a = random(random, 7 + (transposeA ? k : m) * aRow);
        float[] b = random(random, 3 + (transposeB ? n : k) * bRow);
        for (float beta : new float[] {0f, 1f, 0.5f}) {
            float[] before = random(random, 11 + m * cRow);
            float[] c = before.clone();
            for (int i = 0; beta == 0f && i < m; i++) {
                Arrays.fill(c, 11 + i * cRow, 11 + i * cRow + n, Float.NaN);
            }
            kernels.gemm(
                    view(transposeA, a, 7, m, k, aRow),
                    view(transposeB, b, 3, k, n, bRow),
                    beta,
                    new Matrix().view(c, 11, m, n, cRow));
            assertProduct(m, n, k, a, 7, aRow, transposeA, b, 3, bRow, transposeB, beta, before, c, 11, cRow);
        }
    }

    @ParameterizedTest(name = "{0} {1} x {2} x {3} transposed {5}")
    @MethodSource("products")
    void shouldEqualNaiveProductWhenMatrixIsPacked(
            Kernels kernels, int m, int n, int k, boolean ignored, boolean transposeB) {
        Random random = new Random(m * 17L + n * 3L + k);
        int aRow = k + 3;
        int bRow = (transposeB ? k : n) + 5;
        float[] a = random(random, 7 + m * aRow);
        float[] b = random(random, 3 + (transposeB ? n : k) * bRow);
        Kernels.Packed packed = kernels.pack(view(transposeB, random(random, b.length), 3, k, n, bRow), null);
        packed = kernels.pack(view(transposeB, b, 3, k, n, bRow), packed);
        assertThat(packed.k()).isEqualTo(k);
        assertThat(packed.n()).isEqualTo(n);
        int[][] ranges = {{0, n}, {n / 3, n}, {n / 5, Math.max(n / 5 + 1, n / 2)}, {n / 2, n / 2}};
        for (int[] range : ranges) {
            int columns = range[1] - range[0];
            int cRow = columns + 2;
            for (float beta : new float[] {0f, 1f}) {
                float[] before = random(random, 11 + m * cRow);
                float[] c = before.clone();
                for (int i = 0; beta == 0f && i < m; i++) {
                    Arrays.fill(c, 11 + i * cRow, 11 + i * cRow + columns, Float.NaN);
                }
                kernels.gemm(
                        new Matrix().view(a, 7, m, k, aRow),
                        packed,
                        range[0],
                        beta,
                        new Matrix().view(c, 11, m, columns, cRow));
                int first = 3 + (transposeB ? range[0] * bRow : range[0]);
                assertProduct(m, columns, k, a, 7, aRow, false, b, first, bRow, transposeB, beta, before, c, 11, cRow);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void shouldEqualBitForBitWhenRowIsMultipliedAloneOrAmongOthers(Kernels kernels) {
        // A document's score may not depend on the documents that were scored with it.
        Random random = new Random(5);
        int m = 29;
        int k = 77;
        int n = 150;
        float[] a = random(random, m * k);
        Kernels.Packed b = kernels.pack(new Matrix().view(random(random, k * n), k, n), null);
        float[] all = new float[m * n];
        kernels.gemm(new Matrix().view(a, m, k), b, 0, 0f, new Matrix().view(all, m, n));
        for (int i = 0; i < m; i++) {
            float[] one = new float[n];
            kernels.gemm(new Matrix().view(a, i * k, 1, k), b, 0, 0f, new Matrix().view(one, 1, n));
            assertThat(one).isEqualTo(Arrays.copyOfRange(all, i * n, (i + 1) * n));
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void shouldOnlyScaleWhenThereIsNothingToAdd(Kernels kernels) {
        float[] c = {1f, 2f, 3f, 4f};
        kernels.gemm(
                new Matrix().view(new float[0], 2, 0),
                new Matrix().view(new float[0], 0, 2),
                1f,
                new Matrix().view(c, 2, 2));
        assertThat(c).containsExactly(1f, 2f, 3f, 4f);
        kernels.gemm(
                new Matrix().view(new float[0], 2, 0),
                new Matrix().view(new float[0], 0, 0, 1, 2),
                0f,
                new Matrix().view(c, 0, 2, 1, 2));
        assertThat(c).containsExactly(0f, 2f, 0f, 4f);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void shouldSayWhichMatrixWhenItDoesNotFit(Kernels kernels) {
        float[] small = new float[8];
        float[] large = new float[16];
        assertThatThrownBy(() -> kernels.gemm(
                        new Matrix().view(small, 4, 4),
                        new Matrix().view(large, 4, 4),
                        0f,
                        new Matrix().view(large, 4, 4)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("A, 4 × 4");
        assertThatThrownBy(() -> kernels.gemm(
                        new Matrix().view(large, 4, 4),
                        new Matrix().view(large, 4, 4),
                        0f,
                        new Matrix().view(large, 1, 4, 4)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("C, 4 × 4");
        assertThatThrownBy(() -> kernels.pack(new Matrix().view(large, 5, 4).transpose(), null))
                .isInstanceOf(IndexOutOfBoundsException.class);
        Kernels.Packed packed = kernels.pack(new Matrix().view(large, 4, 4), null);
        assertThatThrownBy(() -> kernels.pack(new Matrix().view(large, 0, 4, 2, 4), packed))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        kernels.gemm(new Matrix().view(large, 1, 4), packed, 0, 0f, new Matrix().view(large, 1, 5)))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void shouldBeCloseToMathWhenApplyingFunctions(Kernels kernels) {
        float[] x = new float[20_001];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 10_000) / 500f;
        }
        float[] exp = x.clone();
        float sum = kernels.exp(exp, 1, x.length - 2, 1.5f);
        double expected = 0;
        for (int i = 1; i < x.length - 1; i++) {
            double e = Math.exp(x[i] - 1.5f);
            expected += e;
            assertThat((double) exp[i]).isCloseTo(e, within(1e-6 * e));
        }
        assertThat((double) sum).isCloseTo(expected, within(1e-5 * expected));
        assertThat(exp[0]).isEqualTo(x[0]);
        assertThat(exp[x.length - 1]).isEqualTo(x[x.length - 1]);
        float[] sigmoid = x.clone();
        kernels.sigmoid(sigmoid, 1, x.length - 2);
        float[] tanh = x.clone();
        kernels.tanh(tanh, 1, x.length - 2);
        for (int i = 1; i < x.length - 1; i++) {
            double s = 1 / (1 + Math.exp(-(double) x[i]));
            assertThat((double) sigmoid[i]).isCloseTo(s, within(1e-6 * s));
            double t = Math.tanh(x[i]);
            assertThat((double) tanh[i]).as("tanh of %s", x[i]).isCloseTo(t, within(1e-6 * Math.abs(t)));
            assertThat(Math.abs(tanh[i])).isLessThanOrEqualTo(1f);
        }
        assertThat(sigmoid[0]).isEqualTo(x[0]);
        assertThat(tanh[x.length - 1]).isEqualTo(x[x.length - 1]);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void shouldKeepLimitsWhenArgumentsAreExtreme(Kernels kernels) {
        float[] extremes = {
            Float.NEGATIVE_INFINITY, -1e30f, -200f, 200f, 1e30f, Float.POSITIVE_INFINITY, Float.NaN, 0f, -0f
        };
        float[] x = Arrays.copyOf(extremes, extremes.length);
        kernels.exp(x, 0, x.length, 0f);
        assertThat(x)
                .containsExactly(
                        0f,
                        0f,
                        0f,
                        Float.POSITIVE_INFINITY,
                        Float.POSITIVE_INFINITY,
                        Float.POSITIVE_INFINITY,
                        Float.NaN,
                        1f,
                        1f);
        x = Arrays.copyOf(extremes, extremes.length);
        kernels.sigmoid(x, 0, x.length);
        assertThat(x).containsExactly(0f, 0f, 0f, 1f, 1f, 1f, Float.NaN, 0.5f, 0.5f);
        x = Arrays.copyOf(extremes, extremes.length);
        kernels.tanh(x, 0, x.length);
        float[] limits = {-1f, -1f, -1f, 1f, 1f, 1f, Float.NaN, 0f, -0f};
        for (int i = 0; i < x.length; i++) {
            if (i == 6) {
                assertThat(x[i]).isNaN();
            } else {
                assertThat(x[i]).isCloseTo(limits[i], within(3e-7f)).isBetween(-1f, 1f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void shouldGiveSameBitsWhenElementIsElsewhereInArray(Kernels kernels) {
        for (int place = 0; place < 70; place++) {
            float[] x = new float[70];
            x[place] = 0.7315f;
            float[] y = x.clone();
            float[] z = x.clone();
            kernels.exp(x, 0, 70, 0.2f);
            kernels.sigmoid(y, 0, 70);
            kernels.tanh(z, 0, 70);
            float[] one = {0.7315f};
            kernels.exp(one, 0, 1, 0.2f);
            assertThat(x[place]).isEqualTo(one[0]);
            one[0] = 0.7315f;
            kernels.sigmoid(one, 0, 1);
            assertThat(y[place]).isEqualTo(one[0]);
            one[0] = 0.7315f;
            kernels.tanh(one, 0, 1);
            assertThat(z[place]).isEqualTo(one[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void shouldEqualNaiveLoopsWhenReducingAndAdding(Kernels kernels) {
        Random random = new Random(3);
        for (int length : new int[] {0, 1, 3, 15, 16, 17, 64, 100, 1023}) {
            float[] x = random(random, length + 5);
            float[] y = random(random, length + 9);
            double dot = 0;
            float max = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < length; i++) {
                dot += (double) x[5 + i] * y[9 + i];
                max = Math.max(max, x[5 + i]);
            }
            assertThat((double) kernels.dot(x, 5, y, 9, length)).isCloseTo(dot, within(1e-5 * (1 + length)));
            assertThat(kernels.max(x, 5, length)).isEqualTo(max);
            float[] sum = y.clone();
            kernels.axpy(0.25f, x, 5, sum, 9, length);
            for (int i = 0; i < sum.length; i++) {
                float expected = i < 9 ? y[i] : y[i] + 0.25f * x[5 + i - 9];
                assertThat(sum[i]).isCloseTo(expected, within(1e-6f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void shouldEqualFormulasWhenSteppingThroughLstmAndBack(Kernels kernels) {
        Random random = new Random(11);
        for (int hidden : new int[] {1, 15, 16, 37}) {
            float[] gates = random(random, 3 + 4 * hidden);
            float[] into = gates.clone();
            float[] cells = random(random, 5 + 2 * hidden);
            float[] squashed = new float[2 + hidden];
            float[] states = new float[1 + hidden];
            kernels.lstm(hidden, gates, 3, cells, 5, 5 + hidden, squashed, 2, states, 1);
            float[] after = gates.clone();
            float[] dState = random(random, hidden);
            float[] dCell = random(random, hidden);
            float[] dCellAfter = dCell.clone();
            kernels.lstmBackward(hidden, after, 3, cells, 5, squashed, 2, dState, 0, dCell, 0);
            for (int u = 0; u < hidden; u++) {
                double i = 1 / (1 + Math.exp(-into[3 + u]));
                double f = 1 / (1 + Math.exp(-into[3 + hidden + u]));
                double g = Math.tanh(into[3 + 2 * hidden + u]);
                double o = 1 / (1 + Math.exp(-into[3 + 3 * hidden + u]));
                double before = cells[5 + u];
                double c = f * before + i * g;
                assertThat((double) cells[5 + hidden + u]).isCloseTo(c, within(1e-5));
                assertThat((double) states[1 + u]).isCloseTo(o * Math.tanh(c), within(1e-5));
                double dc = dCellAfter[u] + dState[u] * o * (1 - Math.tanh(c) * Math.tanh(c));
                assertThat((double) after[3 + u]).isCloseTo(dc * g * i * (1 - i), within(1e-5));
                assertThat((double) after[3 + hidden + u]).isCloseTo(dc * before * f * (1 - f), within(1e-5));
                assertThat((double) after[3 + 2 * hidden + u]).isCloseTo(dc * i * (1 - g * g), within(1e-5));
                assertThat((double) after[3 + 3 * hidden + u])
                        .isCloseTo(dState[u] * Math.tanh(c) * o * (1 - o), within(1e-5));
                assertThat((double) dCell[u]).isCloseTo(dc * f, within(1e-5));
            }
            assertThat(gates).startsWith(into[0], into[1], into[2]);
            float[] scaled = into.clone();
            kernels.scale(0.5f, scaled, 2, hidden);
            for (int u = 0; u < into.length; u++) {
                assertThat(scaled[u]).isEqualTo(u >= 2 && u < 2 + hidden ? 0.5f * into[u] : into[u]);
            }
        }
    }

    private static void assertProduct(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRow,
            boolean transposeA,
            float[] b,
            int bOffset,
            int bRow,
            boolean transposeB,
            float beta,
            float[] before,
            float[] c,
            int cOffset,
            int cRow) {
        float[] expected = before.clone();
        double worst = 0;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += (double) a[aOffset + (transposeA ? p * aRow + i : i * aRow + p)]
                            * b[bOffset + (transposeB ? j * bRow + p : p * bRow + j)];
                }
                int at = cOffset + i * cRow + j;
                double value = sum + (beta == 0f ? 0 : beta * before[at]);
                double error = Math.abs(c[at] - value);
                worst = Math.max(worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
                expected[at] = c[at];
            }
        }
        assertThat(worst).isLessThan(2e-6 * (k + 4));
        assertThat(c).as("nothing written beside C").isEqualTo(expected);
    }

    private static Matrix view(boolean transposed, float[] x, int offset, int rows, int columns, int stride) {
        return transposed
                ? new Matrix().view(x, offset, columns, rows, stride).transpose()
                : new Matrix().view(x, offset, rows, columns, stride);
    }

    private static float[] random(Random random, int length) {
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
