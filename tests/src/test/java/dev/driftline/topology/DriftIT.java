package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.DriftSeries;
import dev.driftline.schemas.DriftState;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.ChildInstance;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.topics.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A source that changes its language is noticed once, whatever partitions it comes through and whoever is killed. */
class DriftIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int BEFORE = 400;
    private static final int AFTER = 200;

    private final Random random = new Random(1);

    @Test
    void shouldSayOnceThatASourceSpreadOverPartitionsChangesItsLanguage(Cluster cluster) {
        try (Application application = cluster.application(
                "drifting",
                Map.of(
                        "shards", "2",
                        "partitions", "3",
                        "model.order", "2",
                        "stream.threads", "2",
                        "commit.interval.ms", "100",
                        "drift.unit.tokens", "50",
                        "drift.burn.in.tokens", "1000",
                        "drift.reference.tokens", "2000"))) {
            RecordedTopic<Score> scores = application.scores();
            RecordedTopic<DriftEvent> events = application.recorded(Topic.DRIFT, DriftEvent.class);
            ChildInstance one = application.spawn("one");
            application.publish(documents(0, BEFORE, "word"));
            scores.awaitSize(BEFORE, PATIENCE);

            application.publish(documents(BEFORE, AFTER, "ø"));
            scores.awaitSize(BEFORE + 1, PATIENCE);
            one.kill();
            application.start("one");
            scores.awaitSize(BEFORE + AFTER, PATIENCE);
            await().atMost(PATIENCE).until(() -> !drifts(events).isEmpty());
            application.publish(documents(BEFORE + AFTER, 100, "ø"));
            scores.awaitSize(BEFORE + AFTER + 100, PATIENCE);

            assertThat(drifts(events)).hasSize(1).first().satisfies(event -> {
                assertThat(event.getSource()).isEqualTo("travelling");
                assertThat(event.getStartedDocument()).isBetween(BEFORE - 10L, BEFORE + 10L);
                assertThat(event.getDocumentsSeen()).isBetween((long) BEFORE + 1, BEFORE + 60L);
                assertThat(event.getBitsPerTokenAfter()).isGreaterThan(event.getBitsPerTokenBefore() + 1);
            });
            assertThat(events.values())
                    .as("states, each entered from the one before")
                    .allSatisfy(event -> assertThat(event.getPrevious()).isNotEqualTo(event.getState()));
            assertThat(application.recorded(Topic.DRIFT, DriftEvent.class).records())
                    .extracting(record -> record.partition())
                    .as("one source, one partition")
                    .containsOnly(events.records().get(0).partition());
        }
    }

    private static List<DriftEvent> drifts(RecordedTopic<DriftEvent> events) {
        return events.values().stream()
                .filter(event -> event.getSeries() == DriftSeries.REFERENCE && event.getState() == DriftState.DRIFT)
                .toList();
    }

    private List<Document> documents(int from, int count, String prefix) {
        List<Document> documents = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int sentence = 0; sentence < 5; sentence++) {
                List<String> words = new ArrayList<>();
                for (int word = 0; word < 11; word++) {
                    words.add(prefix + (int) (200 * random.nextDouble() * random.nextDouble()));
                }
                sentences.add(words);
            }
            documents.add(Document.newBuilder()
                    .setId("d" + i)
                    .setSource("travelling")
                    .setPublishedAt(Instant.ofEpochSecond(i))
                    .setSentences(sentences)
                    .build());
        }
        return documents;
    }
}
