package dev.driftline.topology;

import static dev.driftline.topology.TopologyFixture.LIMITS;
import static dev.driftline.topology.TopologyFixture.document;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.input.DeadLetterReason;
import dev.driftline.input.DeadLetters;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.topics.Topic;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Order(1)
class DeadLettersTest {

    @TempDir
    private static Path undisturbedDir;

    /** What the second of two documents scores where nothing came between them. */
    private static Score undisturbed;

    @TempDir
    Path stateDir;

    private TopologyFixture fixture;

    @BeforeAll
    static void scoreUndisturbed() {
        try (TopologyFixture fixture = new TopologyFixture(undisturbedDir, ModelSettings.ofOrder(3), LIMITS)) {
            fixture.score(document("before", "news", "a b c"));
            undisturbed = fixture.score(document("after", "news", "a b d"));
        }
    }

    @BeforeEach
    void start() {
        fixture = new TopologyFixture(stateDir, ModelSettings.ofOrder(3), LIMITS);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private interface BadValue extends Function<TopologyFixture, byte[]> {}

    static Stream<Arguments> badValues() {
        return Stream.of(
                bad(DeadLetterReason.NULL_VALUE, fixture -> null),
                bad(DeadLetterReason.EMPTY_VALUE, fixture -> new byte[0]),
                bad(DeadLetterReason.NOT_AVRO, fixture -> "{\"id\": 1}".getBytes(UTF_8)),
                bad(DeadLetterReason.NOT_AVRO, fixture -> new byte[] {0, 0, 0}),
                bad(DeadLetterReason.UNKNOWN_SCHEMA, fixture -> withSchemaId(fixture, 4711)),
                bad(DeadLetterReason.WRONG_SCHEMA, fixture -> withSchemaId(fixture, otherSchema(fixture))),
                bad(DeadLetterReason.CORRUPT, fixture -> {
                    byte[] bytes = good(fixture);
                    return Arrays.copyOf(bytes, bytes.length - 3);
                }),
                bad(DeadLetterReason.CORRUPT, fixture -> {
                    byte[] bytes = good(fixture);
                    return Arrays.copyOf(bytes, bytes.length + 3);
                }),
                // A block that claims 2^62 sentences after id, source and date.
                bad(DeadLetterReason.CORRUPT, fixture -> {
                    byte[] bytes = Arrays.copyOf(good(fixture), 30);
                    Arrays.fill(bytes, 5, 30, (byte) 0);
                    Arrays.fill(bytes, 8, 17, (byte) 0xFE);
                    bytes[17] = 1;
                    return bytes;
                }),
                bad(DeadLetterReason.EMPTY_DOCUMENT, fixture -> fixture.bytes(sentences(List.of()))),
                bad(DeadLetterReason.EMPTY_DOCUMENT, fixture -> fixture.bytes(sentences(List.of(List.of())))),
                bad(DeadLetterReason.EMPTY_TOKEN, fixture -> fixture.bytes(sentences(List.of(List.of("a", ""))))),
                bad(DeadLetterReason.CONTROL_CHARACTER, fixture -> fixture.bytes(document("d", "s", "a b\u0007c"))),
                bad(DeadLetterReason.CONTROL_CHARACTER, fixture -> fixture.bytes(document("d", "s", "a b\u007Fc"))),
                bad(DeadLetterReason.CONTROL_CHARACTER, fixture -> fixture.bytes(document("d\n", "s", "a"))),
                bad(DeadLetterReason.RESERVED_TOKEN, fixture -> fixture.bytes(document("d", "s", "a <s> b"))),
                bad(DeadLetterReason.RESERVED_TOKEN, fixture -> fixture.bytes(document("d", "s", "a </s> b"))),
                bad(DeadLetterReason.INVALID_UTF8, fixture -> replaced(fixture, new byte[] {(byte) 0xC3, 'x', 'x'})),
                // A lone surrogate, as a careless encoder writes it.
                bad(
                        DeadLetterReason.INVALID_UTF8,
                        fixture -> replaced(fixture, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80})),
                bad(
                        DeadLetterReason.TOKEN_TOO_LONG,
                        fixture -> fixture.bytes(document("d", "s", "a " + "x".repeat(65) + " b"))),
                bad(
                        DeadLetterReason.TOO_MANY_TOKENS,
                        fixture -> fixture.bytes(sentences(List.of(Collections.nCopies(5_000, "a"))))),
                bad(
                        DeadLetterReason.DOCUMENT_TOO_LARGE,
                        fixture -> fixture.bytes(document("d", "s", "x".repeat(100_000)))));
    }

