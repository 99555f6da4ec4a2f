package dev.driftline.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.driftline.schemas.MalformedRecordException.Reason;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaRegistrySerdesTest {

    private static final String SCOPE = "serdes";
    private static final String TOPIC = "documents";

    private final SchemaRegistrySerdes serdes =
            new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://" + SCOPE));

    @AfterEach
    void forgetRegistry() {
        MockSchemaRegistry.dropScope(SCOPE);
    }

    static List<SpecificRecord> samples() {
        return List.of(Samples.textEvent(), Samples.document(), Samples.score(), Samples.prediction());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldReadBackWhatItWrote(SpecificRecord sample) {
        assertRoundTrip(sample.getClass().asSubclass(SpecificRecord.class), sample);
    }

    private <T extends SpecificRecord> void assertRoundTrip(Class<T> type, SpecificRecord sample) {
        Serde<T> serde = serdes.registering().serde(type);
        byte[] bytes = serde.serializer().serialize(TOPIC, type.cast(sample));

        assertThat(bytes[0]).as("magic byte").isZero();
        assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(sample);
    }

    @Test
    void shouldKeepNullAsNull() {
        assertThat(serdes.serializer(Document.class).serialize(TOPIC, null)).isNull();
        assertThat(serdes.deserializer(Document.class).deserialize(TOPIC, null)).isNull();
    }

    @Test
    void shouldUseTheSchemaThatSubjectsRegisteredWhenRegisteringIsOff() {
        SchemaRegistryClient client = serdes.client();
        new Subjects(client).register(Map.of(TOPIC, Document.class));

        byte[] bytes = serdes.serializer(Document.class).serialize(TOPIC, Samples.document());

        assertThat(serdes.deserializer(Document.class).deserialize(TOPIC, bytes))
                .isEqualTo(Samples.document());
    }

    @Test
    void shouldRefuseToWriteWhenSchemaIsNotRegistered() {
        Serializer<Document> serializer = serdes.serializer(Document.class);
        assertThatThrownBy(() -> serializer.serialize(TOPIC, Samples.document()))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void shouldSayNotAvroWhenBytesHaveNoHeader() {
        assertThat(reasonFor("plain text".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo(Reason.NOT_AVRO);
        assertThat(reasonFor(new byte[0])).isEqualTo(Reason.NOT_AVRO);
        assertThat(reasonFor(new byte[] {0, 0, 0})).isEqualTo(Reason.NOT_AVRO);
    }

    @Test
    void shouldSayUnknownSchemaWhenRegistryHasNoSuchId() {
        assertThat(reasonFor(
                        ByteBuffer.allocate(9).put((byte) 0).putInt(777_777).array()))
                .isEqualTo(Reason.UNKNOWN_SCHEMA);
    }

    @Test
    void shouldSayWrongSchemaWhenRecordIsOfAnotherType() {
        byte[] prediction = serdes.registering().serializer(Prediction.class).serialize(TOPIC, Samples.prediction());
        assertThat(reasonFor(prediction)).isEqualTo(Reason.WRONG_SCHEMA);
    }

    @Test
    void shouldSayWrongSchemaWhenValueIsABareString() throws Exception {
        int id = serdes.client().register(TOPIC + "-value", new AvroSchema(Schema.create(Schema.Type.STRING)));
        byte[] text = ByteBuffer.allocate(8)
                .put((byte) 0)
                .putInt(id)
                .put((byte) 4)
                .put((byte) 'h')
                .put((byte) 'i')
                .array();
        assertThat(reasonFor(text)).isEqualTo(Reason.WRONG_SCHEMA);
    }

    @Test
    void shouldSayCorruptWhenBytesAreCutShort() {
        byte[] whole = serdes.registering().serializer(Document.class).serialize(TOPIC, Samples.document());
        for (int length = 5; length < whole.length; length++) {
            assertThat(reasonFor(Arrays.copyOf(whole, length)))
                    .as("%d bytes", length)
                    .isEqualTo(Reason.CORRUPT);
        }
    }

    @Test
    void shouldSayCorruptWhenALengthIsAbsurd() {
        byte[] whole = serdes.registering().serializer(Document.class).serialize(TOPIC, Samples.document());
        byte[] absurd = whole.clone();
        // The id's length becomes a varint of a gigabyte.
        byte[] gigabyte = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x08};
        System.arraycopy(gigabyte, 0, absurd, 5, gigabyte.length);
        assertThat(reasonFor(absurd)).isEqualTo(Reason.CORRUPT);
    }

    @Test
    void shouldSayUnavailableWhenNoRegistryAnswers() {
        SchemaRegistrySerdes nowhere = new SchemaRegistrySerdes(Map.of(
                SchemaRegistrySerdes.URL, "http://127.0.0.1:1", "max.retries", 0, "http.connect.timeout.ms", 1000));
        Deserializer<Document> deserializer = nowhere.deserializer(Document.class);
        byte[] bytes = ByteBuffer.allocate(9).put((byte) 0).putInt(1).array();

        assertThatThrownBy(() -> deserializer.deserialize(TOPIC, bytes))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void shouldReadOlderSchemaWhenFieldsWithDefaultsAreMissing() throws Exception {
        Schema older = new Schema.Parser()
                .parse(
                        "{\"type\":\"record\",\"name\":\"Document\",\"namespace\":\"dev.driftline.schemas\",\"fields\":["
                                + "{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"source\",\"type\":\"string\"},"
                                + "{\"name\":\"published_at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
                                + "{\"name\":\"sentences\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":\"string\"}}}]}");
        int id = serdes.client().register(TOPIC + "-value", new AvroSchema(older));
        byte[] bytes = ByteBuffer.allocate(13)
                .put((byte) 0)
                .putInt(id)
                .put(new byte[] {2, 'a', 2, 'b', 0, 0, 0, 0})
                .array();

        Document read = serdes.deserializer(Document.class).deserialize(TOPIC, Arrays.copyOf(bytes, 11));

        assertThat(read.getId()).isEqualTo("a");
        assertThat(read.getLearn()).isTrue();
        assertThat(read.getAttributes()).isEmpty();
    }

    @Test
    void shouldAskForTheAddressWhenThereIsNone() {
        assertThatThrownBy(() -> new SchemaRegistrySerdes(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schema.registry.url");
    }

    private Reason reasonFor(byte[] bytes) {
        Deserializer<Document> deserializer = serdes.deserializer(Document.class);
        MalformedRecordException thrown =
                catchThrowableOfType(MalformedRecordException.class, () -> deserializer.deserialize(TOPIC, bytes));
        assertThat(thrown).as("malformed record reported").isNotNull();
        return thrown.reason();
    }
}
