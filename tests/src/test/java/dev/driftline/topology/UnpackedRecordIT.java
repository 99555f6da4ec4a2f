package dev.driftline.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.input.DeadLetterReason;
import dev.driftline.input.DeadLetters;
import dev.driftline.schemas.Document;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** A record may be small while it is compressed and large once it is unpacked: a broker looks at the first alone. */
class UnpackedRecordIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int UNPACKED = 96 << 20;

    @Test
    void shouldSetARecordAsideThatUnpacksToAHundredMegabytesAndScoreWhatStandsBehindIt(Cluster cluster)
            throws Exception {
        List<Document> documents = new SmallDocuments(5).next(3);
        try (Application application = cluster.application("unpacked", Map.of("shards", "1", "partitions", "1"))) {
            application.publish(documents.subList(0, 1));
            publishZeros(application);
            application.publish(documents.subList(1, 3));
            application.start("one");

            ConsumerRecord<byte[], byte[]> letter =
                    application.deadLetters().awaitSize(1, PATIENCE).records().get(0);
            assertThat(header(letter, DeadLetters.REASON)).isEqualTo(DeadLetterReason.DOCUMENT_TOO_LARGE.code());
            assertThat(header(letter, DeadLetters.MESSAGE)).contains(Integer.toString(UNPACKED));
            assertThat(header(letter, DeadLetters.CUT_FROM)).isEqualTo(Integer.toString(UNPACKED));
            assertThat(letter.value().length)
                    .isLessThanOrEqualTo(application.config().maxRecordBytes());
            assertThat(application.scores().awaitSize(3, PATIENCE).records()).hasSize(3);
        }
    }

    /** What the documentation says of {@code compression.type=uncompressed}. */
    @Test
    void shouldBeRefusedByTheBrokerWhereTheTopicIsStoredUncompressed(Cluster cluster) throws Exception {
        try (Application application = cluster.application("refused", Map.of("shards", "1", "partitions", "1"));
                Admin admin = Admin.create(application.config().clients().admin())) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, application.topic(Topic.DOCUMENTS)),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry(TopicConfig.COMPRESSION_TYPE_CONFIG, "uncompressed"),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();

            assertThatThrownBy(() -> publishZeros(application)).hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    private static void publishZeros(Application application) throws Exception {
        Map<String, Object> properties =
                new HashMap<>(application.config().clients().producer());
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * UNPACKED);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * UNPACKED);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(application.topic(Topic.DOCUMENTS), new byte[UNPACKED]))
                    .get();
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
