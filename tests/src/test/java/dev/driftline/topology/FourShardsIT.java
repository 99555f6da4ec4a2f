package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.testing.Application;
import dev.driftline.testing.Brown;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.ClusterExtension;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.RecordedTopic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The model is one model, whatever the number of shards, partitions and instances. */
@ExtendWith(ClusterExtension.class)
class FourShardsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int ORDER = 5;
    private static final int SHARDS = 4;
    private static final Map<String, String> SETTINGS = Map.of(
            "shards", Integer.toString(SHARDS),
            "partitions", "4",
            "model.order", Integer.toString(ORDER),
            "stream.threads", "1",
            "commit.interval.ms", "100");

    /** Half as many documents as are being scored at most at one time, in a stream that is not a backlog. */
    private static final int UNDER_WAY = 2;

    /** As many documents of the beginning of Brown as a live stream of them takes half a minute. */
    private static final int LIVE = 100;

    @Test
    void shouldCountEverythingOnceWhenTwoInstancesWorkOffABacklog(Cluster cluster) {
        List<Document> documents = Brown.documents();
        try (Application application = cluster.application("backlog", SETTINGS)) {
            application.publish(documents);
            LocalInstance one = application.start("one");
            LocalInstance two = application.start("two");
            RecordedTopic<Score> scores = application.scores().awaitSize(documents.size(), PATIENCE);
            assertThat(one.service().shards().numbers()).as("shards of the first").isNotEmpty();
            assertThat(two.service().shards().numbers()).as("shards of the second").isNotEmpty();

            // Asked of whichever instance has the shard.
            assertThat(rawCount(List.of(one, two), List.of("of", "the"))).isEqualTo(occurrences(documents, "of", "the"));

            one.close();
            two.close();
            NgramCensus census = new NgramCensus(ORDER);
            documents.forEach(document -> census.add(document.getSentences()));
            application.changelogCounts().assertEqual(census);
            List<String> ids = documents.stream().map(Document::getId).toList();
            assertThat(scores.values()).extracting(Score::getId).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(application.predictions().values())
                    .extracting(Prediction::getId)
                    .containsExactlyInAnyOrderElementsOf(ids);
            assertThat(scores.values().stream().mapToLong(Score::getTokens).sum())
                    .isEqualTo(Brown.golden().values().stream()
                            .mapToLong(Brown.Golden::tokens)
                            .sum());
        }
    }

    /**
     * What one shard tells another becomes visible at its commit, and shards work off a backlog at different speeds: their
     * continuation counts are then as old as all that is under way. A live stream has little under way.
     */
    @Test
    void shouldScoreALiveStreamNearlyAsOneShardDoes(Cluster cluster) {
        List<Document> documents = Brown.documents().subList(0, LIVE);
        try (Application application = cluster.application("live", SETTINGS)) {
            LocalInstance one = application.start("one");
            LocalInstance two = application.start("two");
            one.awaitRunning();
            two.awaitRunning();
            RecordedTopic<Score> recorded = application.scores();
            for (int next = 0; next < documents.size(); next += UNDER_WAY) {
                recorded.awaitSize(Math.max(0, next - UNDER_WAY), PATIENCE);
                application.publish(documents.subList(next, Math.min(next + UNDER_WAY, documents.size())));
            }
            List<Score> scores = recorded.awaitSize(documents.size(), PATIENCE).values();

            Map<String, Brown.Golden> golden = Brown.golden();
            double bits = 0;
            double goldenBits = 0;
            long tokens = 0;
            for (Score score : scores) {
                bits += score.getNgramBitsPerToken() * score.getTokens();
                goldenBits += golden.get(score.getId()).bits().get(ORDER);
                tokens += score.getTokens();
            }
            assertThat(scores).hasSize(documents.size());
            assertThat(Math.pow(2, bits / tokens))
                    .as("perplexity")
                    .isCloseTo(Math.pow(2, goldenBits / tokens), withinPercentage(0.5));
        }
    }

    private static long rawCount(List<LocalInstance> instances, List<String> ngram) {
        int shard = ShardScorer.shardOf(ngram.get(ngram.size() - 2), SHARDS);
        return instances.stream()
                .flatMap(instance ->
                        instance.service().shards().ask(shard, counts -> counts.rawCount(ngram)).stream())
                .findFirst()
                .orElseThrow();
    }

    private static long occurrences(List<Document> documents, String first, String second) {
        long count = 0;
        for (Document document : documents) {
            for (List<String> sentence : document.getSentences()) {
                for (int i = 1; i < sentence.size(); i++) {
                    count += sentence.get(i - 1).equals(first) && sentence.get(i).equals(second) ? 1 : 0;
                }
            }
        }
        return count;
    }
}
