package dev.driftline.config;

import dev.driftline.config.keys.ConfigKey;
import dev.driftline.config.keys.ServiceKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.StreamsConfig;

/** Settings of Kafka and the Schema Registry client, which pass through Driftline's configuration unchanged. */
final class PassThrough {

    /**
     * {@code kafka.} goes to every Kafka client, {@code streams.} to Kafka Streams, {@code consumer.}, {@code producer.}
     * and {@code admin.} to those clients, {@code schema.registry.} to the Schema Registry client.
     */
    private static final List<String> PREFIXES =
            List.of("kafka.", "streams.", "consumer.", "producer.", "admin.", "schema.registry.");

    /** Kafka names that Driftline sets from a key of its own, and that key. */
    private static final Map<String, ConfigKey<?>> OWNED = Map.of(
            StreamsConfig.APPLICATION_ID_CONFIG, ServiceKeys.APPLICATION_ID,
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, ServiceKeys.BOOTSTRAP_SERVERS,
            StreamsConfig.STATE_DIR_CONFIG, ServiceKeys.STATE_DIR,
            StreamsConfig.NUM_STREAM_THREADS_CONFIG, ServiceKeys.STREAM_THREADS,
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG, ServiceKeys.PROCESSING_GUARANTEE,
            StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, ServiceKeys.COMMIT_INTERVAL_MS);

    private PassThrough() {}

    /** Whether {@code name} is one of the prefixes, followed by a name. */
    static boolean includes(String name) {
        return PREFIXES.stream().anyMatch(prefix -> name.startsWith(prefix) && name.length() > prefix.length())
                && !name.equals(ServiceKeys.SCHEMA_REGISTRY_URL.name());
    }

    /** Driftline's own key for what {@code name} would set, if there is one. */
    static Optional<ConfigKey<?>> ownedKey(String name) {
        for (String prefix : List.of("kafka.", "streams.")) {
            if (name.startsWith(prefix)) {
                return Optional.ofNullable(OWNED.get(name.substring(prefix.length())));
            }
        }
        return Optional.empty();
    }
}
