package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import dev.driftline.pages.HeapPageStore;
import dev.driftline.pending.Ticket;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.testing.Application;
import dev.driftline.testing.Brown;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.RecordedTopic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The model is one model, whatever the number of shards, partitions and instances. */
class FourShardsIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int ORDER = 3;
    private static final int SHARDS = 4;

    /** All 500 would cost twenty more seconds of one core. */
    private static final int DOCUMENTS = 200;

    /** As a backlog, which the shards work off at their own speeds: the hardest case for being one model. */
    @Test
    void shouldCountTheSameAsOneShardAndScoreNearlyTheSame(Cluster cluster) {
        List<Document> documents = Brown.documents(DOCUMENTS);
        try (Application application = cluster.application(
                "four",
                Map.of(
                        "shards", Integer.toString(SHARDS),
                        "partitions", "4",
                        "model.order", Integer.toString(ORDER),
                        "stream.threads", "1",
                        "commit.interval.ms", "100"))) {
            LocalInstance one = application.start("one");
            LocalInstance two = application.start("two");
            // Shards move while the second one joins; afterwards every shard has its place.
            await("shards on both")
                    .atMost(PATIENCE)
                    .until(() -> shards(one) > 0 && shards(two) > 0 && shards(one) + shards(two) == SHARDS);
            application.publish(documents);
            RecordedTopic<Score> recorded = application.scores().awaitSize(documents.size(), PATIENCE);
            assertThat(shards(one)).as("shards of the first").isPositive();
            assertThat(shards(two)).as("shards of the second").isPositive();
            // Asked of whichever instance has the shard.
            assertThat(rawCount(List.of(one, two), List.of("of", "the")))
                    .isEqualTo(occurrences(documents, "of", "the"));

            one.close();
            two.close();
            List<Score> scores = recorded.values();
            List<String> ids = documents.stream().map(Document::getId).toList();
            assertThat(scores).extracting(Score::getId).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(application.predictions().values())
                    .extracting(Prediction::getId)
                    .containsExactlyInAnyOrderElementsOf(ids);
            assertNearlyAsOneShard(scores, documents, application);

            NgramCensus census = new NgramCensus(ORDER);
            documents.forEach(document -> census.add(document.getSentences()));
            application.changelogCounts().assertEqual(census);
        }
    }

    /**
     * The order of documents alone moves the perplexity of one shard by more than half a percent: so the one shard gets
     * them in the order in which the first of the four did.
     */
    private static void assertNearlyAsOneShard(List<Score> scores, List<Document> documents, Application application) {
        Map<String, Document> byId = documents.stream().collect(Collectors.toMap(Document::getId, Function.identity()));
        Map<List<Object>, Document> byOrigin = scores.stream()
                .collect(Collectors.toMap(
                        score -> List.of(score.getInputPartition(), score.getInputOffset()),
                        score -> byId.get(score.getId())));
        LocalModel oneShard = new LocalModel(ModelSettings.ofOrder(ORDER), 1, shard -> new HeapPageStore(), 1L << 30);
        ShardRequest.Addresses addresses = new ShardRequest.Addresses(
                TopologySettings.of(application.config()).model().fingerprint(SHARDS));
        double oneShardBits = 0;
        int answered = 0;
        for (ConsumerRecord<byte[], byte[]> request : application.requests().records()) {
            if (request.partition() != 0) {
                continue;
            }
            int together = addresses.read(request.value());
            for (int number = 0; number < together; number++) {
                answered++;
                Document document =
                        byOrigin.get(List.of(addresses.partition(), Ticket.offset(addresses.ticket(number))));
                oneShardBits += bits(oneShard.score(DocumentTokens.of(document.getSentences()), true));
            }
        }
        assertThat(answered).as("documents that the first shard was asked of").isEqualTo(documents.size());
        double bits = 0;
        long tokens = 0;
        for (Score score : scores) {
            bits += score.getNgramBitsPerToken() * score.getTokens();
            tokens += score.getTokens();
        }
        assertThat(Math.pow(2, bits / tokens))
                .as("perplexity")
                .isCloseTo(Math.pow(2, oneShardBits / tokens), withinPercentage(0.5));
    }

    private static double bits(NgramProbabilities positions) {
        double nats = 0;
        for (int row = 0; row < positions.rows(); row++) {
            nats -= Math.log(positions.probability(row, ORDER));
        }
        return nats / Math.log(2);
    }

    private static int shards(LocalInstance instance) {
        return instance.service().shards().numbers().size();
    }

    private static long rawCount(List<LocalInstance> instances, List<String> ngram) {
        int shard = ShardScorer.shardOf(ngram.get(ngram.size() - 2), SHARDS);
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
