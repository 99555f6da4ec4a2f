package dev.driftline.topology;

import static dev.driftline.topology.TopologyFixture.document;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.commits.CommittingProcessors;
import dev.driftline.drift.Detector;
import dev.driftline.drift.DriftSettings;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.filter.FilterRules;
import dev.driftline.input.DeadLetterReason;
import dev.driftline.input.DeadLetters;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.source.SourceLimits;
import dev.driftline.topics.FilterFile;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A document with which one step of its way fails, each time. Where state has begun to change, the thread dies of it: the driver
 * is closed then, and the next one begins with the state before the document, as a restart does.
 */
@ParameterizedClass
@EnumSource
@Order(1)
class FailingDocumentsTest {

    private static final ModelSettings MODEL = ModelSettings.ofOrder(3);
    private static final DriftSettings DRIFT =
            new DriftSettings(EnumSet.allOf(Detector.class), 50, 1_000, 3_000, 0.3, 0.002, 12, 4.5, 64);

    @Parameter
    private Layout layout;

    @TempDir
    private Path folder;

    private final AtomicBoolean failing = new AtomicBoolean();
    private int lives;

    /** A life of the service, which remembers what failed in the lives before. */
    private TopologyFixture start(Stage stage) {
        RecordTries tries = new RecordTries(folder.resolve("tries"), reached -> {
            if (reached == stage && failing.get()) {
                throw new IllegalStateException("no model for this text");
            }
        });
        return start(tries);
    }

    private TopologyFixture start(RecordTries tries) {
        return new TopologyFixture(
                layout,
                folder.resolve("life-" + lives++),
                MODEL,
                TopologyFixture.LIMITS,
                Optional.empty(),
                Optional.of(DRIFT),
                new SourceLimits(100, 600_000),
                Optional.of(rules()),
                tries,
                Optional.empty(),
                Map.of(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, CommittingProcessors.class));
    }

