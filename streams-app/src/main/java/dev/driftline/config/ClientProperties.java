package dev.driftline.config;

import dev.driftline.config.keys.ServiceKeys;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * What Kafka Streams, the Kafka clients and the Schema Registry client are given: Driftline's own settings, overridden by
 * those that pass through. Each call returns a new map, which the caller may change. Safe for any thread.
 */
public final class ClientProperties {

    /** How long a person at a command line waits for brokers; Kafka's own default is a minute. */
    private static final int ANSWER_TIMEOUT_MS = 20_000;

    private static final long LEAST_BUFFER_BYTES = 32L * 1024 * 1024;

    private final DriftlineConfig config;

    ClientProperties(DriftlineConfig config) {
        this.config = config;
    }

    /** Properties for {@code KafkaStreams} and the clients that it makes. */
    public Properties streams() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, config.get(ServiceKeys.APPLICATION_ID));
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.get(ServiceKeys.BOOTSTRAP_SERVERS));
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                config.get(ServiceKeys.STATE_DIR).toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.get(ServiceKeys.STREAM_THREADS));
        properties.put(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                config.get(ServiceKeys.PROCESSING_GUARANTEE).text());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.get(ServiceKeys.COMMIT_INTERVAL_MS));
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        // Will be Kafka 5's default; 4.3 warns at each start where it is unset, and deprecates the constant for it.
        properties.put("processing.exception.handler.global.enabled", true);
        // Kafka reads it again from the consumer's settings, for its assignor.
        properties.put(StreamsConfig.mainConsumerPrefix("processing.exception.handler.global.enabled"), true);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), config.maxRecordBytes());
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), bufferBytes());
        properties.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), config.maxRecordBytes());
        properties.putAll(passedThrough("kafka."));
        properties.putAll(passedThrough("streams."));
        passedThrough("consumer.").forEach((name, text) -> properties.put(StreamsConfig.consumerPrefix(name), text));
        passedThrough("producer.").forEach((name, text) -> properties.put(StreamsConfig.producerPrefix(name), text));
        passedThrough("admin.").forEach((name, text) -> properties.put(StreamsConfig.adminClientPrefix(name), text));
        return properties;
    }

    /** Properties for a consumer outside the topology, which reads committed records only. */
    public Map<String, Object> consumer() {
        Map<String, Object> properties = common();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.putIfAbsent(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MS);
        properties.putAll(passedThrough("consumer."));
        return properties;
    }

    /** Properties for a producer outside the topology. */
    public Map<String, Object> producer() {
        Map<String, Object> properties = common();
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, config.maxRecordBytes());
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes());
        properties.putAll(passedThrough("producer."));
        return properties;
    }

    /** Properties for an admin client. */
    public Map<String, Object> admin() {
        Map<String, Object> properties = common();
        properties.putIfAbsent(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MS);
        properties.putIfAbsent(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MS);
        properties.putAll(passedThrough("admin."));
        return properties;
    }

    /**
     * Settings of the Schema Registry client and serializers, {@code schema.registry.url} included. The client reads some
     * names with the prefix {@code schema.registry.} (TLS) and some without (basic authentication), so both are set.
     */
    public Map<String, String> schemaRegistry() {
        Map<String, String> properties = new TreeMap<>();
        passedThrough("schema.registry.").forEach((name, text) -> {
            if (!name.equals("url")) {
                properties.put(name, text);
                properties.put("schema.registry." + name, text);
            }
        });
        properties.put(ServiceKeys.SCHEMA_REGISTRY_URL.name(), config.get(ServiceKeys.SCHEMA_REGISTRY_URL));
        return properties;
    }

    private Map<String, Object> common() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.get(ServiceKeys.BOOTSTRAP_SERVERS));
        properties.putAll(passedThrough("kafka."));
        return properties;
    }

    /** A producer must be able to hold its largest request, and to fill another one meanwhile. */
    private long bufferBytes() {
        return Math.max(LEAST_BUFFER_BYTES, 2L * config.maxRecordBytes());
    }

    private Map<String, String> passedThrough(String prefix) {
        Map<String, String> properties = new TreeMap<>();
        config.effective().forEach(setting -> {
            if (setting.name().startsWith(prefix)) {
                properties.put(setting.name().substring(prefix.length()), setting.text());
            }
        });
        return properties;
    }
}
