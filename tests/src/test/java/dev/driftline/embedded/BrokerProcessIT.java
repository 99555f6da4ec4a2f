package dev.driftline.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.testing.RecordedTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerProcessIT {

    @TempDir
    static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void shouldKeepWhatWasCommittedWhenKilledAndStartedAgainAtTheSameAddress() throws Exception {
        String address = broker.bootstrapServers();
        createTopic(address, "letters");
        try (KafkaProducer<String, String> producer = transactional(address)) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("letters", "a", "before the kill"))
                    .get();
            producer.commitTransaction();
        }
        // A commit is answered before its marker is in the topic, and only what has one is readable.
        assertThat(readAll(address, "letters")).containsExactly("before the kill");
        long first = broker.pid();

        broker.kill();
        assertThat(ProcessHandle.of(first)).isEmpty();
        broker.start();

        assertThat(broker.pid()).isNotEqualTo(first);
        assertThat(readAll(address, "letters")).containsExactly("before the kill");
    }

    @Test
    void shouldNotAnswerWhileFrozen() throws Exception {
        try (Admin admin = Admin.create(Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "default.api.timeout.ms", "1500",
                "request.timeout.ms", "1000"))) {
            broker.freeze();
            assertThatThrownBy(() -> admin.describeCluster().clusterId().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            broker.thaw();
            try (Admin later = admin(broker.bootstrapServers())) {
                assertThat(later.describeCluster().nodes().get()).hasSize(1);
            }
        }
    }

    private static void createTopic(String bootstrapServers, String name) throws Exception {
        try (Admin admin = admin(bootstrapServers)) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
        }
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    private static KafkaProducer<String, String> transactional(String bootstrapServers) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "transactional.id", "writer"),
                new StringSerializer(),
                new StringSerializer());
    }

    private static List<String> readAll(String bootstrapServers, String topic) {
        Map<String, Object> consumer = Map.of("bootstrap.servers", bootstrapServers);
        try (RecordedTopic<String> records = new RecordedTopic<>(topic, consumer, new StringDeserializer())) {
            return records.awaitSize(1, Duration.ofSeconds(30)).values();
        }
    }
}
