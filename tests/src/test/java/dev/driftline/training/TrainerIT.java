package dev.driftline.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotFollower;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.schemas.Decision;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Brown;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CommandLine;
import dev.driftline.testing.DriftlineProcess.Result;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.topics.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A network is taught on what flows by, whatever becomes of the instance that teaches it. */
class TrainerIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int WAVE = 6;
    private static final int WAVES = 5;

    /** A tiny network; waves of some 14,000 tokens make a round each. */
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("shards", "2"),
            Map.entry("partitions", "1"),
            Map.entry("model.order", "2"),
            Map.entry("neural.model", "gru"),
            Map.entry("neural.size", "8"),
            Map.entry("neural.vocabulary", "500"),
            Map.entry("neural.cutoffs", "100"),
            Map.entry("neural.dropout", "0"),
            Map.entry("neural.snapshots.keep", "100"),
            Map.entry("neural.train.bootstrap.tokens", "10000"),
            Map.entry("neural.train.bootstrap.passes", "1"),
            Map.entry("neural.train.tokens", "10000"),
            Map.entry("neural.train.seconds", "0"),
            Map.entry("neural.train.passes", "1"),
            Map.entry("neural.train.learning.rate", "0.01"),
            Map.entry("neural.train.newest.tokens", "40000"),
            Map.entry("neural.train.reservoir.tokens", "40000"),
            Map.entry("neural.train.streams", "4"),
            Map.entry("neural.promotion.hold.out.tokens", "2000"),
            Map.entry("neural.promotion.margin", "0.001"),
            Map.entry("neural.promotion.standard.errors", "0"));

    private List<Document> stream = List.of();

    @Test
    void shouldGoOnWithWholeSnapshotsWhenTheTrainingInstanceIsKilledInARound(Cluster cluster) throws Exception {
        stream = Brown.documents(WAVES * WAVE);
        try (Application application = cluster.application("trained", SETTINGS)) {
            RecordedTopic<PromotionDecision> promotions =
                    application.recorded(Topic.PROMOTIONS, PromotionDecision.class);
            ChildInstance one = application.spawn("one");
            for (int round = 1; round <= 3; round++) {
                publishWave(application);
                promotions.awaitSize(round, PATIENCE);
            }
            publishWave(application);
            one.awaitLog("Round 4:");
            one.kill();
            assertThat(promotions.records())
                    .as("decisions at the kill, in the fourth round")
                    .hasSize(3);

            ChildInstance two = application.spawn("two");
            promotions.awaitSize(4, PATIENCE);
            publishWave(application);
            promotions.awaitSize(5, PATIENCE);
            RecordedTopic<Score> scores = application.scores().awaitSize(5 * WAVE, PATIENCE);
            two.close();

            assertThat(scores.values()).as("documents scored, each once").hasSize(5 * WAVE);
            List<PromotionDecision> decisions = promotions.values();
            String active = assertConsistent(decisions);
            assertOnTheTopic(application, decisions, active);
        }
    }

    @Test
    void shouldTrainAnewWithoutADocumentThatWasTakenOutAndServeMeanwhile(Cluster cluster) {
        stream = Brown.documents(3 * WAVE);
        String withdrawn = stream.get(2).getId();
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("neural.retract", "retrain");
        try (Application application = cluster.application("retrained", settings)) {
            application.start("one");
            RecordedTopic<PromotionDecision> promotions =
                    application.recorded(Topic.PROMOTIONS, PromotionDecision.class);
            publishWave(application);
            String first = promotions.awaitSize(1, PATIENCE).values().get(0).getCandidate();
            assertThat(run(application, "snapshots", "list", "--saw", "0:2").out())
                    .contains(first);

            assertThat(run(application, "retract", withdrawn).out()).startsWith("RETRACTED '" + withdrawn + "'");
            publishWave(application);
            PromotionDecision anew = promotions.awaitSize(2, PATIENCE).values().get(1);

            assertThat(anew.getIncumbent()).as("it serves meanwhile").isEqualTo(first);
            assertThat(anew.getParent()).as("every ancestor saw the document").isNull();
            assertThat(anew.getReason()).contains("trained from nothing, since documents were taken out");
            assertThat(run(application, "snapshots", "list", "--saw", "0:2").out())
                    .contains(first)
                    .doesNotContain(anew.getCandidate());
        }
    }

    private static Result run(Application application, String... words) {
        List<String> line = new ArrayList<>(List.of(words));
        application.settings().forEach((key, value) -> line.addAll(List.of("--set", key + "=" + value)));
        Result result = CommandLine.run(line);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private void publishWave(Application application) {
        application.publish(stream.subList(0, WAVE));
        stream = stream.subList(WAVE, stream.size());
    }

    /** Each decision begins where the one before ended; returns what is active after the last. */
    private static String assertConsistent(List<PromotionDecision> decisions) {
        assertThat(decisions.get(0).getDecision()).isEqualTo(Decision.BOOTSTRAPPED);
        String active = null;
        long number = 0;
        long offset = 0;
        for (PromotionDecision decision : decisions) {
            assertThat(decision.getIncumbent()).isEqualTo(active);
            assertThat(SnapshotVersion.number(decision.getCandidate())).isGreaterThan(number);
            assertThat(decision.getTrainingOffset()).isGreaterThan(offset);
            number = SnapshotVersion.number(decision.getCandidate());
            offset = decision.getTrainingOffset();
            if (decision.getDecision() != Decision.REJECTED) {
                assertThat(decision.getParent()).isEqualTo(active);
                active = decision.getCandidate();
            }
        }
        assertThat(decisions)
                .filteredOn(decision -> decision.getDecision() == Decision.PROMOTED)
                .hasSizeGreaterThan(1)
                .allSatisfy(decision -> {
                    assertThat(decision.getMeanDifference()).isGreaterThan(decision.getMargin());
                    assertThat(decision.getTokens()).isGreaterThanOrEqualTo(2000);
                    assertThat(decision.getFreshTokens()).isPositive();
                });
        return active;
    }

    private static void assertOnTheTopic(Application application, List<PromotionDecision> decisions, String active)
            throws InterruptedException {
        try (SnapshotFollower follower = new SnapshotFollower(
                application
                        .config()
                        .with(Map.of(
                                "state.dir",
                                application.directory().resolve("reader").toString())),
                new ActiveSnapshot())) {
            follower.start();
            assertThat(follower.awaitCaughtUp(PATIENCE)).isTrue();
            List<PublishedSnapshot> published = follower.list();

            assertThat(published)
                    .allSatisfy(snapshot -> assertThat(snapshot.problem()).isEmpty());
            assertThat(published)
                    .extracting(PublishedSnapshot::version)
                    .containsExactlyElementsOf(decisions.stream()
                            .filter(decision -> decision.getDecision() != Decision.REJECTED)
                            .map(PromotionDecision::getCandidate)
                            .toList());
            for (PublishedSnapshot snapshot : published) {
                SnapshotManifest manifest = snapshot.description().manifest();
                PromotionDecision decision = decisions.stream()
                        .filter(one -> one.getCandidate().equals(snapshot.version()))
                        .findFirst()
                        .orElseThrow();
                assertThat(manifest.parent()).isEqualTo(decision.getParent());
                assertThat(manifest.data()).containsEntry(Provenance.TRAINED_TO, decision.getTrainingOffset());
            }
            assertThat(follower.pointer()).contains(active);
            assertThat(follower.active().get().orElseThrow().version()).isEqualTo(active);
            assertThat(follower.refused()).isZero();
        }
    }
}
