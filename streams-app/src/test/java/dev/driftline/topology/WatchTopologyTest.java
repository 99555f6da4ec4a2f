package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.drift.Detector;
import dev.driftline.drift.DriftChange;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.SourceWatch;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.DriftSeries;
import dev.driftline.schemas.DriftState;
import dev.driftline.schemas.DriftWord;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.source.SourceLimits;
import dev.driftline.sources.WatchedSources;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topics.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTopologyTest {

    private static final DriftSettings DRIFT =
            new DriftSettings(EnumSet.allOf(Detector.class), 50, 1_000, 3_000, 0.3, 0.002, 12, 4.5, 64);

    private static final SourceLimits LIMITS =
            new SourceLimits(100, Duration.ofMinutes(10).toMillis());

    @TempDir
    Path stateDir;

    private TopologyFixture fixture;
    private final TwoLanguages languages = new TwoLanguages();

    @BeforeEach
    void start() {
        fixture = new TopologyFixture(
                stateDir,
                ModelSettings.ofOrder(2),
                TopologyFixture.LIMITS,
                Optional.empty(),
                Optional.of(DRIFT),
                LIMITS);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private List<DriftEvent> events() {
        return fixture.drift.readValuesToList();
    }

    @Test
    void shouldSayWhenASourceChangesItsLanguageAndLeaveTheOthersAlone() {
        for (int i = 0; i < 150; i++) {
            fixture.pipe(languages.next("steady", false));
            fixture.pipe(languages.next("changing", false));
        }
        assertThat(events())
                .filteredOn(event -> event.getState() == DriftState.DRIFT)
                .isEmpty();
        for (int i = 0; i < 30; i++) {
            fixture.pipe(languages.next("steady", false));
            fixture.pipe(languages.next("changing", true));
        }

        List<TestRecord<String, DriftEvent>> records = fixture.drift.readRecordsToList();
        assertThat(records)
                .filteredOn(record -> record.value().getState() == DriftState.DRIFT)
                .isNotEmpty()
                .allSatisfy(record -> assertThat(record.key()).isEqualTo("changing"));
        assertThat(records)
                .extracting(TestRecord::value)
                .filteredOn(event -> event.getSeries() == DriftSeries.REFERENCE && event.getState() == DriftState.DRIFT)
                .first()
                .satisfies(event -> {
                    assertThat(event.getStartedDocument()).isBetween(148L, 152L);
                    assertThat(event.getDocumentsSeen()).isBetween(151L, 160L);
                    assertThat(event.getBitsPerTokenAfter()).isGreaterThan(event.getBitsPerTokenBefore() + 3);
                    assertThat(event.getPerplexityBefore()).isEqualTo(Math.pow(2, event.getBitsPerTokenBefore()));
                    assertThat(event.getPerplexityAfter()).isEqualTo(Math.pow(2, event.getBitsPerTokenAfter()));
                    assertThat(event.getUnknownRateAfter()).isGreaterThan(event.getUnknownRateBefore());
                    assertThat(event.getWords()).extracting(DriftWord::getWord).anyMatch(word -> word.startsWith("ø"));
                    assertThat(event.getDocuments())
                            .isNotEmpty()
                            .allSatisfy(document -> assertThat(document.getInputTopic())
                                    .isEqualTo(fixture.topics.name(Topic.DOCUMENTS)));
                });
        assertThat(fixture.counters.driftEvents(DriftChange.State.DRIFT)).isPositive();
    }

    @Test
    void shouldForgetSourcesPastTheBoundAndThoseThatAreIdle() {
        for (int i = 0; i < 300; i++) {
            fixture.pipe(languages.next("source-" + i, false));
        }
        assertThat(watched()).hasSize(100).contains("source-299").doesNotContain("source-199");

        fixture.driver.advanceWallClockTime(Duration.ofMinutes(5));
        fixture.pipe(languages.next("source-250", false));
        fixture.driver.advanceWallClockTime(Duration.ofMinutes(6));
        fixture.pipe(languages.next("source-250", false));

        assertThat(watched()).containsExactly("source-250");
    }

    @Test
    void shouldForgetASourceThatIsDroppedAndKeepTheOthers() {
        for (int i = 0; i < 5; i++) {
            fixture.pipe(languages.next("kept", false));
            fixture.pipe(languages.next("dropped", false));
        }
        assertThat(watched()).containsExactlyInAnyOrder("kept", "dropped");
        Document drop = Document.newBuilder(languages.next("dropped", false))
                .setSentences(List.of())
                .setLearn(false)
                .setRetract(true)
                .setRetractSource(true)
                .build();

        fixture.pipe(drop);
        assertThat(watched()).containsExactly("kept");
        fixture.pipe(drop);
        fixture.pipe(languages.next("dropped", false));

        assertThat(watched()).as("it is new when it comes back").containsExactlyInAnyOrder("kept", "dropped");
        assertThat(fixture.deadLetters.isEmpty()).isTrue();
    }

    private List<String> watched() {
        WriteBackStore store = (WriteBackStore) fixture.driver.getStateStore(WatchedSources.STORE);
        List<String> names = new ArrayList<>();
        store.scan(new byte[0], (key, value) -> {
            if ((key[0] & 0xFF) != 0xFE) {
                SourceWatch.decode(DRIFT, value);
                names.add(new String(key, 1, key.length - 1, java.nio.charset.StandardCharsets.UTF_8));
            }
        });
        return names;
    }
}
