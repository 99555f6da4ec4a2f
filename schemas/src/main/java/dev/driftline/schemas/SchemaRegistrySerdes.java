package dev.driftline.schemas;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import io.confluent.kafka.serializers.KafkaAvroDeserializerConfig;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.KafkaAvroSerializerConfig;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Makes serializers and deserializers of generated records for topic values, with one configuration.
 *
 * <p>The configuration is that of the Confluent serializers, and is passed to them unchanged: several
 * {@code schema.registry.url}, {@code basic.auth.*}, {@code bearer.auth.*} and {@code schema.registry.ssl.*} work as
 * documented there. {@code auto.register.schemas} is off unless the configuration or the caller turns it on:
 * a service should not change a registry; {@link Subjects} does. Registered schemas have no Java-only properties.
 *
 * <p>Immutable. Every serde has its own registry client, which is closed with the serde.
 */
public final class SchemaRegistrySerdes {

    /** The configuration key of the registry's address or addresses, separated by commas. */
    public static final String URL = AbstractKafkaSchemaSerDeConfig.SCHEMA_REGISTRY_URL_CONFIG;

    private static final int CACHED_SCHEMAS = 1000;
    private static final int ANSWER_MS = 10_000;

    private final String url;
    private final Map<String, Object> config;

    /**
     * Serdes for {@code config}.
     *
     * @throws IllegalArgumentException if {@value #URL} is not set
     */
    public SchemaRegistrySerdes(Map<String, ?> config) {
        Object address = config.get(URL);
        if (address == null || address.toString().isBlank()) {
            throw new IllegalArgumentException(
                    URL + " is not set: set it to the address of the registry, for example http://localhost:8081");
        }
        url = address.toString();
        TrustedRecords.trust();
        Map<String, Object> merged = new HashMap<>();
        merged.put(AbstractKafkaSchemaSerDeConfig.AUTO_REGISTER_SCHEMAS, false);
        merged.put(KafkaAvroSerializerConfig.AVRO_REMOVE_JAVA_PROPS_CONFIG, true);
        merged.putAll(config);
        this.config = Map.copyOf(merged);
    }

    /** The same serdes, but their serializers register unknown schemas. */
    public SchemaRegistrySerdes registering() {
        Map<String, Object> merged = new HashMap<>(config);
        merged.put(AbstractKafkaSchemaSerDeConfig.AUTO_REGISTER_SCHEMAS, true);
        return new SchemaRegistrySerdes(merged);
    }

    /** A serde for values of {@code type}. */
    public <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
        return Serdes.serdeFrom(serializer(type), deserializer(type));
    }

    /**
     * A serializer for values of {@code type}; null is serialized as null. Throws a
     * {@link org.apache.kafka.common.errors.SerializationException} if the subject does not have the schema and
     * registering is off. Thread-safe.
     */
    public <T extends SpecificRecord> Serializer<T> serializer(Class<T> type) {
        KafkaAvroSerializer inner = new KafkaAvroSerializer();
        inner.configure(config, false);
        return new Serializer<>() {
            @Override
            public byte @Nullable [] serialize(String topic, @Nullable T value) {
                return inner.serialize(topic, type.cast(value));
            }

            @Override
            public byte @Nullable [] serialize(String topic, Headers headers, @Nullable T value) {
                return inner.serialize(topic, headers, type.cast(value));
            }

            @Override
            public void close() {
                inner.close();
            }
        };
    }

    /**
     * A deserializer for values of {@code type}, written with any compatible schema; null is deserialized as null.
     * Throws {@link MalformedRecordException} for bytes that can never be read and {@link RegistryUnavailableException}
     * if the registry cannot be used. Thread-safe.
     */
    public <T extends SpecificRecord> Deserializer<T> deserializer(Class<T> type) {
        Map<String, Object> specific = new HashMap<>(config);
        specific.put(KafkaAvroDeserializerConfig.SPECIFIC_AVRO_READER_CONFIG, true);
        specific.put(KafkaAvroDeserializerConfig.SPECIFIC_AVRO_VALUE_TYPE_CONFIG, type);
        return new SpecificRecordDeserializer<>(type, client(), specific);
    }

    /** A registry client with this configuration, which the caller closes. */
    public SchemaRegistryClient client() {
        return client(config);
    }

    /**
     * The same for a thread that must not be held up: unless the configuration says otherwise, it asks once, where the other
     * repeats a request by itself, and waits ten seconds for an answer.
     */
    public SchemaRegistryClient impatientClient() {
        Map<String, Object> impatient = new HashMap<>(config);
        impatient.putIfAbsent(SchemaRegistryClientConfig.MAX_RETRIES_CONFIG, 0);
        impatient.putIfAbsent(SchemaRegistryClientConfig.HTTP_CONNECT_TIMEOUT_MS, ANSWER_MS);
        impatient.putIfAbsent(SchemaRegistryClientConfig.HTTP_READ_TIMEOUT_MS, ANSWER_MS);
        return client(impatient);
    }

    private SchemaRegistryClient client(Map<String, Object> settings) {
        List<String> urls = Arrays.stream(url.split(","))
                .map(String::trim)
                .filter(address -> !address.isEmpty())
                .toList();
        return SchemaRegistryClientFactory.newClient(
                urls, CACHED_SCHEMAS, List.of(new AvroSchemaProvider()), settings, Map.of());
    }
}
