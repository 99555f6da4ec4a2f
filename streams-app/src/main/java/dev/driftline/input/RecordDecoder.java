package dev.driftline.input;

import dev.driftline.commits.WholeLength;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.schemas.WireFormat;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.text.Tokenizer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.AvroTypeException;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes values of an input topic, in the Confluent wire format, and holds them to the rules for inputs.
 *
 * <p>Values written with the schema of this build, which is nearly all, are read straight into a dictionary: no object is made
 * for each token. Others are resolved by Avro first. One instance for each processor; not thread-safe.
 */
public abstract class RecordDecoder {

    private static final Logger LOG = LoggerFactory.getLogger(RecordDecoder.class);

    /** Where Confluent's {@code HeaderSchemaIdSerializer} puts the id of a value's schema. */
    static final String SCHEMA_ID_HEADER = "__value_schema_id";

    /** The attribute that the language of a text becomes. */
    static final String LANGUAGE = "language";

    static {
        // Avro reads these limits once, before it first decodes. Without them it allocates whatever a length in the
        // bytes claims.
        limit("org.apache.avro.limits.string.maxLength");
        limit("org.apache.avro.limits.bytes.maxLength");
        limit("org.apache.avro.limits.collectionItems.maxLength");
    }

    private static void limit(String property) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(64 << 20));
        }
    }

    private final Limits limits;
    private final WriterSchemas schemas;
    private final AvroInput input = new AvroInput();
    private final TokenDictionary dictionary;
    private final boolean attributes;

    /** @param attributes whether documents keep their attributes */
    RecordDecoder(WriterSchemas schemas, Limits limits, boolean attributes) {
        this.attributes = attributes;
        this.schemas = schemas;
        this.limits = limits;
        dictionary = new TokenDictionary(limits);
    }

    /**
     * The document in {@code value}.
     *
     * @throws Rejection if the record has to become a dead letter, also where decoding fails in a way that is not foreseen
     * @throws RegistryUnavailableException if the registry cannot be asked
     */
    public final IncomingDocument decode(byte @Nullable [] value, Headers headers) throws Rejection {
        try {
            if (value != null && headers.lastHeader(SCHEMA_ID_HEADER) != null) {
                throw new Rejection(
                        DeadLetterReason.NOT_AVRO,
                        "the schema id is in the header " + SCHEMA_ID_HEADER + ", not in the value: set"
                                + " value.schema.id.serializer=io.confluent.kafka.serializers.schema.id.PrefixSchemaIdSerializer"
                                + " at the producer");
            }
            return decodeChecked(value, headers);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("A record cannot be decoded, and becomes a dead letter", e);
            throw Rejection.failed("decoding", e);
        }
    }

    private IncomingDocument decodeChecked(byte @Nullable [] value, Headers headers) throws Rejection {
        if (value == null) {
            throw new Rejection(DeadLetterReason.NULL_VALUE, "the value is null");
        }
        if (value.length == 0) {
            throw new Rejection(DeadLetterReason.EMPTY_VALUE, "the value is empty");
        }
        if (value.length > limits.documentBytes()) {
            throw new Rejection(
                    DeadLetterReason.DOCUMENT_TOO_LARGE,
                    "the value has " + WholeLength.of(value, headers) + " bytes, more than the "
                            + limits.documentBytes() + " of document.max.bytes");
        }
        Optional<String> problem = WireFormat.problem(value);
        if (problem.isPresent()) {
            throw new Rejection(DeadLetterReason.NOT_AVRO, problem.get());
        }
        WriterSchemas.Writer writer = schemas.writer(WireFormat.schemaId(value));
        dictionary.reset();
        GenericDatumReader<GenericRecord> resolver = writer.resolver();
        if (resolver == null) {
            input.reset(value, WireFormat.HEADER_BYTES);
            IncomingDocument document = read(input, dictionary, writer.canRetract());
            if (!input.atEnd()) {
                throw AvroInput.corrupt(input.remaining() + " bytes are left after the record");
            }
            return document;
        }
        GenericRecord resolved;
        try {
            resolved = resolver.read(
                    null,
                    DecoderFactory.get()
                            .binaryDecoder(
                                    value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, null));
        } catch (AvroTypeException e) {
            throw new Rejection(DeadLetterReason.WRONG_SCHEMA, "the value cannot be read: " + e.getMessage());
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | OutOfMemoryError e) {
            // Avro allocates what a length in the bytes claims, however absurd.
            throw AvroInput.corrupt(e.toString());
        }
        return read(resolved, dictionary);
    }

    /**
     * Reads a value that was written with the schema of this build, or with that of 0.5.0.
     *
     * @param canRetract whether it has the fields of a retraction
     */
    abstract IncomingDocument read(AvroInput in, TokenDictionary words, boolean canRetract) throws Rejection;

    /** Reads a value that Avro has resolved to the schema of this build. */
    abstract IncomingDocument read(GenericRecord value, TokenDictionary words) throws Rejection;

    final boolean keepsAttributes() {
        return attributes;
    }

    /** The attributes, which come next in {@code in}; none where they are not kept. */
    final Map<String, String> attributes(AvroInput in) throws Rejection {
        if (attributes) {
            return in.readStringMap();
        }
        in.skipStringMap();
        return Map.of();
    }

    /** The attributes of {@code value}; none where they are not kept. */
    final Map<String, String> attributes(GenericRecord value) {
        if (!attributes) {
            return Map.of();
        }
        Map<String, String> map = new LinkedHashMap<>();
        ((Map<?, ?>) value.get("attributes")).forEach((name, text) -> map.put(name.toString(), text.toString()));
        return map;
    }

    /** What says whether the record is a retraction, which comes last in {@code in}. */
    static Optional<Retract> retract(AvroInput in, boolean canRetract) throws Rejection {
        if (!canRetract) {
            return Optional.empty();
        }
        boolean retract = isThere(in) && in.readBoolean();
        OptionalLong offset = isThere(in) ? OptionalLong.of(in.readLong()) : OptionalLong.empty();
        boolean source = isThere(in) && in.readBoolean();
        return retract ? Optional.of(new Retract(offset, source)) : Optional.empty();
    }

    /** Which branch of a union of null and something comes next. */
    private static boolean isThere(AvroInput in) throws Rejection {
        long branch = in.readLong();
        if (branch != 0 && branch != 1) {
            throw AvroInput.corrupt("branch " + branch + " of a union of two");
        }
        return branch == 1;
    }

    /** What says whether {@code value} is a retraction. */
    static Optional<Retract> retract(GenericRecord value) {
        if (!Boolean.TRUE.equals(value.get("retract"))) {
            return Optional.empty();
        }
        Long offset = (Long) value.get("retract_offset");
        return Optional.of(new Retract(
                offset == null ? OptionalLong.empty() : OptionalLong.of(offset),
                Boolean.TRUE.equals(value.get("retract_source"))));
    }

    static String name(GenericRecord value, String field, TokenDictionary words) throws Rejection {
        Utf8 text = (Utf8) value.get(field);
        return words.name(text.getBytes(), 0, text.getByteLength(), field);
    }

    /** Decodes {@code Document}s. */
    public static final class OfDocuments extends RecordDecoder {

        public OfDocuments(WriterSchemas schemas, Limits limits, boolean attributes) {
            super(schemas, limits, attributes);
        }

        @Override
        IncomingDocument read(AvroInput in, TokenDictionary words, boolean canRetract) throws Rejection {
            int length = in.readString();
            String id = words.name(in.bytes(), in.start(), length, "id");
            length = in.readString();
            String source = words.name(in.bytes(), in.start(), length, "source");
            long publishedAt = in.readLong();
            for (int sentences = in.readBlock(); sentences > 0; sentences = in.readBlock()) {
                for (int i = 0; i < sentences; i++) {
                    for (int tokens = in.readBlock(); tokens > 0; tokens = in.readBlock()) {
                        for (int j = 0; j < tokens; j++) {
                            length = in.readString();
                            words.add(in.bytes(), in.start(), length);
                        }
                    }
                    words.endSentence();
                }
            }
            boolean learn = in.readBoolean();
            Map<String, String> attributes = attributes(in);
            Optional<Retract> retract = retract(in, canRetract);
            return new IncomingDocument(
                    id, source, publishedAt, learn, words.finish(retract.isPresent()), attributes, retract);
        }

        @Override
        IncomingDocument read(GenericRecord value, TokenDictionary words) throws Rejection {
            for (Object sentence : (Iterable<?>) value.get("sentences")) {
                for (Object token : (Iterable<?>) sentence) {
                    Utf8 text = (Utf8) token;
                    words.add(text.getBytes(), 0, text.getByteLength());
                }
                words.endSentence();
            }
            Optional<Retract> retract = retract(value);
            DocumentTokens tokens = words.finish(retract.isPresent());
            return new IncomingDocument(
                    name(value, "id", words),
                    name(value, "source", words),
                    (Long) value.get("published_at"),
                    (Boolean) value.get("learn"),
                    tokens,
                    attributes(value),
                    retract);
        }
    }

    /** Decodes {@code TextEvent}s and cuts their text into tokens; they are always learned. */
    public static final class OfText extends RecordDecoder {

        private final Tokenizer tokenizer;

        public OfText(WriterSchemas schemas, Limits limits, Tokenizer tokenizer, boolean attributes) {
            super(schemas, limits, attributes);
            this.tokenizer = tokenizer;
        }

        @Override
        IncomingDocument read(AvroInput in, TokenDictionary words, boolean canRetract) throws Rejection {
            int length = in.readString();
            String id = words.name(in.bytes(), in.start(), length, "id");
            length = in.readString();
            String source = words.name(in.bytes(), in.start(), length, "source");
            length = in.readString();
            String text = words.text(in.bytes(), in.start(), length, "text");
            long publishedAt = in.readLong();
            String language = "";
            long branch = in.readLong();
            if (branch == 1) {
                length = in.readString();
                language = words.name(in.bytes(), in.start(), length, "language");
            } else if (branch != 0) {
                throw AvroInput.corrupt("branch " + branch + " of a union of two");
            }
            Map<String, String> attributes = withLanguage(attributes(in), language);
            Optional<Retract> retract = retract(in, canRetract);
            DocumentTokens tokens = tokens(text, language, words, retract.isPresent());
            return new IncomingDocument(id, source, publishedAt, true, tokens, attributes, retract);
        }

        @Override
        IncomingDocument read(GenericRecord value, TokenDictionary words) throws Rejection {
            Utf8 bytes = (Utf8) value.get("text");
            String text = words.text(bytes.getBytes(), 0, bytes.getByteLength(), "text");
            String language = value.get("language") == null ? "" : name(value, "language", words);
            Optional<Retract> retract = retract(value);
            return new IncomingDocument(
                    name(value, "id", words),
                    name(value, "source", words),
                    (Long) value.get("published_at"),
                    true,
                    tokens(text, language, words, retract.isPresent()),
                    withLanguage(attributes(value), language),
                    retract);
        }

        /** A document has no field for it, so that it goes on as an attribute. */
        private Map<String, String> withLanguage(Map<String, String> attributes, String language) {
            if (keepsAttributes() && !language.isEmpty()) {
                attributes.putIfAbsent(LANGUAGE, language);
            }
            return attributes;
        }

        private DocumentTokens tokens(String text, String language, TokenDictionary words, boolean mayBeEmpty)
                throws Rejection {
            for (List<String> sentence : tokenizer.sentences(text, language)) {
                for (String token : sentence) {
                    words.add(token);
                }
                words.endSentence();
            }
            return words.finish(mayBeEmpty);
        }
    }
}
