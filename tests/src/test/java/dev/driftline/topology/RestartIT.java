package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.ShardCounts;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.CountAssertions;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The model outlives its instances and their disks. */
class RestartIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ORDER = 4;
    private static final int WAVE = 300;

    @Test
    void shouldGoOnWhereItStoppedWithAndWithoutItsState(Cluster cluster) {
        Map<String, String> settings = Map.of(
                "shards", "1",
                "partitions", "1",
                "model.order", Integer.toString(ORDER),
                "scores.surprisals", "true");
        List<Document> documents = new SmallDocuments(4).next(3 * WAVE);
        List<Score> undisturbed;
        try (Application application = cluster.application("steady", settings)) {
            application.publish(documents);
            application.start("one");
            undisturbed =
                    application.scores().awaitSize(documents.size(), PATIENCE).values();
        }
        try (Application application = cluster.application("restarted", settings)) {
            RecordedTopic<Score> scores = application.scores();

            application.publish(documents.subList(0, WAVE));
            LocalInstance first = application.start("one");
            scores.awaitSize(WAVE, PATIENCE);
            first.close();

            application.publish(documents.subList(WAVE, 2 * WAVE));
            LocalInstance second = application.start("one");
            scores.awaitSize(2 * WAVE, PATIENCE);
            second.close();
            assertThat(application.stateDirectory("one")).isNotEmptyDirectory();
            application.loseState("one");
            assertThat(Files.exists(application.stateDirectory("one"))).isFalse();

            LocalInstance third = application.start("one").awaitRunning();
            assertCounts(List.of(third), 1, documents.subList(0, 2 * WAVE));
            application.publish(documents.subList(2 * WAVE, 3 * WAVE));
            scores.awaitSize(3 * WAVE, PATIENCE);
            assertCounts(List.of(third), 1, documents);

            List<Score> restarted = scores.values();
            assertThat(restarted).hasSameSizeAs(undisturbed);
            for (int i = 0; i < restarted.size(); i++) {
                assertThat(restarted.get(i).getId())
                        .isEqualTo(undisturbed.get(i).getId());
                assertThat(restarted.get(i).getExperts())
                        .isEqualTo(undisturbed.get(i).getExperts());
                assertThat(restarted.get(i).getSurprisals())
                        .isEqualTo(undisturbed.get(i).getSurprisals());
                assertThat(restarted.get(i).getMixtureWeights())
                        .isEqualTo(undisturbed.get(i).getMixtureWeights());
            }
        }
    }

    @Test
    void shouldTakeOverFromItsStandbys(Cluster cluster) {
        try (Application application = cluster.application(
                "standby",
                Map.of(
                        "shards", "2",
                        "partitions", "2",
                        "model.order", Integer.toString(ORDER),
                        "stream.threads", "1",
                        "streams.num.standby.replicas", "1"))) {
            SmallDocuments stream = new SmallDocuments(5);
            List<Document> documents = stream.next(WAVE);
            LocalInstance one = application.start("one");
            LocalInstance two = application.start("two");
            // An instance that joins runs before it has a shard: the other one gives it up first.
            await("a shard each").atMost(PATIENCE).until(() -> hasOneShard(one) && hasOneShard(two));
            application.publish(documents);
            RecordedTopic<Score> scores = application.scores().awaitSize(WAVE, PATIENCE);
            assertThat(hasOneShard(one) && hasOneShard(two))
                    .as("still a shard each")
                    .isTrue();
            await("standbys that have caught up").atMost(PATIENCE).until(() -> hasEveryStore(two));

            one.close();
            await("both shards on the one that is left")
                    .atMost(PATIENCE)
                    .until(() -> two.service().shards().numbers().size() == 2);
            assertCounts(List.of(two), 2, documents);

            List<Document> more = stream.next(WAVE);
            application.publish(more);
            scores.awaitSize(2 * WAVE, PATIENCE);
            assertThat(two.service().counters().pendingByPartition().values()).allMatch(pending -> pending == 0);
            two.close();
            NgramCensus census = census(documents);
            more.forEach(document -> census.add(document.getSentences()));
            application.changelogCounts().assertEqual(census);
            assertThat(scores.records()).hasSize(2 * WAVE);
        }
    }

    /**
     * Whether an instance has a copy of every shard's counts, active or standby, that lags nowhere. The changelog ends with
     * a mark of the last transaction, which is no entry of the store: hence the one.
     */
    private static boolean hasEveryStore(LocalInstance instance) {
        var lags = instance.service().streams().allLocalStorePartitionLags().get(ShardCounts.STORE);
        return lags != null
                && lags.size() == 2
                && lags.values().stream().allMatch(lag -> lag.offsetLag() <= 1 && lag.endOffsetPosition() > 0);
    }

    private static boolean hasOneShard(LocalInstance instance) {
        return instance.service().shards().numbers().size() == 1;
    }

    private static void assertCounts(List<LocalInstance> instances, int shards, List<Document> documents) {
        CountAssertions.assertEqual(census(documents), ORDER, ngram -> {
            int shard = ShardScorer.shardOf(ngram.get(Math.max(0, ngram.size() - 2)), shards);
            return instances.stream()
                    .flatMap(instance ->
                            instance.service().shards().ask(shard, counts -> counts.rawCount(ngram)).stream())
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("nobody has shard " + shard));
        });
    }

    private static NgramCensus census(List<Document> documents) {
        NgramCensus census = new NgramCensus(ORDER);
        documents.forEach(document -> census.add(document.getSentences()));
        return census;
    }
}
