package dev.driftline.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.drift.DriftChange;
import dev.driftline.drift.Series;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DriftMetricsTest {

    private final DriftMetrics metrics = new DriftMetrics(3);

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

        metrics.changed("news", Series.REFERENCE, DriftChange.State.DRIFT);

        assertThat(scrape().value(drifts)).isEqualTo(1);
        assertThat(scrape().count("driftline_drift_events_total")).isEqualTo(6);
    }

    @Test
    void shouldSayInWhichStateEachSeriesIs() {
        metrics.changed("news", Series.LIVE, DriftChange.State.WARNING);
        metrics.changed("news", Series.REFERENCE, DriftChange.State.DRIFT);
        metrics.changed("science", Series.REFERENCE, DriftChange.State.DRIFT);
        metrics.changed("science", Series.REFERENCE, DriftChange.State.RECOVERED);

        Scrape scrape = scrape("quiet");

        assertThat(scrape.value(state("news", "live"))).isEqualTo(1);
        assertThat(scrape.value(state("news", "reference"))).isEqualTo(2);
        assertThat(scrape.value(state("science", "reference"))).isZero();
        assertThat(scrape.value(state("quiet", "live"))).isZero();
    }

    @Test
    void shouldRememberTheSourcesThatChangedLastWhenThereAreMany() {
        for (int i = 0; i < 1_000; i++) {
            metrics.changed("source-" + i, Series.LIVE, DriftChange.State.DRIFT);
        }

        Scrape scrape = scrape();

        assertThat(scrape.count("driftline_source_drift_state")).isEqualTo(6);
        assertThat(scrape.value(state("source-999", "live"))).isEqualTo(2);
        assertThat(scrape.value("driftline_drift_events_total{series=\"live\",state=\"drift\"}"))
                .isEqualTo(1_000);
    }
}
