package dev.driftline.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SourceQuantilesTest {

    private static final PercentileSettings LAST_HUNDRED = new PercentileSettings(Measure.BITS_PER_TOKEN, 10, 100);
    private static final PercentileSettings ALL = new PercentileSettings(Measure.BITS_PER_TOKEN, 10, 0);

    @Test
    void shouldHaveNoPercentileWhileDocumentsAreTooFew() {
        SourceQuantiles source = new SourceQuantiles();
        for (int i = 0; i < 9; i++) {
            source.add(i, LAST_HUNDRED);
            assertThat(source.percentile(5, LAST_HUNDRED)).isEmpty();
        }
        source.add(9, LAST_HUNDRED);

        assertThat(source.percentile(8.5, LAST_HUNDRED)).hasValue(90);
        assertThat(source.percentile(Double.NaN, LAST_HUNDRED)).isEmpty();
    }

    @Test
    void shouldLeaveOutWhatHasNoFiniteValue() {
        SourceQuantiles source = new SourceQuantiles();
        SourceQuantiles undisturbed = new SourceQuantiles();
        for (int i = 0; i < 200; i++) {
            source.add(i, LAST_HUNDRED);
            undisturbed.add(i, LAST_HUNDRED);
            source.add(i % 2 == 0 ? Double.POSITIVE_INFINITY : Double.NaN, LAST_HUNDRED);
            source.add(i % 2 == 0 ? Double.NEGATIVE_INFINITY : 1e39, LAST_HUNDRED);
        }

        assertThat(source.encode()).isEqualTo(undisturbed.encode());
        assertThat(source.percentile(Double.POSITIVE_INFINITY, LAST_HUNDRED)).hasValue(100);
    }

    @Test
    void shouldCountDocumentsOfTheSameValueHalf() {
        SourceQuantiles source = new SourceQuantiles();
        for (int i = 0; i < 50; i++) {
            source.add(7, LAST_HUNDRED);
        }

        assertThat(source.percentile(7, LAST_HUNDRED)).hasValue(50);
        assertThat(source.percentile(6.9, LAST_HUNDRED)).hasValue(0);
        assertThat(source.percentile(7.1, LAST_HUNDRED)).hasValue(100);
    }

    @Test
    void shouldForgetWhatIsOlderThanTwoWindows() {
        SourceQuantiles source = new SourceQuantiles();
        for (int i = 0; i < 1000; i++) {
            source.add(1, LAST_HUNDRED);
        }
        for (int i = 0; i < 199; i++) {
            source.add(9, LAST_HUNDRED);
            assertThat(source.documents()).isBetween(100L, 199L);
        }

        assertThat(source.percentile(5, LAST_HUNDRED)).as("share of ones").hasValue(0);
    }

    @Test
    void shouldRememberEverythingWithoutAWindow() {
        SourceQuantiles source = new SourceQuantiles();
        for (int i = 0; i < 3000; i++) {
            source.add(i, ALL);
        }

        assertThat(source.documents()).isEqualTo(3000);
        assertThat(source.percentile(2850, ALL).orElseThrow()).isCloseTo(95, within(100 * QuantileSketch.RANK_ERROR));
        assertThat(source.value(95).orElseThrow()).isCloseTo(2850, within(3000 * QuantileSketch.RANK_ERROR));
    }

    @Test
    void shouldGoOnAsIfItHadNotBeenStored() {
        SourceQuantiles kept = new SourceQuantiles();
        SourceQuantiles stored = new SourceQuantiles();
        for (int i = 0; i < 1000; i++) {
            double value = i * 0.618 % 1;
            assertThat(stored.percentile(value, LAST_HUNDRED)).isEqualTo(kept.percentile(value, LAST_HUNDRED));
            kept.add(value, LAST_HUNDRED);
            stored.add(value, LAST_HUNDRED);
            stored = SourceQuantiles.decode(stored.encode());
        }

        assertThat(stored.encode()).isEqualTo(kept.encode());
    }
}
