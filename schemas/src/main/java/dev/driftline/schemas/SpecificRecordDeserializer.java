package dev.driftline.schemas;

import dev.driftline.schemas.MalformedRecordException.Reason;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.io.IOException;
import java.util.Map;
import org.apache.avro.AvroTypeException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Reads one record type with the Confluent deserializer, and tells malformed records from an unavailable registry. */
final class SpecificRecordDeserializer<T extends SpecificRecord> implements Deserializer<T> {

    private final Class<T> type;
    private final SchemaRegistryClient client;
    private final KafkaAvroDeserializer inner;

    SpecificRecordDeserializer(Class<T> type, SchemaRegistryClient client, Map<String, ?> config) {
        this.type = type;
        this.client = client;
        this.inner = new KafkaAvroDeserializer(client, config);
    }

    @Override
    public @Nullable T deserialize(String topic, byte @Nullable [] bytes) {
        return deserialize(topic, new RecordHeaders(), bytes);
    }

    @Override
    public @Nullable T deserialize(String topic, Headers headers, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        WireFormat.problem(bytes).ifPresent(problem -> {
            throw new MalformedRecordException(Reason.NOT_AVRO, problem, null);
        });
        Object value;
        try {
            value = inner.deserialize(topic, headers, bytes);
        } catch (RuntimeException e) {
            // Not only Kafka's: a schema of another type, such as Protobuf, and a name that Avro does not allow have
            // their own.
            throw explain(topic, WireFormat.schemaId(bytes), e);
        }
        if (!type.isInstance(value)) {
            throw new MalformedRecordException(
                    Reason.WRONG_SCHEMA,
                    "expected " + type.getName() + ", got " + value.getClass().getName(),
                    null);
        }
        return type.cast(value);
    }

    /** Asks the registry again, because the exception alone does not show whether the registry or the bytes caused it. */
    private KafkaException explain(String topic, int schemaId, RuntimeException failure) {
        try {
            client.getSchemaBySubjectAndId(topic + Subjects.VALUE_SUFFIX, schemaId);
        } catch (RestClientException e) {
            if (e.getStatus() == 404) {
                return new MalformedRecordException(
                        Reason.UNKNOWN_SCHEMA, "the schema registry has no schema with id " + schemaId, failure);
            }
            return new RegistryUnavailableException(
                    "the schema registry refused to return schema " + schemaId + ": " + e.getMessage(), failure);
        } catch (IOException e) {
            return new RegistryUnavailableException(
                    "the schema registry does not answer (asked for schema " + schemaId + "): " + e, failure);
        } catch (RuntimeException e) {
            return new MalformedRecordException(
                    Reason.WRONG_SCHEMA,
                    "schema " + schemaId + " is not an Avro schema that can be read: " + e,
                    failure);
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AvroTypeException) {
                return new MalformedRecordException(
                        Reason.WRONG_SCHEMA,
                        "schema " + schemaId + " cannot be read as " + type.getName() + ": " + cause.getMessage(),
                        failure);
            }
        }
        return new MalformedRecordException(
                Reason.CORRUPT, "the bytes do not follow schema " + schemaId + ": " + failure.getMessage(), failure);
    }

    @Override
    public void close() {
        inner.close();
    }
}
