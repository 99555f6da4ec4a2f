package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.service.HeldBack;
import dev.driftline.service.InputLag;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.LocalInstance;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** A producer that does not end its transaction holds up what others publish behind it. */
class OpenTransactionIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Test
    void shouldSayHowMuchAnOpenTransactionHoldsBackWhileTheLagSaysNothing(Cluster cluster) {
        try (Application application =
                cluster.application("held", Map.of("shards", "1", "partitions", "1", "model.order", "2"))) {
            LocalInstance instance = application.start("one").awaitRunning();
            RecordedTopic<Score> scores = application.scores();
            List<Document> documents = new SmallDocuments(5).next(9);
            application.publish(documents.subList(0, 3));
            scores.awaitSize(3, PATIENCE);
            Map<String, Object> properties =
                    new HashMap<>(application.config().clients().producer());
            properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "held-up");
            // The five seconds of the service's own would abort it while it is looked at.
            properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) PATIENCE.toMillis());
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                for (Document document : documents.subList(3, 7)) {
                    producer.send(
                            new ProducerRecord<>(application.topic(Topic.DOCUMENTS), application.bytes(document)));
                }
                producer.flush();
                application.publish(documents.subList(7, 9));

                await("what is held back")
                        .atMost(PATIENCE)
                        .until(() -> held(application, instance).records() == 6);
                assertThat(lag(application, instance)).isZero();
                assertThat(scores.records()).hasSize(3);
                await("for how long")
                        .atMost(PATIENCE)
                        .until(() -> held(application, instance).seconds() > 0);

                producer.commitTransaction();
            }
            scores.awaitSize(9, PATIENCE);
            await("nothing held back")
                    .atMost(PATIENCE)
                    .until(() -> held(application, instance).records() == 0);
        }
    }

    private static HeldBack held(Application application, LocalInstance instance) {
        return instance.service().heldBack().stream()
                .filter(held -> held.topic().equals(application.topic(Topic.DOCUMENTS)))
                .findFirst()
                .orElse(new HeldBack("", 0, -1, 0));
    }

    private static long lag(Application application, LocalInstance instance) {
        return InputLag.sum(instance.service().inputLags(), List.of(application.topic(Topic.DOCUMENTS)), 0)
                .orElseThrow();
    }
}
