package dev.driftline.schemas;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaUtils;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Registers the schemas of topic values, each under its subject {@code TOPIC-value}, with BACKWARD compatibility: a
 * consumer with the newer schema can read records of the older one. Not thread-safe.
 */
public final class Subjects {

    /** Suffix that makes a topic's name the subject of its values. */
    public static final String VALUE_SUFFIX = "-value";

    /** The compatibility level of every subject. */
    public static final String COMPATIBILITY = "BACKWARD";

    private final SchemaRegistryClient client;

    /** Subjects in the registry of {@code client}, which the caller closes. */
    public Subjects(SchemaRegistryClient client) {
        this.client = client;
    }

    /**
     * One subject after registration.
     *
     * @param subject the subject's name
     * @param schemaId the registry's id of the schema, as in the wire format
     * @param created whether this call added the schema to the subject
     */
    public record Registered(String subject, int schemaId, boolean created) {}

    /**
     * Registers the schema of each topic's record type and sets its subject to {@value #COMPATIBILITY}. Idempotent.
     *
     * @param types the record type of each topic's values, by topic
     * @return the subjects, in the order of topic names
     * @throws IncompatibleSchemaException if a subject has a schema that is not compatible with that of this build;
     *     then the subjects before it in name order are registered
     * @throws RegistryUnavailableException if the registry does not answer or rejects a request
     */
    public List<Registered> register(Map<String, ? extends Class<? extends SpecificRecord>> types) {
        List<Registered> registered = new ArrayList<>();
        new TreeMap<>(types).forEach((topic, type) -> registered.add(register(topic + VALUE_SUFFIX, type)));
        return List.copyOf(registered);
    }

    private Registered register(String subject, Class<? extends SpecificRecord> type) {
        AvroSchema schema = new AvroSchema(schemaOf(type));
        try {
            boolean subjectExists = client.getAllSubjects().contains(subject);
            if (subjectExists) {
                holdToCompatibility(subject);
                OptionalInt known = idOf(subject, schema);
                if (known.isPresent()) {
                    return new Registered(subject, known.getAsInt(), false);
                }
                List<String> conflicts = client.testCompatibilityVerbose(subject, schema);
                if (!conflicts.isEmpty()) {
                    throw new IncompatibleSchemaException(subject, conflicts);
                }
            }
            int id = client.register(subject, schema);
            if (!subjectExists) {
                // Some registries have no configuration of a subject before its first schema.
                holdToCompatibility(subject);
            }
            return new Registered(subject, id, true);
        } catch (RestClientException e) {
            if (e.getStatus() == 409) {
                throw new IncompatibleSchemaException(subject, List.of(String.valueOf(e.getMessage())));
            }
            throw new RegistryUnavailableException(
                    "the schema registry refused to register " + subject + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new RegistryUnavailableException(
                    "the schema registry does not answer (registering " + subject + "): " + e, e);
        }
    }

    private OptionalInt idOf(String subject, AvroSchema schema) throws IOException, RestClientException {
        try {
            return OptionalInt.of(client.getId(subject, schema));
        } catch (RestClientException e) {
            if (e.getStatus() == 404) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    private void holdToCompatibility(String subject) throws IOException, RestClientException {
        String current = "";
        try {
            current = client.getCompatibility(subject);
        } catch (RestClientException e) {
            if (e.getStatus() != 404) {
                throw e;
            }
        }
        if (!COMPATIBILITY.equals(current)) {
            client.updateCompatibility(subject, COMPATIBILITY);
        }
    }

    /**
     * The schema of {@code type} as it is registered: without the properties that only the Java code generator reads.
     *
     * @throws IllegalArgumentException if {@code type} is not a generated record
     */
    public static Schema schemaOf(Class<? extends SpecificRecord> type) {
        try {
            SpecificRecord empty = type.getDeclaredConstructor().newInstance();
            return AvroSchemaUtils.getSchema(empty, false, false, true);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " is not a generated Avro record", e);
        }
    }
}
