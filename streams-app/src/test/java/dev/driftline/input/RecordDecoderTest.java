package dev.driftline.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.scoring.DocumentTokens;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
