package dev.driftline.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.filter.PercentileSettings;
import dev.driftline.filter.SourceQuantiles;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.source.SourceLimits;
import org.junit.jupiter.api.Test;

class FilterSourcesTest {

    private static final SourceLimits THREE_FOR_A_HUNDRED_MS = new SourceLimits(3, 100);

    private final HeapPageStore store = new HeapPageStore();
    private FilterSources sources = new FilterSources(store, THREE_FOR_A_HUNDRED_MS);

    @Test
    void shouldForgetTheSourceIdleLongestForOneTooMany() {
        observe("a", 1);
        observe("b", 2);
        observe("c", 3);
        observe("a", 4);
        observe("d", 5);

        assertThat(sources.size()).isEqualTo(3);
        assertThat(observe("a", 6)).isEqualTo(2);
        assertThat(observe("b", 7)).as("forgotten for d").isZero();
        assertThat(observe("d", 8)).isEqualTo(1);
    }

    @Test
    void shouldForgetSourcesThatAreIdleTooLong() {
        observe("a", 0);
        observe("b", 50);
        sources.evictIdle(120);

        assertThat(sources.size()).isEqualTo(1);
        assertThat(observe("a", 120)).isZero();
        assertThat(observe("b", 120)).isEqualTo(1);
    }

    @Test
    void shouldGoOnFromTheStore() {
        observe("a", 1);
        observe("b", 2);
        observe("b", 3);
        sources.writeBack();

        sources = new FilterSources(store, THREE_FOR_A_HUNDRED_MS);

        assertThat(sources.size()).isEqualTo(2);
        assertThat(observe("a", 4)).isEqualTo(1);
        assertThat(observe("b", 5)).isEqualTo(2);
    }

    /** Adds a document and says how many there were before it. */
    private long observe(String source, long millis) {
        SourceQuantiles quantiles = sources.get(source, millis);
        long before = quantiles.documents();
        quantiles.add(5, PercentileSettings.DEFAULT);
        sources.update(source, quantiles);
        return before;
    }
}
