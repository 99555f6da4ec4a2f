package dev.driftline.input;

import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.schemas.Subjects;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas that values of one topic were written with, by the registry's id.
 *
 * <p>What is wrong with an id makes dead letters: the registry does not know it, refuses to return it, or it is not of a
 * schema that can be read. A registry that cannot be asked does not: the failure is reported as
 * {@link RegistryUnavailableException}. Either verdict comes only after {@value #ATTEMPTS} attempts within about three
 * seconds, since a registry may be behind its leader; all ids together are waited for {@value #PATIENCE_MS} ms in
 * {@value #PATIENCE_WITHIN_MS} ms at most, so that a flood of bad ids does not hold up good records. Not thread-safe.
 */
public final class WriterSchemas {

    private static final Logger LOG = LoggerFactory.getLogger(WriterSchemas.class);

    static final int ATTEMPTS = 6;
    private static final long FIRST_PAUSE_MS = 100;
    static final long PATIENCE_MS = 30_000;
    static final long PATIENCE_WITHIN_MS = 600_000;
    static final long REFUSAL_KEPT_MS = 10_000;
    /** Schemas on the heap; a topic has a few. */
    private static final int MOST_KNOWN = 1_000;

    /** How the names of the fields begin that only a retraction sets. */
    private static final String RETRACT = "retract";

    private static final int MOST_REFUSALS = 10_000;

    /** The least and the most that the registry says of an id that it does not have. A 404 without is a proxy's. */
    private static final int SUBJECT_NOT_FOUND = 40401;

    private static final int SCHEMA_NOT_FOUND = 40403;

    /** No attempt begins later than this after the first, so that a registry that hangs does not hold up the thread. */
    private static final long LONGEST_MS = 10_000;

    /** How the registry's client begins its message where it cannot parse what the registry has returned. */
    private static final String INVALID_SCHEMA = "Invalid schema ";

    /** How it names the schema's type at the end. */
    private static final String TYPE = " type ";

    /**
     * A schema that values were written with.
     *
     * @param resolver reads a value into the fields of the schema in this build; {@code null} where the value was written
     *     with that schema itself or with that of 0.5.0, so that it can be read as it stands
     * @param canRetract whether the fields of a retraction come last in what can be read as it stands: 0.5.0 had none
     */
    record Writer(@Nullable GenericDatumReader<GenericRecord> resolver, boolean canRetract) {}

    /** Why records with a schema are dead letters, and until when of the clock, in milliseconds, nobody is asked. */
    private record Refusal(Rejection why, long until) {}

    /** Time, which tests keep themselves. */
    interface Pace {

        /** Milliseconds since some moment. */
        long now();

        void pause(long ms) throws InterruptedException;

        Pace REAL = new Pace() {
            @Override
            public long now() {
                return System.nanoTime() / 1_000_000;
            }

            @Override
            public void pause(long ms) throws InterruptedException {
                Thread.sleep(ms);
            }
        };
    }

    private final SchemaRegistryClient registry;
    private final String subject;
    private final Schema reader;
    private final long fingerprint;
    private final long fingerprintOfBefore;
    private final Pace pace;
    private final Map<Integer, Writer> known = new HashMap<>();
    private final Map<Integer, Refusal> refused = new HashMap<>();
    private long patience = PATIENCE_MS;
    private long patienceSince;

    /**
     * @param topic whose values are read; the registry is asked about its subject where it refuses an id, to learn whether it
     *     refuses everything
     * @param type of the values in this build
     */
    public WriterSchemas(SchemaRegistryClient registry, String topic, Class<? extends SpecificRecord> type) {
        this(registry, topic, type, Pace.REAL);
    }

    WriterSchemas(SchemaRegistryClient registry, String topic, Class<? extends SpecificRecord> type, Pace pace) {
        this.registry = registry;
        this.pace = pace;
        subject = topic + Subjects.VALUE_SUFFIX;
        reader = Subjects.schemaOf(type);
        fingerprint = SchemaNormalization.parsingFingerprint64(reader);
        fingerprintOfBefore = SchemaNormalization.parsingFingerprint64(beforeRetractions(reader));
        patienceSince = pace.now();
    }

    /** The schema of an input before it had the fields of a retraction, which are the last ones. */
    private static Schema beforeRetractions(Schema reader) {
        return Schema.createRecord(
                reader.getName(),
                reader.getDoc(),
                reader.getNamespace(),
                false,
                reader.getFields().stream()
                        .filter(field -> !field.name().startsWith(RETRACT))
                        .map(field -> new Schema.Field(field, field.schema()))
                        .toList());
    }

    Writer writer(int id) throws Rejection {
        Writer writer = known.get(id);
        if (writer == null) {
            writer = look(id);
            if (known.size() == MOST_KNOWN) {
                known.clear();
            }
            known.put(id, writer);
        }
        return writer;
    }

    private Writer look(int id) throws Rejection {
        Refusal before = refused.get(id);
        // Otherwise a flood of records with a bad id would become a flood of requests to the registry.
        if (before != null && pace.now() < before.until()) {
            throw before.why();
        }
        try {
            Writer writer = resolve(id, fetch(id, before != null));
            refused.remove(id);
            return writer;
        } catch (Rejection e) {
            if (before != null || refused.size() < MOST_REFUSALS) {
                refused.put(id, new Refusal(e, pace.now() + REFUSAL_KEPT_MS));
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
            return new Writer(null, true);
        }
        if (SchemaNormalization.parsingFingerprint64(written) == fingerprintOfBefore) {
            return new Writer(null, false);
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
        return new Writer(new GenericDatumReader<>(written, reader, new GenericData()), true);
    }

    /** @param refusedBefore whether the id has had its time already: then it is asked for once */
    private ParsedSchema fetch(int id, boolean refusedBefore) throws Rejection {
        long pause = FIRST_PAUSE_MS;
        long start = pace.now();
        for (int attempt = 1; ; attempt++) {
            Exception failure;
            try {
                return registry.getSchemaById(id);
            } catch (RestClientException | IOException | RuntimeException e) {
                failure = e;
            }
            Optional<String> unparsable = unparsable(failure);
            if (unparsable.isPresent()) {
                throw unparsable(id, unparsable.get());
            }
            boolean aboutTheId = isUnknown(failure) || isRefusal(failure);
            boolean last = attempt == ATTEMPTS || pace.now() - start > LONGEST_MS;
            if (last || aboutTheId && (refusedBefore || !hasPatience(pause))) {
                throw giveUp(id, attempt, failure);
            }
            LOG.warn(
                    "The schema registry did not return schema {}, trying again in {} ms: {}",
                    id,
                    pause,
                    failure.toString());
            try {
                pace.pause(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RegistryUnavailableException("interrupted while asking the schema registry", failure);
            }
            pause *= 2;
        }
    }

    /** Whether {@code ms} may be waited for an id that is probably bad; they are taken from what is left. */
    private boolean hasPatience(long ms) {
        if (pace.now() - patienceSince >= PATIENCE_WITHIN_MS) {
            patienceSince = pace.now();
            patience = PATIENCE_MS;
        }
        if (patience < ms) {
            return false;
        }
        patience -= ms;
        return true;
    }

    private Rejection giveUp(int id, int attempts, Exception failure) {
        if (isUnknown(failure)) {
            return new Rejection(DeadLetterReason.UNKNOWN_SCHEMA, "the schema registry has no schema with id " + id);
        }
        if (isRefusal(failure) && answersOthers()) {
            return new Rejection(
                    failure instanceof RestClientException
                            ? DeadLetterReason.REFUSED_SCHEMA
                            : DeadLetterReason.WRONG_SCHEMA,
                    "the schema registry answers, but schema " + id + " cannot be had from it: "
                            + failure.getMessage());
        }
        String cure = failure instanceof RestClientException refusal
                        && (refusal.getStatus() == 401 || refusal.getStatus() == 403)
                ? ". Check the credentials that the service has for the registry"
                : ". Check schema.registry.url and that the registry is up";
        throw new RegistryUnavailableException(
                "the schema registry did not return schema " + id + " after " + attempts + " attempts: "
                        + failure.getMessage() + cure,
                failure);
    }

    private static boolean isUnknown(Exception failure) {
        return failure instanceof RestClientException answer
                && answer.getStatus() == 404
                && answer.getErrorCode() >= SUBJECT_NOT_FOUND
                && answer.getErrorCode() <= SCHEMA_NOT_FOUND;
    }

    /** Whether it may be about the id alone; a 404 without the registry's code comes from something in between. */
    private static boolean isRefusal(Exception failure) {
        if (failure instanceof RestClientException answer) {
            return switch (answer.getStatus()) {
                case 400, 401, 403, 405, 406, 409, 410, 422 -> true;
                default -> false;
            };
        }
        return failure instanceof RuntimeException && !(failure instanceof KafkaException);
    }

    /** Asks for something that the client does not keep. */
    private boolean answersOthers() {
        try {
            return !registry.getAllVersions(subject).isEmpty();
        } catch (RestClientException | IOException | RuntimeException e) {
            LOG.debug("The schema registry does not answer for {} either", subject, e);
            return false;
        }
    }

    /** What the client says where it cannot parse what the registry has returned; empty where that is not the failure. */
    private static Optional<String> unparsable(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (!(cause instanceof RestClientException)
                    && cause.getMessage() != null
                    && cause.getMessage().startsWith(INVALID_SCHEMA)) {
                return Optional.of(cause.getMessage());
            }
        }
        return Optional.empty();
    }

    private static Rejection unparsable(int id, String message) {
        // What is before the type may be the whole schema.
        int at = message.lastIndexOf(TYPE);
        String type = at < 0 ? "AVRO" : message.substring(at + TYPE.length());
        return new Rejection(
                DeadLetterReason.WRONG_SCHEMA,
                type.equals("AVRO") || type.equals("null")
                        ? "schema " + id
                                + " is not valid Avro: a name in it may have a character that Avro does not allow,"
                                + " such as a hyphen"
                        : "schema " + id + " is of type " + type + ", expected AVRO");
    }
}
