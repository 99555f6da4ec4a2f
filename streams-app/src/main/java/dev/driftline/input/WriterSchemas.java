package dev.driftline.input;

import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.schemas.Subjects;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas that values of one topic were written with, by the registry's id.
 *
 * <p>An id that the registry does not know makes a dead letter. A registry that cannot be asked does not: the request is
 * repeated for a few seconds, then the failure is reported as {@link RegistryUnavailableException}. Not thread-safe.
 */
public final class WriterSchemas {

    private static final Logger LOG = LoggerFactory.getLogger(WriterSchemas.class);

    private static final int ATTEMPTS = 5;
    private static final long FIRST_PAUSE_MS = 100;
    private static final long UNKNOWN_KEPT_MS = 10_000;

    /**
     * A schema that values were written with.
     *
     * @param resolver reads a value into the fields of the schema in this build; {@code null} where the value was written
     *     with that schema itself, so that it can be read as it stands
     */
    record Writer(@Nullable GenericDatumReader<GenericRecord> resolver) {}

    /** Why records with a schema are dead letters, and until when of the system's clock, in milliseconds, nobody is asked. */
    private record Refusal(Rejection why, long until) {}

    private final SchemaRegistryClient registry;
    private final Schema reader;
    private final long fingerprint;
    private final Map<Integer, Writer> known = new HashMap<>();
    private final Map<Integer, Refusal> refused = new HashMap<>();

    public WriterSchemas(SchemaRegistryClient registry, Class<? extends SpecificRecord> type) {
        this.registry = registry;
        reader = Subjects.schemaOf(type);
        fingerprint = SchemaNormalization.parsingFingerprint64(reader);
    }

    Writer writer(int id) throws Rejection {
        Writer writer = known.get(id);
        if (writer == null) {
            writer = look(id);
            known.put(id, writer);
        }
        return writer;
    }

    private Writer look(int id) throws Rejection {
        Refusal before = refused.remove(id);
        // Otherwise a flood of records with a bad id would become a flood of requests to the registry.
        if (before != null && System.currentTimeMillis() < before.until()) {
            refused.put(id, before);
            throw before.why();
        }
        try {
            return resolve(id, fetch(id));
        } catch (Rejection e) {
            if (refused.size() < 10_000) {
                refused.put(id, new Refusal(e, System.currentTimeMillis() + UNKNOWN_KEPT_MS));
            }
            throw e;
        }
    }

    private Writer resolve(int id, ParsedSchema parsed) throws Rejection {
        if (!(parsed.rawSchema() instanceof Schema written)) {
            throw new Rejection(
                    DeadLetterReason.WRONG_SCHEMA,
                    "schema " + id + " is of type " + parsed.schemaType() + ", expected AVRO");
        }
        if (SchemaNormalization.parsingFingerprint64(written) == fingerprint) {
            return new Writer(null);
        }
        SchemaCompatibilityType compatible;
        try {
            compatible = SchemaCompatibility.checkReaderWriterCompatibility(reader, written)
                    .getType();
        } catch (AvroRuntimeException e) {
            compatible = SchemaCompatibilityType.INCOMPATIBLE;
        }
        if (compatible != SchemaCompatibilityType.COMPATIBLE) {
            throw new Rejection(
                    DeadLetterReason.WRONG_SCHEMA,
                    "schema " + id + " (" + written.getFullName() + ") cannot be read as " + reader.getFullName());
        }
        // Strings stay bytes, so that text which is not UTF-8 is seen and not replaced.
        return new Writer(new GenericDatumReader<>(written, reader, new GenericData()));
    }

    private ParsedSchema fetch(int id) throws Rejection {
        long pause = FIRST_PAUSE_MS;
        for (int attempt = 1; ; attempt++) {
            Exception failure;
            try {
                return registry.getSchemaById(id);
            } catch (RestClientException e) {
                if (e.getStatus() == 404) {
                    throw new Rejection(
                            DeadLetterReason.UNKNOWN_SCHEMA, "the schema registry has no schema with id " + id);
                }
                failure = e;
            } catch (IOException e) {
                failure = e;
            }
            if (attempt == ATTEMPTS) {
                throw new RegistryUnavailableException(
                        "the schema registry did not return schema " + id + " after " + ATTEMPTS + " attempts: "
                                + failure.getMessage() + ". Check schema.registry.url and that the registry is up",
                        failure);
            }
            LOG.warn(
                    "The schema registry did not return schema {}, trying again in {} ms: {}",
                    id,
                    pause,
                    failure.toString());
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RegistryUnavailableException("interrupted while asking the schema registry", failure);
            }
            pause *= 2;
        }
    }
}
