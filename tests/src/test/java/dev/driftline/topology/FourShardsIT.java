package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Brown;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.ClusterExtension;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.NgramCensus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The model is one model, whatever the number of shards, partitions and instances. */
@ExtendWith(ClusterExtension.class)
class FourShardsIT {

    private static final int ORDER = 5;

    @Test
    void shouldCountTheSameAndScoreNearlyTheSameAsOneShard(Cluster cluster) {
        List<Document> documents = Brown.documents();
        try (Application application = cluster.application(
                "four",
                Map.of(
                        "shards", "4",
                        "partitions", "4",
                        "model.order", Integer.toString(ORDER),
                        "stream.threads", "1",
                        "commit.interval.ms", "500"))) {
            LocalInstance one = application.start("one");
            LocalInstance two = application.start("two");
            one.awaitRunning();
            two.awaitRunning();
            application.publish(documents);
            List<Score> scores = application
                    .scores()
                    .awaitSize(documents.size(), Duration.ofMinutes(3))
                    .values();

            assertThat(one.service().shards().numbers())
                    .as("shards of the first")
                    .isNotEmpty();
            assertThat(two.service().shards().numbers())
                    .as("shards of the second")
                    .isNotEmpty();

            Map<String, Brown.Golden> golden = Brown.golden();
            assertThat(scores).extracting(Score::getId).containsExactlyInAnyOrderElementsOf(golden.keySet());
            assertThat(perplexity(
                            scores.stream()
                                    .mapToDouble(score -> score.getNgramBitsPerToken() * score.getTokens())
                                    .sum(),
                            scores.stream().mapToLong(Score::getTokens).sum()))
                    .isCloseTo(
                            perplexity(
                                    golden.values().stream()
                                            .mapToDouble(
                                                    document -> document.bits().get(ORDER))
                                            .sum(),
                                    golden.values().stream()
                                            .mapToLong(Brown.Golden::tokens)
                                            .sum()),
                            withinPercentage(0.5));

            // Asked of whichever instance has the shard.
            assertThat(rawCount(List.of(one, two), List.of("of", "the")))
                    .isEqualTo(occurrences(documents, "of", "the"));

            one.close();
            two.close();
            NgramCensus census = new NgramCensus(ORDER);
            documents.forEach(document -> census.add(document.getSentences()));
            application.changelogCounts().assertEqual(census);
            assertThat(application.scores().values()).as("scores after the end").hasSize(documents.size());
            assertThat(application.predictions().values())
                    .extracting(prediction -> prediction.getId())
                    .hasSize(documents.size())
                    .hasSameElementsAs(Set.copyOf(golden.keySet()));
        }
    }

    private static double perplexity(double bits, long tokens) {
        return Math.pow(2, bits / tokens);
    }

    private static long rawCount(List<LocalInstance> instances, List<String> ngram) {
        int shard = dev.driftline.scoring.ShardScorer.shardOf(ngram.get(ngram.size() - 2), 4);
        return instances.stream()
                .flatMap(instance -> instance.service().shards().ask(shard, counts -> counts.rawCount(ngram)).stream())
                .findFirst()
                .orElseThrow();
    }

    private static long occurrences(List<Document> documents, String first, String second) {
        long count = 0;
        for (Document document : documents) {
            for (List<String> sentence : document.getSentences()) {
                for (int i = 1; i < sentence.size(); i++) {
                    count +=
                            sentence.get(i - 1).equals(first) && sentence.get(i).equals(second) ? 1 : 0;
                }
            }
        }
        return count;
    }
}