    private static Arguments bad(DeadLetterReason reason, BadValue value) {
        return Arguments.of(reason, value);
    }

    @ParameterizedTest
    @MethodSource("badValues")
    void shouldSetAsideABadRecordAndScoreTheOthersAsIfItHadNotBeenThere(DeadLetterReason reason, BadValue value) {
        byte[] bad = value.apply(fixture);
        fixture.score(document("before", "news", "a b c"));

        fixture.documents.pipeInput(
                new TestRecord<>("key".getBytes(UTF_8), bad, new RecordHeaders().add("trace", new byte[] {7}), 1234L));

        assertThat(fixture.scores.isEmpty()).isTrue();
        TestRecord<byte[], byte[]> letter = fixture.deadLetters.readRecord();
        assertThat(header(letter, DeadLetters.REASON)).isEqualTo(reason.code());
        assertThat(header(letter, DeadLetters.MESSAGE)).isNotBlank();
        assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(fixture.topics.name(Topic.DOCUMENTS));
        assertThat(header(letter, DeadLetters.PARTITION)).isEqualTo("0");
        assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("1");
        assertThat(header(letter, DeadLetters.TIMESTAMP)).isEqualTo("1234");
        assertThat(header(letter, DeadLetters.OPERATOR)).isEqualTo(ReadProcessor.READ_DOCUMENTS);
        assertThat(letter.headers().lastHeader("trace").value()).containsExactly(7);
        assertThat(letter.key()).isEqualTo("key".getBytes(UTF_8));
        assertThat(letter.value()).isEqualTo(bad);

        Score after = fixture.score(document("after", "news", "a b d"));
        assertThat(after.getMixtureBits()).isEqualTo(undisturbed.getMixtureBits());
        assertThat(after.getExperts()).isEqualTo(undisturbed.getExperts());
    }

    static Stream<Arguments> tooLarge() {
        int most = LIMITS.recordBytes();
        RecordHeaders one = new RecordHeaders();
        one.add("h", new byte[2 * most]);
        RecordHeaders many = new RecordHeaders();
        for (int i = 0; i < most / 16; i++) {
            many.add("header " + i, new byte[8]);
        }
        return Stream.of(
                Arguments.of("value", null, new byte[most + 1], new RecordHeaders()),
                Arguments.of("key", new byte[2 * most], "no Avro".getBytes(UTF_8), new RecordHeaders()),
                Arguments.of("key", new byte[2 * most], null, new RecordHeaders()),
                Arguments.of("headers", null, "no Avro".getBytes(UTF_8), one),
                Arguments.of("headers", null, "no Avro".getBytes(UTF_8), many),
                Arguments.of("value", new byte[most], new byte[3 * most], many),
                Arguments.of("value", new byte[most / 4], new byte[most], new RecordHeaders()));
    }

    @ParameterizedTest
    @MethodSource("tooLarge")
    void shouldCutADeadLetterThatIsTooLargeToBeSentAndSayWhatWasCut(
            String what, byte[] key, byte[] value, RecordHeaders headers) {
        fixture.documents.pipeInput(new TestRecord<>(key, value, headers, 1234L));

        TestRecord<byte[], byte[]> letter = fixture.deadLetters.readRecord();
        long size =
                (letter.key() == null ? 0 : letter.key().length) + (letter.value() == null ? 0 : letter.value().length);
        for (Header header : letter.headers()) {
            size += header.key().length() + header.value().length + 2;
        }
        assertThat(size).isLessThan(LIMITS.recordBytes() - 512L);
        assertThat(header(letter, DeadLetters.CUT)).contains(what);
        assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("0");
        if (what.equals("value")) {
            assertThat(header(letter, DeadLetters.CUT_FROM)).isEqualTo(Integer.toString(value.length));
            assertThat(letter.value()).hasSizeGreaterThan(LIMITS.recordBytes() / 4);
        } else {
            assertThat(letter.value()).isEqualTo(value);
        }
        assertThat(fixture.score(document("after", "news", "a b d")).getTokens())
                .isEqualTo(4);
    }

