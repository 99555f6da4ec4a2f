package dev.driftline.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.config.DriftlineConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the clients are made with that Kafka Streams makes. */
class StreamsTuningTest {

    private static final String LOGIN =
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\" password=\"p\";";

    private static StreamsConfig streams(Map<String, String> environment) {
        return new StreamsConfig(
                StreamsTuning.of(DriftlineConfig.load(Optional.empty(), environment, Map.of()), EarlyCommits.off()));
    }

    private static List<Map<String, Object>> clients(StreamsConfig streams) {
        return List.of(
                streams.getMainConsumerConfigs("group", "main", 1),
                streams.getRestoreConsumerConfigs("restore"),
                streams.getProducerConfigs("producer"),
                streams.getAdminConfigs("admin"));
    }

    @Test
    void shouldGiveEveryClientTheCredentialsOfTheEnvironment() {
        StreamsConfig streams = streams(Map.of(
                "DRIFTLINE_KAFKA_SECURITY_PROTOCOL",
                "SASL_SSL",
                "DRIFTLINE_KAFKA_SASL_MECHANISM",
                "SCRAM-SHA-512",
                "DRIFTLINE_KAFKA_SASL_JAAS_CONFIG",
                LOGIN,
                "DRIFTLINE_KAFKA_SSL_TRUSTSTORE_LOCATION",
                "/etc/driftline/trust.p12"));

        assertThat(clients(streams))
                .hasSize(4)
                .allSatisfy(client -> assertThat(client)
                        .containsEntry("security.protocol", "SASL_SSL")
                        .containsEntry(SaslConfigs.SASL_MECHANISM, "SCRAM-SHA-512")
                        .containsEntry(SaslConfigs.SASL_JAAS_CONFIG, LOGIN)
                        .containsEntry(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, "/etc/driftline/trust.p12"));
        // Typed as the clients type them.
        assertThat(new ConsumerConfig(withDeserializers(clients(streams).get(0)))
                        .getPassword(SaslConfigs.SASL_JAAS_CONFIG)
                        .value())
                .isEqualTo(LOGIN);
        assertThat(new ProducerConfig(withSerializers(clients(streams).get(2))).getString("security.protocol"))
                .isEqualTo("SASL_SSL");
        assertThat(new AdminClientConfig(clients(streams).get(3)).getString(SaslConfigs.SASL_MECHANISM))
                .isEqualTo("SCRAM-SHA-512");
    }

    @Test
    void shouldLetTheConfigurationWinOverWhatSuitsTheTopology() {
        StreamsConfig streams = streams(Map.of(
                "DRIFTLINE_PRODUCER_LINGER_MS", "7",
                "DRIFTLINE_CONSUMER_SESSION_TIMEOUT_MS", "9000",
                "DRIFTLINE_STREAMS_NUM_STANDBY_REPLICAS", "1"));

        assertThat(streams.getProducerConfigs("producer").get(ProducerConfig.LINGER_MS_CONFIG))
                .hasToString("7");
        assertThat(streams.getMainConsumerConfigs("group", "main", 1).get(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG))
                .hasToString("9000");
        assertThat(streams.getInt(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG)).isEqualTo(1);
    }

    @Test
    void shouldLeaveAShortCommitIntervalToTheThreads() {
        DriftlineConfig config =
                DriftlineConfig.load(Optional.empty(), Map.of("DRIFTLINE_COMMIT_INTERVAL_MS", "100"), Map.of());

        assertThat(StreamsTuning.of(config, new EarlyCommits(true, 100)))
                .containsEntry(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000L);
        assertThat(StreamsTuning.of(config, EarlyCommits.off()))
                .containsEntry(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100L);
    }

    @Test
    void shouldNameTheThreadsInTheirGroupUnlessTheConfigurationDoesOrTheProtocolCannot() {
        assertThat(instanceOf(Map.of())).isEqualTo("here-1");
        assertThat(instanceOf(Map.of("DRIFTLINE_CONSUMER_GROUP_INSTANCE_ID", "mine")))
                .isEqualTo("mine-1");
        assertThat(instanceOf(Map.of("DRIFTLINE_STREAMS_GROUP_PROTOCOL", "streams")))
                .isNull();
    }

    private static @Nullable Object instanceOf(Map<String, String> environment) {
        Properties properties =
                StreamsTuning.of(DriftlineConfig.load(Optional.empty(), environment, Map.of()), EarlyCommits.off());
        StreamsTuning.nameMembers(properties, "here");
        return new StreamsConfig(properties)
                .getMainConsumerConfigs("group", "main", 1)
                .get(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    }

    private static Map<String, Object> withDeserializers(Map<String, Object> consumer) {
        Map<String, Object> whole = new HashMap<>(consumer);
        whole.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        whole.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return whole;
    }

    private static Map<String, Object> withSerializers(Map<String, Object> producer) {
        Map<String, Object> whole = new HashMap<>(producer);
        whole.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        whole.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return whole;
    }
}
