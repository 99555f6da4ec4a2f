package dev.driftline.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.input.DeadLetters;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** A shard that fails half way through one document, however often it is tried. */
class FailingDocumentIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Map<String, String> SETTINGS = Map.of("shards", "1", "partitions", "1", "model.order", "3");

    @Test
    void shouldBringTheCountsBackAndScoreWhatIsBehindADocumentThatCannotBeLearned(Cluster cluster) {
        SmallDocuments documents = new SmallDocuments(11);
        List<Document> before = documents.next(20);
        List<Document> bad = documents.next(1);
        List<Document> behind = documents.next(20);
        List<Score> undisturbed;
        try (Application application = cluster.application("clean", SETTINGS)) {
            application.publish(before);
            application.publish(behind);
            application.start("one");
            undisturbed = application.scores().awaitSize(40, PATIENCE).values();
        }

        try (Application application = cluster.application("failing", SETTINGS)) {
            AtomicInteger deaths = new AtomicInteger();
            AtomicBoolean failing = new AtomicBoolean();
            try (DriftlineService service = new DriftlineService(
                    application
                            .config()
                            .with(Map.of(
                                    ServiceKeys.STATE_DIR.name(),
                                    application.stateDirectory("one").toString())),
                    stage -> {
                        if (stage == Stage.LEARN && failing.get()) {
                            deaths.incrementAndGet();
                            throw new IllegalStateException("this document cannot be learned");
                        }
                    })) {
                service.start();
                application.publish(before);
                application.scores().awaitSize(20, PATIENCE);
                failing.set(true);
                application.publish(bad);
                RecordedTopic<byte[]> letters = application.deadLetters().awaitSize(1, PATIENCE);
                failing.set(false);
                application.publish(behind);
                List<Score> scores =
                        application.scores().awaitSize(40, PATIENCE).values();

                assertThat(deaths).hasValue(RecordTries.MOST);
                ConsumerRecord<byte[], byte[]> letter = letters.records().get(0);
                assertThat(letter.key()).isEqualTo(bad.get(0).getId().getBytes(UTF_8));
                assertThat(new String(
                                letter.headers().lastHeader(DeadLetters.OFFSET).value(), UTF_8))
                        .isEqualTo("20");
                assertThat(new String(
                                letter.headers().lastHeader(DeadLetters.LEARNED).value(), UTF_8))
                        .isEqualTo("no");
                assertThat(ids(scores)).isEqualTo(ids(undisturbed));
                for (int i = 0; i < scores.size(); i++) {
                    assertThat(scores.get(i).getExperts())
                            .as(scores.get(i).getId())
                            .isEqualTo(undisturbed.get(i).getExperts());
                }
            }
        }
    }

    private static List<String> ids(List<Score> scores) {
        List<String> ids = new ArrayList<>();
        scores.forEach(score -> ids.add(score.getId()));
        return ids;
    }
}
