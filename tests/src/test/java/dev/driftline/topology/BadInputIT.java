package dev.driftline.topology;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.keys.InputKeys;
import dev.driftline.input.DeadLetterReason;
import dev.driftline.input.DeadLetters;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Score;
import dev.driftline.testing.Application;
import dev.driftline.testing.Cluster;
import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.RecordedTopic;
import dev.driftline.testing.SmallDocuments;
import dev.driftline.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

/** Whatever stands in the input topic, the documents around it are scored as if it had not been there. */
class BadInputIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int ORDER = 3;
    private static final int UNKNOWN_ID = 987_654;
    private static final Map<String, String> SETTINGS =
            Map.of("shards", "1", "partitions", "1", "model.order", Integer.toString(ORDER));

    private record Bad(String name, DeadLetterReason reason, byte[] value) {}

    @Test
    void shouldSetBadRecordsAsideWithAReasonAndScoreTheOthersAsIfTheyHadNotBeenThere(Cluster cluster) {
        List<Document> good = new ArrayList<>(new SmallDocuments(3).next(40));
        // A repeated id is another document: scored again, and learned again.
        good.add(good.get(7));
        List<Score> undisturbed;
        try (Application application = cluster.application("clean", SETTINGS)) {
            application.publish(good);
            application.start("one");
            undisturbed = application.scores().awaitSize(good.size(), PATIENCE).values();
        }

        try (Application application = cluster.application("bad", SETTINGS)) {
            List<Bad> bad = badValues(application);
            Map<Long, Bad> byOffset = new java.util.TreeMap<>();
            for (int i = 0; i < good.size(); i++) {
                application.publish(List.of(good.get(i)));
                if (i < bad.size()) {
                    RecordMetadata at = application.publish(
                            Topic.DOCUMENTS, "bad-" + i, bad.get(i).value());
                    byOffset.put(at.offset(), bad.get(i));
                }
            }
            assertThat(byOffset).as("all cases are among the good ones").hasSameSizeAs(bad);
            application.start("one");
            RecordedTopic<byte[]> letters = application.deadLetters().awaitSize(bad.size(), PATIENCE);
            List<Score> scores =
                    application.scores().awaitSize(good.size(), PATIENCE).values();

            assertThat(letters.records()).hasSameSizeAs(bad);
            for (ConsumerRecord<byte[], byte[]> letter : letters.records()) {
                Bad expected = byOffset.get(Long.valueOf(header(letter.headers(), DeadLetters.OFFSET)));
                assertThat(header(letter.headers(), DeadLetters.REASON))
                        .as(expected.name())
                        .isEqualTo(expected.reason().code());
                assertThat(header(letter.headers(), DeadLetters.MESSAGE))
                        .as(expected.name())
                        .isNotBlank();
                assertThat(header(letter.headers(), DeadLetters.TOPIC)).isEqualTo(application.topic(Topic.DOCUMENTS));
                assertThat(letter.value()).as(expected.name()).isEqualTo(expected.value());
            }

            assertThat(scores).hasSameSizeAs(undisturbed);
            for (int i = 0; i < scores.size(); i++) {
                Score score = scores.get(i);
                Score expected = undisturbed.get(i);
                assertThat(score.getId()).isEqualTo(expected.getId());
                assertThat(score.getExperts()).as(score.getId()).isEqualTo(expected.getExperts());
                assertThat(score.getMixtureBits()).as(score.getId()).isEqualTo(expected.getMixtureBits());
                assertThat(score.getSpellingBits()).as(score.getId()).isEqualTo(expected.getSpellingBits());
                assertThat(score.getMixtureWeights()).as(score.getId()).isEqualTo(expected.getMixtureWeights());
            }
            assertThat(scores.get(40).getId()).isEqualTo(scores.get(7).getId());
            assertThat(scores.get(40).getUnknownTokens()).isZero();

            RecordedTopic<Prediction> predictions = application.predictions().awaitSize(good.size(), PATIENCE);
            assertThat(predictions.records()).hasSameSizeAs(good);

            NgramCensus census = new NgramCensus(ORDER);
            good.forEach(document -> census.add(document.getSentences()));
            application.changelogCounts().assertEqual(census);
        }
    }

    private static List<Bad> badValues(Application application) {
        int documentBytes = application.config().get(InputKeys.DOCUMENT_MAX_BYTES);
        return List.of(
                new Bad(
                        "larger than the limit",
                        DeadLetterReason.DOCUMENT_TOO_LARGE,
                        application.bytes(document("w".repeat(1000), documentBytes / 1000 + 1))),
                new Bad("empty", DeadLetterReason.EMPTY_VALUE, new byte[0]),
                new Bad("null", DeadLetterReason.NULL_VALUE, null),
                new Bad("JSON", DeadLetterReason.NOT_AVRO, "{\"id\": \"d\"}".getBytes(UTF_8)),
                new Bad("a few bytes", DeadLetterReason.NOT_AVRO, new byte[] {0, 0}),
                new Bad("an unknown schema id", DeadLetterReason.UNKNOWN_SCHEMA, withId(application, UNKNOWN_ID)),
                new Bad(
                        "control characters",
                        DeadLetterReason.CONTROL_CHARACTER,
                        application.bytes(document("be\u0007ll", 3))),
                new Bad("a lone surrogate", DeadLetterReason.INVALID_UTF8, withLoneSurrogate(application)),
                new Bad(
                        "a million tokens",
                        DeadLetterReason.TOO_MANY_TOKENS,
                        application.bytes(document("a", 1_000_000))),
                new Bad(
                        "a token of a megabyte",
                        DeadLetterReason.TOKEN_TOO_LONG,
                        application.bytes(document("x".repeat(1 << 20), 1))),
                new Bad("a truncated value", DeadLetterReason.CORRUPT, truncated(application)),
                new Bad("no tokens", DeadLetterReason.EMPTY_DOCUMENT, application.bytes(document("a", 0))),
                new Bad("an empty token", DeadLetterReason.EMPTY_TOKEN, application.bytes(document("", 2))),
                new Bad(
                        "a mark of the model's own",
                        DeadLetterReason.RESERVED_TOKEN,
                        application.bytes(document("<s>", 1))));
    }

    private static Document document(String token, int times) {
        Document document = new SmallDocuments(0).next(1).get(0);
        document.setSentences(List.of(Collections.nCopies(times, token)));
        return document;
    }

    private static byte[] withId(Application application, int id) {
        byte[] bytes = application.bytes(document("a", 2));
        ByteBuffer.wrap(bytes).putInt(1, id);
        return bytes;
    }

    /** As a careless encoder writes U+D800: three bytes that are not UTF-8. */
    private static byte[] withLoneSurrogate(Application application) {
        byte[] bytes = application.bytes(document("two", 1));
        int at = new String(bytes, ISO_8859_1).indexOf("two");
        System.arraycopy(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, 0, bytes, at, 3);
        return bytes;
    }

    private static byte[] truncated(Application application) {
        byte[] bytes = application.bytes(document("a", 5));
        return java.util.Arrays.copyOf(bytes, bytes.length - 4);
    }

    private static String header(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), UTF_8);
    }
}