    @Test
    void shouldSayWhichSettingOfAProducerMendsASchemaIdInAHeader() {
        byte[] whole = good(fixture);
        byte[] value = Arrays.copyOfRange(whole, 5, whole.length);

        fixture.documents.pipeInput(
                new TestRecord<>(null, value, new RecordHeaders().add("__value_schema_id", new byte[17]), 1234L));

        TestRecord<byte[], byte[]> letter = fixture.deadLetters.readRecord();
        assertThat(header(letter, DeadLetters.REASON)).isEqualTo(DeadLetterReason.NOT_AVRO.code());
        assertThat(header(letter, DeadLetters.MESSAGE))
                .contains("value.schema.id.serializer=")
                .contains("PrefixSchemaIdSerializer");
        assertThat(letter.value()).isEqualTo(value);
    }

    @Test
    void shouldReadADocumentOfAnOlderCompatibleSchema() throws Exception {
        Schema older = new Schema.Parser().parse("""
                {"type": "record", "name": "Document", "namespace": "dev.driftline.schemas", "fields": [
                  {"name": "source", "type": "string"},
                  {"name": "id", "type": "string"},
                  {"name": "published_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "sentences", "type": {"type": "array", "items": {"type": "array", "items": "string"}}}]}
                """);
        int id = fixture.registry.register("older-value", new AvroSchema(older));
        // source "s", id "i", date 0, one sentence: "a" "é"
        byte[] body = {2, 's', 2, 'i', 0, 2, 4, 2, 'a', 4, (byte) 0xC3, (byte) 0xA9, 0, 0};

        fixture.documents.pipeInput(
                null,
                ByteBuffer.allocate(5 + body.length)
                        .put((byte) 0)
                        .putInt(id)
                        .put(body)
                        .array());

        Score score = fixture.scores.readValue();
        assertThat(score.getId()).isEqualTo("i");
        assertThat(score.getTokens()).isEqualTo(3);
        assertThat(score.getLearned()).isTrue();
    }

    @Test
    void shouldLetTheControlCharactersOfOldCodePagesThrough() {
        Score score = fixture.score(document("d", "news", "it\u0092s here"));

        assertThat(score.getTokens()).isEqualTo(3);
        assertThat(fixture.deadLetters.isEmpty()).isTrue();
    }

    private static String header(TestRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), UTF_8);
    }

    private static Document sentences(List<List<String>> sentences) {
        Document document = document("d", "s", "a");
        document.setSentences(sentences);
        return document;
    }

    private static byte[] good(TopologyFixture fixture) {
        return fixture.bytes(document("d", "s", "one two three"));
    }

    /** A document with the three bytes in place of a token of three. */
    private static byte[] replaced(TopologyFixture fixture, byte[] token) {
        byte[] bytes = good(fixture);
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("two");
        System.arraycopy(token, 0, bytes, at, 3);
        return bytes;
    }

    private static byte[] withSchemaId(TopologyFixture fixture, int id) {
        byte[] bytes = good(fixture);
        ByteBuffer.wrap(bytes).putInt(1, id);
        return bytes;
    }

    private static int otherSchema(TopologyFixture fixture) {
        try {
            return fixture.registry.register(
                    "other-value",
                    new AvroSchema(new Schema.Parser()
                            .parse("{\"type\": \"record\", \"name\": \"Other\", \"fields\":"
                                    + " [{\"name\": \"x\", \"type\": \"int\"}]}")));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
