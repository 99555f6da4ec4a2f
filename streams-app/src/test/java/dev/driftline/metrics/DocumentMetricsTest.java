package dev.driftline.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.counters.DriftStates;
import dev.driftline.input.DeadLetterReason;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

class DocumentMetricsTest {

    private static final double[] WEIGHTS = {0.1, 0.2, 0.3, 0.25, 0.15};
    private static final double[] WITHOUT = {0.1, 0.4, 0.3, 0.2, 0};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final DocumentMetrics metrics = new DocumentMetrics(TestScores.MIXTURE, 10, new DriftStates(), registry);

    private Scrape scrape() {
        Samples samples = new Samples();
        metrics.read(samples);
        return Scrape.of(samples.snapshots(), registry.getPrometheusRegistry().scrape());
    }

    @Test
    void shouldGiveBitsATokenOfEachModelAndSource() {
        metrics.scored("news", TestScores.of(10, 10, 1, WEIGHTS, 100, 90, 80, 85, 95, 70), 0, 0, 0);
        metrics.scored("science", TestScores.of(30, 30, 2, WEIGHTS, 300, 290, 280, 285, 295, 270), 0, 0, 0);

        Scrape scrape = scrape();

        assertThat(scrape.value("driftline_documents_total")).isEqualTo(2);
        assertThat(scrape.value("driftline_tokens_total")).isEqualTo(40);
        assertThat(scrape.value("driftline_unknown_tokens_total")).isEqualTo(3);
        assertThat(scrape.value("driftline_model_bits_total{model=\"mixture\"}"))
                .isEqualTo(340);
        assertThat(scrape.value("driftline_model_bits_total{model=\"kneser-ney-2\"}"))
                .isEqualTo(380);
        assertThat(scrape.value("driftline_source_model_bits_total{model=\"lstm\",source=\"science\"}"))
                .isEqualTo(295);
        assertThat(scrape.value("driftline_source_tokens_total{source=\"news\"}"))
                .isEqualTo(10);
        assertThat(scrape.value("driftline_source_bits_per_token{source=\"news\"}"))
                .isEqualTo(7);
    }

    @Test
    void shouldNotCountTokensForANetworkThatDidNotScoreThem() {
        metrics.scored("news", TestScores.of(10, 10, 0, WEIGHTS, 100, 90, 80, 85, 95, 70), 0, 0, 0);
        metrics.scored("news", TestScores.of(30, 0, 0, WITHOUT, 300, 290, 280, 285, 400, 270), 0, 0, 0);

        Scrape scrape = scrape();

        assertThat(scrape.value("driftline_model_tokens_total{model=\"lstm\"}")).isEqualTo(10);
        assertThat(scrape.value("driftline_model_bits_total{model=\"lstm\"}")).isEqualTo(95);
        assertThat(scrape.value("driftline_model_tokens_total{model=\"mixture\"}"))
                .isEqualTo(40);
    }

    @Test
    void shouldStayFiniteWhenAModelGivesATokenProbabilityZero() {
        double none = Double.POSITIVE_INFINITY;
        metrics.scored("news", TestScores.of(10, 10, 0, WEIGHTS, none, none, 80, 85, 95, 70), 0, 0, 0);
        metrics.scored("news", TestScores.of(10, 10, 0, WEIGHTS, 100, 90, 80, 85, 95, 70), 0, 0, 0);

        Scrape scrape = scrape();

        assertThat(scrape.value("driftline_model_bits_total{model=\"kneser-ney-1\"}"))
                .isEqualTo(100);
        assertThat(scrape.value("driftline_model_tokens_total{model=\"kneser-ney-1\"}"))
                .isEqualTo(10);
        assertThat(scrape.value("driftline_model_tokens_total{model=\"mixture\"}"))
                .isEqualTo(20);
    }

    @Test
    void shouldGiveTheWeightsOfTheMixtureOverTokens() {
        metrics.scored("news", TestScores.of(10, 10, 0, WEIGHTS, 1, 1, 1, 1, 1, 1), 0, 0, 0);
        metrics.scored("news", TestScores.of(30, 0, 0, WITHOUT, 1, 1, 1, 1, 1, 1), 0, 0, 0);

        Scrape scrape = scrape();

        double network = scrape.value("driftline_mixture_weighted_tokens_total{expert=\"lstm\"}");
        assertThat(network / scrape.value("driftline_tokens_total")).isEqualTo(0.15 * 10 / 40);
        assertThat(scrape.sum("driftline_mixture_weighted_tokens_total")).isBetween(39.999, 40.001);
        assertThat(scrape.sum("driftline_mixture_weight")).isBetween(0.999, 1.001);
    }

