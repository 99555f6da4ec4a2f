package dev.driftline.metrics;

import static dev.driftline.drift.DriftChange.State.DRIFT;
import static dev.driftline.drift.DriftChange.State.STABLE;
import static dev.driftline.drift.DriftChange.State.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.counters.DriftStates;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.Series;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DriftMetricsTest {

    private final DriftStates states = new DriftStates();
    private final DriftMetrics metrics = new DriftMetrics(states, 3);

    @BeforeEach
    void open() {
        states.opened(0);
    }

    private void set(int partition, String source, DriftChange.State live, DriftChange.State reference) {
        states.set(partition, source, series -> series == Series.LIVE ? live : reference);
    }

    private Scrape scrape(String... busiest) {
        Samples samples = new Samples();
        metrics.read(Set.of(busiest), samples);
        return Scrape.of(samples.snapshots());
    }

    private static String state(String source, String series) {
        return "driftline_source_drift_state{series=\"" + series + "\",source=\"" + source + "\"}";
    }

    @Test
    void shouldCountEventsFromTheStart() {
        String drifts = "driftline_drift_events_total{series=\"reference\",state=\"drift\"}";
        assertThat(scrape().value(drifts)).isZero();

        metrics.changed(Series.REFERENCE, DriftChange.State.DRIFT);

        assertThat(scrape().value(drifts)).isEqualTo(1);
        assertThat(scrape().count("driftline_drift_events_total")).isEqualTo(6);
    }

    @Test
    void shouldSayInWhichStateEachSeriesIs() {
        set(0, "news", WARNING, DRIFT);
        set(0, "science", STABLE, DRIFT);
        set(0, "science", STABLE, STABLE);

        Scrape scrape = scrape("quiet", "science");

        assertThat(scrape.value(state("news", "live"))).isEqualTo(1);
        assertThat(scrape.value(state("news", "reference"))).isEqualTo(2);
        assertThat(scrape.value(state("science", "reference"))).isZero();
        assertThat(scrape.value(state("quiet", "live"))).isZero();
    }

    @Test
    void shouldSayNothingOfSourcesThatHaveMovedAwayOrWereEvicted() {
        states.opened(1);
        set(0, "here", DRIFT, DRIFT);
        set(1, "moved", DRIFT, DRIFT);
        set(0, "idle", DRIFT, DRIFT);
        states.closed(1);
        states.evicted(0, "idle");
        set(1, "late", DRIFT, DRIFT);

        Scrape scrape = scrape("moved");

        assertThat(scrape.value(state("here", "live"))).isEqualTo(2);
        assertThat(scrape.value(state("moved", "live"))).isZero();
        assertThat(scrape.count("driftline_source_drift_state")).isEqualTo(4);
    }

    @Test
    void shouldShowThoseInDriftAndThoseThatChangedLastWhenThereAreMany() {
        set(0, "first", STABLE, DRIFT);
        for (int i = 0; i < 1_000; i++) {
            set(0, "source-" + i, WARNING, STABLE);
        }

        Scrape scrape = scrape();

        assertThat(scrape.count("driftline_source_drift_state")).isEqualTo(6);
        assertThat(scrape.value(state("first", "reference"))).isEqualTo(2);
        assertThat(scrape.value(state("source-999", "live"))).isEqualTo(1);
    }
}
