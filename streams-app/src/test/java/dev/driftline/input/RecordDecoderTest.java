package dev.driftline.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.WireFormat;
import dev.driftline.scoring.DocumentTokens;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordDecoderTest {

    private static final Headers NONE = new RecordHeaders();
    private static final Limits LIMITS = new Limits(1 << 22, 100_000, 1024, 1 << 23);

    private final SchemaRegistrySerdes serdes =
            new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://decoder")).registering();
    private final SchemaRegistryClient registry = serdes.client();
    private final Serializer<Document> serializer = serdes.serializer(Document.class);
    private final RecordDecoder decoder =
            new RecordDecoder.OfDocuments(new WriterSchemas(registry, "documents", Document.class), LIMITS, true);

    @AfterEach
    void forget() {
        MockSchemaRegistry.dropScope("decoder");
    }

    @Test
    void shouldReadWhatTheConfluentSerializerWrites() throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            Document document = document(random);

            IncomingDocument read = decoder.decode(serializer.serialize("documents", document), NONE);

            assertThat(read.id()).isEqualTo(document.getId());
            assertThat(read.source()).isEqualTo(document.getSource());
            assertThat(read.publishedAt()).isEqualTo(document.getPublishedAt().toEpochMilli());
            assertThat(read.learn()).isEqualTo(document.getLearn());
            DocumentTokens expected = DocumentTokens.of(document.getSentences());
            assertThat(read.tokens().words()).isEqualTo(expected.words());
            assertThat(read.tokens().tokens()).isEqualTo(expected.tokens());
            assertThat(read.attributes()).isEqualTo(document.getAttributes());
        }
    }

    @Test
    void shouldReadARetractionWhicheverWayItIsDecoded() throws Exception {
        Document retraction = Document.newBuilder(document(new Random(4)))
                .setRetract(true)
                .setRetractOffset(7_000_000_000L)
                .build();
        assertThat(decoder.decode(serializer.serialize("documents", retraction), NONE)
                        .retract())
                .contains(new Retract(OptionalLong.of(7_000_000_000L), false));

        Document without = Document.newBuilder(retraction)
                .setRetractOffset(null)
                .setSentences(List.of())
                .setRetractSource(true)
                .build();
        IncomingDocument read = decoder.decode(serializer.serialize("documents", without), NONE);
        assertThat(read.retract()).contains(new Retract(OptionalLong.empty(), true));
        assertThat(read.tokens().tokens()).isEmpty();

        // A schema with one field more, which Avro has to resolve.
        Schema wider = withField(Document.getClassSchema());
        GenericRecord value = new GenericData.Record(wider);
        for (Schema.Field field : Document.getClassSchema().getFields()) {
            value.put(field.name(), retraction.get(field.pos()));
        }
        value.put("published_at", retraction.getPublishedAt().toEpochMilli());
        value.put("more", "than needed");
        assertThat(decoder.decode(written(wider, value), NONE).retract())
                .contains(new Retract(OptionalLong.of(7_000_000_000L), false));
    }

    @Test
    void shouldReadWhatIsWrittenWithTheSchemasOf05() throws Exception {
        Schema before = new Schema.Parser()
                .parse(Path.of("../schemas/src/test/resources/released/v2/Document.avsc")
                        .toFile());
        Document document = document(new Random(6));
        GenericRecord value = new GenericData.Record(before);
        for (Schema.Field field : before.getFields()) {
            value.put(field.name(), document.get(field.pos()));
        }
        value.put("published_at", document.getPublishedAt().toEpochMilli());
        byte[] bytes = written(before, value);

        IncomingDocument read = decoder.decode(bytes, NONE);

        assertThat(read.retract()).isEmpty();
        assertThat(read.id()).isEqualTo(document.getId());
        assertThat(read.tokens().tokens())
                .isEqualTo(DocumentTokens.of(document.getSentences()).tokens());
        assertThat(new WriterSchemas(registry, "documents", Document.class)
                        .writer(WireFormat.schemaId(bytes))
                        .resolver())
                .as("read as it stands")
                .isNull();
    }

    private byte[] written(Schema schema, GenericRecord value) throws Exception {
        int id = registry.register("documents-value", new AvroSchema(schema));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(value, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static Schema withField(Schema schema) {
        List<Schema.Field> fields = new ArrayList<>();
        schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("more", Schema.create(Schema.Type.STRING), "more"));
        return Schema.createRecord(schema.getName(), "", schema.getNamespace(), false, fields);
    }

    @Test
    void shouldLeaveAttributesBehindWhereNobodyWantsThem() throws Exception {
        RecordDecoder without =
                new RecordDecoder.OfDocuments(new WriterSchemas(registry, "documents", Document.class), LIMITS, false);

        assertThat(without.decode(serializer.serialize("documents", document(new Random(2))), NONE)
                        .attributes())
                .isEmpty();
    }

    @Test
    void shouldRejectAndNeverFailWhateverTheBytesAre() throws Exception {
        Random random = new Random(5);
        byte[] good = serializer.serialize("documents", document(random));
        int rejected = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt();
            }
            try {
                decoder.decode(bytes, NONE);
            } catch (Rejection expected) {
                rejected++;
            }
        }
        assertThat(rejected).isPositive();
    }

    @Test
    void shouldNotTakeARegistryThatIsAwayForABadRecord() {
        SchemaRegistryClient away = new MockSchemaRegistryClient() {
            @Override
            public io.confluent.kafka.schemaregistry.ParsedSchema getSchemaById(int id) throws IOException {
                throw new IOException("connection refused");
            }
        };
        RecordDecoder undecided =
                new RecordDecoder.OfDocuments(new WriterSchemas(away, "documents", Document.class), LIMITS, true);
        byte[] good = serializer.serialize("documents", document(new Random(1)));

        assertThatThrownBy(() -> undecided.decode(good, NONE))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("connection refused");
    }

    private static Document document(Random random) {
        List<List<String>> sentences = new ArrayList<>();
        for (int s = 1 + random.nextInt(4); s > 0; s--) {
            List<String> sentence = new ArrayList<>();
            for (int t = sentences.isEmpty() ? 1 + random.nextInt(600) : random.nextInt(5); t > 0; t--) {
                int word = random.nextInt(900);
                sentence.add((word % 3 == 0 ? "é" : word % 7 == 0 ? "𝄞" : "w") + word);
            }
            sentences.add(sentence);
        }
        return Document.newBuilder()
                .setId("id" + random.nextInt())
                .setSource("Zeitung für alle")
                .setPublishedAt(Instant.ofEpochMilli(random.nextLong(-1L << 40, 1L << 40)))
                .setSentences(sentences)
                .setLearn(random.nextBoolean())
                .setAttributes(Map.of("a", "b", "c", "d"))
                .build();
    }
}
