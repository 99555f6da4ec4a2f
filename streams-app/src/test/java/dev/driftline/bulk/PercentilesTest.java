package dev.driftline.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PercentilesTest {

    @Test
    void shouldSayWhereNumbersStandAsAPlainCountDoes() {
        SplittableRandom random = new SplittableRandom(7);
        double[] numbers = new double[3_000];
        Percentiles percentiles = new Percentiles();
        for (int i = 0; i < numbers.length; i++) {
            // Multiples of 1/64 up to 32 are apart in the bins; many come several times.
            numbers[i] = random.nextInt(2_048) / 64.0;
            percentiles.add(numbers[i]);
        }

        for (double number : numbers) {
            long below = 0;
            long same = 0;
            for (double other : numbers) {
                below += other < number ? 1 : 0;
                same += other == number ? 1 : 0;
            }
            assertThat(percentiles.of(number)).isEqualTo(100 * (below + same / 2.0) / numbers.length, within(1e-9));
        }
        assertThat(percentiles.count()).isEqualTo(3_000);
        assertThat(percentiles.of(33)).isEqualTo(100);
        assertThat(percentiles.of(Double.POSITIVE_INFINITY)).isEqualTo(100);
    }

    @Test
    void shouldTakeInfinityAndNothing() {
        Percentiles percentiles = new Percentiles();
        assertThat(new Percentiles().of(3)).isEqualTo(50);
        percentiles.add(0);
        percentiles.add(Double.POSITIVE_INFINITY);
        assertThat(percentiles.of(0)).isEqualTo(25);
        assertThat(percentiles.of(8)).isEqualTo(50);
        assertThat(percentiles.of(Double.POSITIVE_INFINITY)).isEqualTo(75);
        assertThatThrownBy(() -> percentiles.add(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldCutBucketsAtTheirPercentiles() {
        Buckets thirds = Buckets.even(List.of("head", "middle", "tail"));
        Buckets given = new Buckets(List.of("head", "middle", "tail"), List.of(30.0, 60.0));

        assertThat(thirds.of(33.3)).isEqualTo("head");
        assertThat(thirds.of(33.4)).isEqualTo("middle");
        assertThat(thirds.of(66.7)).isEqualTo("tail");
        assertThat(given.of(30)).isEqualTo("head");
        assertThat(given.of(60.1)).isEqualTo("tail");
        assertThatThrownBy(() -> new Buckets(List.of("a", "b"), List.of()))
                .hasMessageContaining("2 buckets are parted by 1 cuts");
        assertThatThrownBy(() -> new Buckets(List.of("a", "b", "c"), List.of(60.0, 30.0)))
                .hasMessageContaining("rise");
        assertThatThrownBy(() -> Buckets.even(List.of("a", "a"))).hasMessageContaining("different names");
    }
}
