package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.schemas.Candidate;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Brown;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With one shard and one partition the service is the exact model. */
class OneShardIT {

    private static final double BITS_A_TOKEN = 1e-3;
    private static final int ORDER = 5;

    /** All that the golden file has: those after the 200th cost five seconds of one core. */
    private static final int DOCUMENTS = 500;

    private static final int SEVERAL_PARTITIONS_DOCUMENTS = 100;

    @Test
    void shouldGiveEveryDocumentItsGoldenBits(Cluster cluster) {
        List<Document> documents = Brown.documents(DOCUMENTS);
        try (Application application = cluster.application(
                "golden", Map.of("shards", "1", "partitions", "1", "model.order", "5", "commit.interval.ms", "1000"))) {
            application.publish(documents);
            assertThat(application.start("one").service().layout()).contains(Layout.ONE_TASK);
            RecordedTopic<Prediction> predictions = application.predictions();
            List<Score> scores = application
                    .scores()
                    .awaitSize(DOCUMENTS, Duration.ofMinutes(3))
                    .values();

            Map<String, Brown.Golden> golden = Brown.golden(DOCUMENTS);
            assertThat(scores).extracting(Score::getId).containsExactlyElementsOf(golden.keySet());
            for (Score score : scores) {
                Brown.Golden expected = golden.get(score.getId());
                assertThat(score.getTokens()).as(score.getId()).isEqualTo(expected.tokens());
                assertThat(score.getUnknownTokens()).as(score.getId()).isEqualTo(expected.unknown());
                for (int order : List.of(3, ORDER)) {
                    assertThat(bits(score, order) / score.getTokens())
                            .as("bits a token of %s at order %d", score.getId(), order)
                            .isCloseTo(expected.bits().get(order) / expected.tokens(), within(BITS_A_TOKEN));
                }
                assertThat(score.getNgramBitsPerToken())
                        .isCloseTo(bits(score, ORDER) / score.getTokens(), within(1e-9));
            }

            predictions.awaitSize(DOCUMENTS, Duration.ofSeconds(30));
            assertThat(predictions.values()).extracting(Prediction::getId).containsExactlyElementsOf(golden.keySet());
            assertThat(predictions.values().subList(1, DOCUMENTS)).allSatisfy(OneShardIT::isADistributionsHead);
        }
    }

    /** Readers of several partitions, and documents that come through one of them, one after the other. */
    @Test
    void shouldGiveGoldenBitsBehindSeveralPartitions(Cluster cluster) {
        List<Document> documents = Brown.documents(SEVERAL_PARTITIONS_DOCUMENTS);
        try (Application application = cluster.application(
                "golden-readers",
                Map.of("shards", "1", "partitions", "3", "model.order", "5", "commit.interval.ms", "200"))) {
            documents.forEach(document -> application.publish(Topic.DOCUMENTS, "one", application.bytes(document)));
            LocalInstance instance = application.start("one");
            List<Score> scores = application
                    .scores()
                    .awaitSize(documents.size(), Duration.ofMinutes(1))
                    .values();

            assertThat(instance.service().layout()).contains(Layout.ONE_SHARD);
            Map<String, Brown.Golden> golden = Brown.golden(documents.size());
            assertThat(scores).extracting(Score::getId).containsExactlyInAnyOrderElementsOf(golden.keySet());
            for (Score score : scores) {
                Brown.Golden expected = golden.get(score.getId());
                assertThat(bits(score, ORDER) / score.getTokens())
                        .as("bits a token of %s", score.getId())
                        .isCloseTo(expected.bits().get(ORDER) / expected.tokens(), within(BITS_A_TOKEN));
            }
        }
    }

    private static double bits(Score score, int order) {
        return score.getExperts().stream()
                .filter(expert -> expert.getName().equals("kneser-ney-" + order))
                .mapToDouble(ExpertScore::getBits)
                .findFirst()
                .orElseThrow();
    }

    private static void isADistributionsHead(Prediction prediction) {
        assertThat(prediction.getContext()).as("context").isNotEmpty();
        assertThat(prediction.getModels().get(0).getModel()).isEqualTo("mixture");
        assertThat(prediction.getModels()).isNotEmpty().allSatisfy(model -> {
            List<Double> probabilities = model.getCandidates().stream()
                    .map(Candidate::getProbability)
                    .toList();
            assertThat(probabilities).allMatch(p -> p >= 0 && p <= 1);
            assertThat(probabilities).hasSize(10).isSortedAccordingTo((a, b) -> Double.compare(b, a));
            assertThat(probabilities.stream().mapToDouble(p -> p).sum()).isBetween(0.01, 1 + 1e-6);
        });
    }
}
