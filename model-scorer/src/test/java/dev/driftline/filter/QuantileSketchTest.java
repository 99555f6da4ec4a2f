package dev.driftline.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.codec.Varints;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class QuantileSketchTest {

    private static final int MANY = 100_000;

    /** Streams in orders that are hard on one sketch or another. */
    static Stream<Arguments> streams() {
        SplittableRandom random = new SplittableRandom(7);
        double[] bits = random.doubles(MANY, 4, 12).map(x -> x * x / 12).toArray();
        return Stream.of(
                Arguments.of("random", (IntToDoubleFunction) i -> bits[i]),
                Arguments.of("ascending", (IntToDoubleFunction) i -> i),
                Arguments.of("descending", (IntToDoubleFunction) i -> MANY - i),
                Arguments.of("from both ends", (IntToDoubleFunction) i -> i % 2 == 0 ? i : MANY - i),
                Arguments.of("in waves", (IntToDoubleFunction) i -> i % 500),
                Arguments.of("three values", (IntToDoubleFunction) i -> i % 3),
                Arguments.of("drifting", (IntToDoubleFunction) i -> bits[i] + 1e-4 * i));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void shouldBeWithinTheStatedErrorForNinetyNineOfAHundredQuestions(String name, IntToDoubleFunction stream) {
        QuantileSketch sketch = new QuantileSketch();
        double[] values = new double[MANY];
        for (int i = 0; i < MANY; i++) {
            values[i] = (float) stream.applyAsDouble(i);
            sketch.add(values[i]);
        }
        Arrays.sort(values);

        int questions = 0;
        int far = 0;
        double worst = 0;
        for (int at = 50; at < MANY; at += 100) {
            double error = Math.abs(sketch.rank(values[at]) - exactRank(values, values[at])) / MANY;
            worst = Math.max(worst, error);
            far += error > QuantileSketch.RANK_ERROR ? 1 : 0;
            questions++;
        }

        assertThat((double) far / questions)
                .as("share of ranks that are off by more")
                .isLessThanOrEqualTo(0.01);
        assertThat(worst).isLessThan(2 * QuantileSketch.RANK_ERROR);
        assertThat(sketch.count()).isEqualTo(MANY);
        assertThat(sketch.rank(Double.POSITIVE_INFINITY))
                .as("the weight of all that is kept")
                .isEqualTo(MANY);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void shouldStayWithinTheStatedErrorWhenItIsMergedOfMany(String name, IntToDoubleFunction stream) {
        QuantileSketch[] parts = Stream.generate(QuantileSketch::new).limit(7).toArray(QuantileSketch[]::new);
        double[] values = new double[MANY];
        for (int i = 0; i < MANY; i++) {
            values[i] = (float) stream.applyAsDouble(i);
            parts[i * 7 / MANY].add(values[i]);
        }
        QuantileSketch all = new QuantileSketch();
        for (QuantileSketch part : parts) {
            all.merge(part);
        }
        Arrays.sort(values);

        assertThat(all.count()).isEqualTo(MANY);
        assertThat(all.rank(Double.POSITIVE_INFINITY)).isEqualTo(MANY);
        for (double percent : new double[] {1, 5, 25, 50, 75, 95, 99}) {
            double quantile = all.quantile(percent / 100);
            double below = countBelow(values, quantile, false);
            double upTo = countBelow(values, quantile, true);
            assertThat(below / MANY)
                    .as("share below the %s %% quantile %s", percent, quantile)
                    .isLessThanOrEqualTo(percent / 100 + 2 * QuantileSketch.RANK_ERROR);
            assertThat(upTo / MANY).isGreaterThanOrEqualTo(percent / 100 - 2 * QuantileSketch.RANK_ERROR);
        }
    }

    @Test
    void shouldBeExactWhileEverythingIsKept() {
        QuantileSketch sketch = new QuantileSketch();
        double[] values = new SplittableRandom(3)
                .doubles(QuantileSketch.SIZE, 0, 10)
                .map(x -> (float) x)
                .toArray();
        for (double value : values) {
            sketch.add(value);
        }
        Arrays.sort(values);

        for (double value : values) {
            assertThat(sketch.rank(value)).isEqualTo(exactRank(values, value));
        }
        assertThat(sketch.quantile(0.5)).isEqualTo(values[values.length / 2 - 1]);
        assertThat(sketch.quantile(0)).isEqualTo(values[0]);
        assertThat(sketch.quantile(1)).isEqualTo(values[values.length - 1]);
    }

    @Test
    void shouldTakeThreeKibibytesForAMillionNumbers() {
        QuantileSketch sketch = new QuantileSketch();
        int most = 0;
        for (int i = 0; i < 1_000_000; i++) {
            sketch.add(i * 0.618 % 1);
            most = Math.max(most, sketch.kept());
        }

        assertThat(most).isLessThan(900);
        assertThat(encode(sketch)).hasSizeLessThan(3700);
    }

    @Test
    void shouldGoOnAsIfItHadNotBeenStored() {
        QuantileSketch kept = new QuantileSketch();
        QuantileSketch stored = new QuantileSketch();
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            double value = random.nextDouble();
            kept.add(value);
            stored.add(value);
            if (i % 997 == 0) {
                stored = QuantileSketch.decode(new Varints.Reader(encode(stored)));
            }
            assertThat(stored.rank(0.9)).isEqualTo(kept.rank(0.9));
        }
        assertThat(encode(stored)).isEqualTo(encode(kept));
    }

    @Test
    void shouldRankInfinityAboveEverythingAndKeepWhatIsFiniteAlone() {
        QuantileSketch sketch = new QuantileSketch();
        sketch.add(1);

        assertThat(sketch.rank(Double.POSITIVE_INFINITY)).isEqualTo(1, within(0.0));
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e39}) {
            assertThatThrownBy(() -> sketch.add(value)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(sketch.count()).isEqualTo(1);
        assertThatThrownBy(() -> new QuantileSketch().quantile(0.5)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldRepairInfinitiesThatAnEarlierVersionKept() {
        Varints.Writer old = new Varints.Writer(64);
        old.writeByte(1);
        old.writeLong(4);
        old.writeLong(0);
        old.writeInt(1);
        old.writeInt(4);
        for (float item : new float[] {2, Float.POSITIVE_INFINITY, Float.NaN, 3}) {
            old.writeFloat(item);
        }

        QuantileSketch sketch = QuantileSketch.decode(new Varints.Reader(old.toByteArray()));

        assertThat(sketch.quantile(0.5)).isEqualTo(3);
        assertThat(sketch.quantile(1)).isEqualTo(Float.MAX_VALUE);
        assertThat(sketch.rank(4)).isEqualTo(2);
    }

    @Test
    void shouldRefuseAVersionThatItDoesNotKnow() {
        assertThatThrownBy(() -> QuantileSketch.decode(new Varints.Reader(new byte[] {9, 0, 0, 0})))
                .hasMessageContaining("format version 9");
    }

    private static byte[] encode(QuantileSketch sketch) {
        Varints.Writer out = new Varints.Writer(4096);
        sketch.encode(out);
        return out.toByteArray();
    }

    private static double exactRank(double[] sorted, double value) {
        return (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / 2;
    }

    private static double countBelow(double[] sorted, double value, boolean orAt) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value || orAt && sorted[middle] == value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