    @Test
    void shouldMeasureHowLongDocumentsTook() {
        metrics.scored("news", TestScores.of(10, 10, 0, WEIGHTS, 1, 1, 1, 1, 1, 1), 1_000, 3_800, 4_000);
        metrics.scored("news", TestScores.of(10, 10, 0, WEIGHTS, 1, 1, 1, 1, 1, 1), 9_000, -1, 4_000);

        Scrape scrape = scrape();

        assertThat(scrape.value("driftline_document_latency_seconds_count")).isEqualTo(2);
        assertThat(scrape.value("driftline_document_latency_seconds_sum"))
                .as("one from the future took no time")
                .isEqualTo(3);
        assertThat(scrape.value("driftline_document_latency_seconds_bucket{le=\"0.05\"}"))
                .isEqualTo(1);
        assertThat(scrape.value("driftline_document_pending_seconds_count"))
                .as("of the other it is not known when its shards were asked")
                .isEqualTo(1);
        assertThat(scrape.value("driftline_document_pending_seconds_bucket{le=\"0.25\"}"))
                .isEqualTo(1);
        assertThat(scrape.value("driftline_document_pending_seconds_bucket{le=\"0.1\"}"))
                .isZero();
    }

    @Test
    void shouldLeaveImplausibleTimesOutOfTheLatencyAndCountThem() {
        long now = 1_790_000_000_000L;
        long seconds = now / 1000;
        for (long publishedAt : new long[] {0, seconds, -1, Long.MIN_VALUE, now - 366L * 86_400_000}) {
            metrics.scored("news", TestScores.of(1, 0, 0, WITHOUT, 1, 1, 1, 1, 1, 1), publishedAt, -1, now);
        }
        for (long publishedAt : new long[] {now * 1000, Long.MAX_VALUE, now + 660_000}) {
            metrics.scored("news", TestScores.of(1, 0, 0, WITHOUT, 1, 1, 1, 1, 1, 1), publishedAt, -1, now);
        }
        metrics.scored("news", TestScores.of(1, 0, 0, WITHOUT, 1, 1, 1, 1, 1, 1), now - 2_500, -1, now);

        Scrape scrape = scrape();

        assertThat(scrape.value("driftline_document_latency_seconds_count")).isEqualTo(1);
        assertThat(scrape.value("driftline_document_latency_seconds_sum")).isEqualTo(2.5);
        assertThat(scrape.value("driftline_implausible_times_total{reason=\"past\"}"))
                .isEqualTo(5);
        assertThat(scrape.value("driftline_implausible_times_total{reason=\"future\"}"))
                .isEqualTo(3);
    }

    /** Nanoseconds in a long end after 292 years: 300 documents of eleven months and more. */
    @Test
    void shouldSumLatenciesPastTheEndOfALongOfNanoseconds() {
        long now = 1_790_000_000_000L;
        long age = 360L * 86_400_000;
        for (int i = 0; i < 1000; i++) {
            metrics.scored("news", TestScores.of(1, 0, 0, WITHOUT, 1, 1, 1, 1, 1, 1), now - age, now - age, now);
        }

        Scrape scrape = scrape();

        assertThat(scrape.value("driftline_document_latency_seconds_sum")).isEqualTo(age);
        assertThat(scrape.value("driftline_document_pending_seconds_sum")).isEqualTo(age);
    }

    @Test
    void shouldCountDeadLettersByReasonFromTheStart() {
        assertThat(scrape().value("driftline_dead_letters_total{reason=\"not-avro\"}"))
                .isZero();

        metrics.refused(DeadLetterReason.NOT_AVRO);

        Scrape scrape = scrape();
        assertThat(scrape.value("driftline_dead_letters_total{reason=\"not-avro\"}"))
                .isEqualTo(1);
        assertThat(scrape.count("driftline_dead_letters_total")).isEqualTo(DeadLetterReason.values().length);
    }

    @Test
    void shouldGrowNoMoreWhenThereAreThousandsOfSources() {
        for (int i = 0; i < 10; i++) {
            metrics.scored("source-" + i, TestScores.of(10, 10, 0, WEIGHTS, 1, 1, 1, 1, 1, 1), 0, 0, 0);
        }
        metrics.scored("source-10", TestScores.of(10, 10, 0, WEIGHTS, 1, 1, 1, 1, 1, 1), 0, 0, 0);
        int series = scrape().size();

        for (int i = 11; i < 5_000; i++) {
            metrics.scored("source-" + i, TestScores.of(10, 10, 0, WEIGHTS, 1, 1, 1, 1, 1, 1), 0, 0, 0);
        }

        Scrape scrape = scrape();
        assertThat(scrape.size()).isEqualTo(series);
        assertThat(scrape.sum("driftline_source_documents_total")).isEqualTo(5_000);
        assertThat(scrape.value("driftline_source_documents_total{source=\"other\"}"))
                .isEqualTo(4_990);
    }
}