    private FilterRules rules() {
        Path file = folder.resolve("rules.json");
        try {
            Files.writeString(
                    file, "{\"rules\": [{\"name\": \"all\", \"if\": {\"source\": \"*\"}, \"to\": \"kept.v1\"}]}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return FilterFile.read(file);
    }

    /** Pipes the document that fails until it is through; returns how many threads died of it. */
    private int deaths(Stage stage, Consumer<TopologyFixture> behind) {
        for (int deaths = 0; ; deaths++) {
            TopologyFixture fixture = start(stage);
            failing.set(true);
            try {
                fixture.pipe(document("bad", "somebody", "a b c"));
            } catch (RuntimeException e) {
                assertThat(FailureKind.of(e)).isEqualTo(FailureKind.TRY);
                assertThat(deaths).isLessThan(RecordTries.MOST);
                closeAfterDeath(fixture);
                continue;
            } finally {
                failing.set(false);
            }
            try (fixture) {
                behind.accept(fixture);
            }
            return deaths;
        }
    }

    private static void closeAfterDeath(TopologyFixture fixture) {
        try {
            fixture.close();
        } catch (RuntimeException e) {
            // The driver cannot commit what failed.
        }
    }

    @ParameterizedTest
    @CsvSource({
        // stage, operator, deaths of threads, score of the document itself, header learned, learned by the counts
        "SCATTER, scatter, 0, false, no,  false",
        "COUNT,   gather,  0, false, yes, true",
        "LEARN,   gather,  3, false, no,  false",
        "GATHER,  gather,  0, false, yes, true",
        "MIX,     gather,  3, false, yes, true",
        "WRITE,   gather,  3, false, yes, true",
        "WATCH,   watch,   3, true,  '',  true",
        "FILTER,  filter,  3, true,  '',  true"
    })
    void shouldMakeADeadLetterOfADocumentThatFailsAndScoreWhatIsBehindIt(
            Stage stage, String operator, int expectedDeaths, boolean scored, String learned, boolean counted) {
        int deaths = deaths(stage, fixture -> {
            TestRecord<byte[], byte[]> letter = fixture.deadLetters.readRecord();
            assertThat(header(letter, DeadLetters.REASON)).isEqualTo(DeadLetterReason.FAILED.code());
            assertThat(header(letter, DeadLetters.MESSAGE)).contains("no model for this text");
            assertThat(header(letter, DeadLetters.OPERATOR)).isEqualTo(operator);
            assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(fixture.topics.name(Topic.DOCUMENTS));
            assertThat(header(letter, DeadLetters.PARTITION)).isEqualTo("0");
            assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("0");
            assertThat(header(letter, DeadLetters.LEARNED)).isEqualTo(learned);
            assertThat(letter.key()).isEqualTo("bad".getBytes(UTF_8));
            assertThat(fixture.deadLetters.isEmpty()).isTrue();
            assertThat(fixture.counters.pendingByPartition()).containsOnly(Map.entry(0, 0));
            if (scored) {
                assertThat(fixture.scores.readValue().getId()).isEqualTo("bad");
            }
            assertThat(fixture.scores.isEmpty()).isTrue();

            Score after = fixture.score(document("after", "somebody else", "a b d"));
            assertThat(ngrams(after)).isEqualTo(ngrams(undisturbed(counted)));
            assertThat(fixture.score(document("later", "somebody", "a b d")).getId())
                    .isEqualTo("later");
        });

        assertThat(deaths).isEqualTo(expectedDeaths);
    }

    @Test
    void shouldScoreADocumentThatFailsOnceAsIfNothingHadBeen() {
        Score undisturbed = undisturbed(true);
        TopologyFixture first = start(Stage.MIX);
        failing.set(true);
        try {
            first.pipe(document("bad", "somebody", "a b c"));
        } catch (RuntimeException e) {
            closeAfterDeath(first);
        }
        failing.set(false);

        try (TopologyFixture second = start(Stage.MIX)) {
            assertThat(second.score(document("bad", "somebody", "a b c")).getId())
                    .isEqualTo("bad");
            assertThat(second.deadLetters.isEmpty()).isTrue();
            Score after = second.score(document("after", "somebody else", "a b d"));
            assertThat(after.getMixtureBits()).isEqualTo(undisturbed.getMixtureBits());
        }
    }

    @Test
    void shouldMakeADeadLetterOfWhatIsNotAMessageOfTheInternalTopics() {
        try (TopologyFixture fixture = start(Stage.MIX)) {
            List<Topic> read = Stream.of(
                            Topic.NGRAM_REQUESTS, Topic.NGRAM_REPLIES, Topic.NGRAM_DOCUMENTS, Topic.OBSERVATIONS)
                    .filter(layout::has)
                    .toList();
            for (Topic topic : read) {
                fixture.pipe(topic, "somebody else's".getBytes(UTF_8));

                TestRecord<byte[], byte[]> letter = fixture.deadLetters.readRecord();
                assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(fixture.topics.name(topic));
                assertThat(header(letter, DeadLetters.OFFSET)).isEqualTo("0");
                assertThat(letter.value()).isEqualTo("somebody else's".getBytes(UTF_8));
            }

            assertThat(fixture.score(document("after", "somebody", "a b d")).getTokens())
                    .isEqualTo(4);
        }
    }

    private Score undisturbed(boolean withTheOther) {
        try (TopologyFixture fixture = start(new RecordTries())) {
            if (withTheOther) {
                fixture.score(document("bad", "somebody", "a b c"));
            }
            return fixture.score(document("after", "somebody else", "a b d"));
        }
    }

    private static List<ExpertScore> ngrams(Score score) {
        return score.getExperts().stream()
                .filter(expert -> expert.getName().matches(".*-\\d"))
                .toList();
    }

    private static String header(TestRecord<byte[], byte[]> letter, String name) {
        var header = letter.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), UTF_8);
    }
}
