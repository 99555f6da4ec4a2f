package dev.driftline.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.bench.baseline.Baseline;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {

    private final Results results = new Results();

    @Test
    void shouldSayInTheHeaderWhatIsReallySet() {
        Map<String, String> asked = Map.of("shards", "2", "partitions", "3", "processing.guarantee", "at_least_once");
        List<Deployment> deployments = Deployment.of(List.of(1, 4), 0, asked);
        describe(deployments, asked);

        assertThat(deployments).hasSize(1);
        assertThat(Report.of(results))
                .contains("2 shards, 3 partitions (shards); at_least_once")
                .contains(asked.toString())
                .doesNotContain("4 shards");
    }

    @Test
    void shouldTakeAsManyPartitionsAsShardsUnlessToldOtherwise() {
        assertThat(Deployment.of(List.of(1, 4), 0, Map.of()))
                .extracting(Deployment::toString)
                .containsExactly("1 shard, 1 partition (one-task)", "4 shards, 4 partitions (shards)");
        assertThat(Deployment.of(List.of(1), 4, Map.of()))
                .extracting(Deployment::toString)
                .containsExactly("1 shard, 4 partitions (one-shard)");
    }

    @Test
    void shouldTakeTheMedianOfTheRunsForEachFigure() {
        Deployment deployment = new Deployment(1, 1, Map.of());
        describe(List.of(deployment), Map.of());
        results.endToEnd.add(Results.EndToEnd.of(
                deployment,
                5,
                List.of(
                        Results.Run.of(new Setup.Cost(1_000_000, 10, 8, 1), 0.9, 120_000, 150),
                        Results.Run.of(new Setup.Cost(1_000_000, 8, 5, 2), 0.4, 130_000, 150),
                        Results.Run.of(new Setup.Cost(1_000_000, 5, 6, 2), 0.5, 220_000, 150))));

        assertThat(Report.of(results))
                .contains("end to end, 1 shard, 1 partition (one-task), order 5  8.00 µs CPU a token")
                .contains("runs: 9.00, 7.00, 8.00")
                .contains("125,000 tokens/s")
                .contains("first score after 0.50 s");
    }

    @Test
    void shouldSayWhatEachBaselineLacks() {
        describe(List.of(new Deployment(4, 4, Map.of())), Map.of());
        for (Baseline baseline : Baseline.values()) {
            results.baselines.add(Results.BaselineRun.of(baseline, 5, 4, new Setup.Cost(1_000_000, 10, 8, 2)));
        }

        String report = Report.of(results);
        for (Baseline baseline : Baseline.values()) {
            assertThat(report).contains("baseline " + baseline + ", order 5").contains(baseline.lacks());
            assertThat(Baseline.named(baseline.toString())).isEqualTo(baseline);
        }
    }

    @Test
    void shouldCompareEverythingWithTheSumOfItsParts() {
        describe(List.of(new Deployment(1, 1, Map.of())), Map.of());
        // 6 alone; 1 and 3 more for the features: 10, and 11 together.
        for (double micros : new double[] {6, 7, 9, 11}) {
            results.everything.add(new Results.Features(
                    "on", 1, 1, 5, 1_000_000, 0, micros, 1, 100_000, 10, 0, Map.of(), 0, 150, 140));
        }

        assertThat(Report.of(results)).contains("+10 %").contains("11.0 µs CPU a token, the parts 10.0");
    }

    @Test
    void shouldCountScoresOfTheSecondHalfAndBetweenTheTenths() {
        double[] at = new double[100];
        for (int i = 0; i < 100; i++) {
            at[i] = i < 20 ? 1 + 0.1 * i : 3 + 0.05 * (i - 20);
        }
        Arrivals arrivals = new Arrivals(at);

        assertThat(arrivals.first()).isEqualTo(1);
        assertThat(arrivals.steadyPerSecond()).isEqualTo(80 / (at[90] - at[10]));
        assertThat(arrivals.laterPerSecond()).isEqualTo(70 / (at[99] / 2));
    }

    @Test
    void shouldNameThePartsWhenOneIsUnknown() {
        assertThatThrownBy(() -> Part.named("speed")).hasMessageContaining("growth-end-to-end");
        for (Part part : Part.values()) {
            assertThat(Part.named(part.toString())).isEqualTo(part);
        }
    }

    private void describe(List<Deployment> deployments, Map<String, String> more) {
        results.machine = Machines.thisOne();
        results.jdk = Machines.jdk();
        results.corpus = new Results.Corpus("brown", 500, 1_000_000, 50_000);
        results.settings = Results.Settings.of(deployments, List.of(5), results.corpus, 3, more, "-Xmx2g", "40 s");
    }
}
