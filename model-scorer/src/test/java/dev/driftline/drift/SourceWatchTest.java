package dev.driftline.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.codec.Varints;
import dev.driftline.drift.DriftChange.Recovery;
import dev.driftline.drift.DriftChange.State;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceWatchTest {

    private static final DriftSettings SETTINGS = DriftSettings.DEFAULTS;

    private SourceWatch watch = new SourceWatch(SETTINGS);
    private final List<DriftChange> changes = new ArrayList<>();

    private void add(Observation document) {
        changes.addAll(watch.add(document));
    }

    private List<DriftChange> drifts(Series series) {
        return changes.stream()
                .filter(change -> change.series() == series && change.state() == State.DRIFT)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Detector.class)
    void shouldNoticeAnAbruptRiseSoonWithEachDetector(Detector detector) {
        watch = new SourceWatch(SETTINGS.with(Set.of(detector)));
        MadeUpSource source = new MadeUpSource(1);
        IntStream.range(0, 200).forEach(i -> add(source.next(9)));
        assertThat(drifts(Series.REFERENCE)).as("before the change").isEmpty();

        IntStream.range(0, 40).forEach(i -> add(source.next(11)));

        assertThat(drifts(Series.REFERENCE)).hasSize(1).first().satisfies(change -> {
            assertThat(change.evidence().detector()).isEqualTo(detector);
            assertThat(change.evidence().statistic())
                    .isGreaterThanOrEqualTo(change.evidence().threshold());
            assertThat(change.seen().documents()).isBetween(201L, 220L);
            assertThat(change.start().document()).isBetween(196L, 204L);
            assertThat(change.start().publishedAt())
                    .isEqualTo(1_700_000_000_000L + 1000 * (change.start().document() + 1));
            assertThat(change.before().bitsPerToken()).isCloseTo(9, within(0.25));
            assertThat(change.after().bitsPerToken()).isCloseTo(11, within(0.8));
            assertThat(change.documents())
                    .hasSizeBetween(1, SourceWatch.DOCUMENTS)
                    .allSatisfy(document -> assertThat(document.excessBits())
                            .isCloseTo(
                                    (document.bitsPerToken() - change.before().bitsPerToken()) * document.tokens(),
                                    within(0.5)));
        });
        assertThat(drifts(Series.LIVE)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Detector.class)
    void shouldNoticeAGradualRiseWithEachDetector(Detector detector) {
        watch = new SourceWatch(SETTINGS.with(Set.of(detector)));
        MadeUpSource source = new MadeUpSource(2);
        IntStream.range(0, 200).forEach(i -> add(source.next(9)));
        IntStream.range(0, 150).forEach(i -> add(source.next(9 + Math.min(2, i / 50.0))));

        assertThat(drifts(Series.REFERENCE))
                .isNotEmpty()
                .first()
                .satisfies(change -> assertThat(change.seen().documents()).isBetween(201L, 320L));
    }

    @Test
    void shouldLeaveOutDocumentsThatTheModelHoldsImpossible() {
        SourceWatch undisturbed = new SourceWatch(SETTINGS);
        MadeUpSource source = new MadeUpSource(7);
        for (int i = 0; i < 340; i++) {
            Observation document = source.next(i < 300 ? 9 : 11);
            float bits = i % 3 == 0 ? Float.NaN : i % 3 == 1 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
            assertThat(watch.add(with(document, bits, document.referenceBits())))
                    .isEmpty();
            assertThat(watch.add(document)).isEqualTo(undisturbed.add(document));
        }
        assertThat(watch.encode()).isEqualTo(undisturbed.encode());
        assertThat(watch.state(Series.LIVE)).isEqualTo(State.DRIFT);
    }

    @Test
    void shouldTakeAnInfiniteCostUnderTheReferenceForNone() {
        SourceWatch without = new SourceWatch(SETTINGS);
        MadeUpSource source = new MadeUpSource(8);
        for (int i = 0; i < 200; i++) {
            Observation document = source.next(9);
            if (i % 5 == 0) {
                without.add(with(document, document.liveBits(), Float.NaN));
                watch.add(with(document, document.liveBits(), Float.POSITIVE_INFINITY));
            } else {
                without.add(document);
                watch.add(document);
            }
        }
        assertThat(watch.encode()).isEqualTo(without.encode());
        assertThat(watch.baseline(Series.REFERENCE)).isCloseTo(9, within(0.3));
    }

    /** Overwrites eight bytes here and there, so most stored numbers at some time, and whatever else lies there. */
    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void shouldRepairWhatAnEarlierVersionStored(double value) {
        MadeUpSource source = new MadeUpSource(9);
        IntStream.range(0, 200).forEach(i -> add(source.next(i < 190 ? 9 : 12)));
        byte[] stored = watch.encode();
        Varints.Writer number = new Varints.Writer(8);
        number.writeDouble(value);
        int read = 0;
        for (int at = 0; at + 8 < stored.length; at += 7) {
            byte[] broken = stored.clone();
            System.arraycopy(number.toByteArray(), 0, broken, at, 8);
            SourceWatch repaired;
            try {
                repaired = SourceWatch.decode(SETTINGS, broken);
            } catch (RuntimeException e) {
                // The bytes were no number of the layout.
                continue;
            }
            if (repaired.documents() != watch.documents() || repaired.tokens() != watch.tokens()) {
                continue;
            }
            read++;
            assertThat(SourceWatch.decode(SETTINGS, repaired.encode()).encode())
                    .as("at %d", at)
                    .isEqualTo(repaired.encode());
            assertThat(repaired.baseline(Series.LIVE)).as("at %d", at).isFinite();
            assertThat(repaired.baseline(Series.REFERENCE)).as("at %d", at).isFinite();
        }
        assertThat(read).isGreaterThan(15);
    }

    private static Observation with(Observation document, float live, float reference) {
        return new Observation(
                document.source(),
                document.id(),
                document.isText(),
                document.partition(),
                document.offset(),
                document.publishedAt(),
                document.tokens(),
                document.unknown(),
                live,
                reference,
                document.words());
    }

    @Test
    void shouldNoticeAFallOfTheReferenceAndNoneOfTheLiveSeries() {
        MadeUpSource source = new MadeUpSource(3);
        IntStream.range(0, 200).forEach(i -> add(source.next(9)));
        IntStream.range(0, 60).forEach(i -> add(source.next(7)));

        assertThat(drifts(Series.REFERENCE)).isNotEmpty();
        assertThat(changes).noneMatch(change -> change.series() == Series.LIVE);
    }

    @Test
    void shouldStayQuietWhileTheLiveModelLearnsFromNothing() {
        for (int seed = 0; seed < 10; seed++) {
            watch = new SourceWatch(SETTINGS);
            MadeUpSource source = new MadeUpSource(seed);
            for (int i = 0; i < 500; i++) {
                add(source.next(8 + 6 * Math.exp(-i / 80.0), 9));
            }
        }
        assertThat(changes).filteredOn(change -> change.state() == State.DRIFT).isEmpty();
    }

    @Test
    void shouldRarelyRaiseAnAlarmWithoutAChange() {
        int documents = 0;
        for (int seed = 0; seed < 10; seed++) {
            watch = new SourceWatch(SETTINGS);
            MadeUpSource source = new MadeUpSource(100 + seed);
            for (int i = 0; i < 5_000; i++) {
                add(source.next(9));
                documents++;
            }
        }
        assertThat(drifts(Series.REFERENCE)).as("in %d documents", documents).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void shouldTakeALevelThatLastsForTheNewNormal() {
        MadeUpSource source = new MadeUpSource(4);
        IntStream.range(0, 200).forEach(i -> add(source.next(9)));
        IntStream.range(0, 200).forEach(i -> add(source.next(11)));

        assertThat(changes).last().satisfies(change -> {
            assertThat(change.state()).isEqualTo(State.RECOVERED);
            assertThat(change.previous()).isEqualTo(State.DRIFT);
            assertThat(change.recovery()).isEqualTo(Recovery.ACCEPTED);
        });
        assertThat(watch.state(Series.REFERENCE)).isEqualTo(State.STABLE);
        assertThat(watch.baseline(Series.REFERENCE)).isCloseTo(11, within(0.3));
    }

    @Test
    void shouldSayThatTheLevelIsBackWhenItIs() {
        MadeUpSource source = new MadeUpSource(5);
        IntStream.range(0, 200).forEach(i -> add(source.next(9)));
        IntStream.range(0, 20).forEach(i -> add(source.next(11)));
        IntStream.range(0, 30).forEach(i -> add(source.next(9)));

        assertThat(changes)
                .filteredOn(change -> change.series() == Series.REFERENCE && change.previous() == State.DRIFT)
                .extracting(DriftChange::recovery)
                .containsExactly(Recovery.RETURNED);
        assertThat(watch.baseline(Series.REFERENCE)).isCloseTo(9, within(0.25));
    }

    @Test
    void shouldNotReportAChangeSmallerThanTheLeast() {
        watch = new SourceWatch(
                new DriftSettings(EnumSet.allOf(Detector.class), 200, 0, 10_000, 1.5, 0.002, 12, 4.5, 64));
        MadeUpSource source = new MadeUpSource(6);
        IntStream.range(0, 200).forEach(i -> add(source.next(9)));
        IntStream.range(0, 200).forEach(i -> add(source.next(9.6)));

        assertThat(changes).filteredOn(change -> change.state() == State.DRIFT).isEmpty();
    }

    @Test
    void shouldSeeInTheReferenceWhatTheLiveSeriesLosesSightOf() {
        MadeUpSource source = new MadeUpSource(7);
        IntStream.range(0, 200).forEach(i -> add(source.next(9)));
        // The live model learns what is new within a few documents.
        for (int i = 0; i < 50; i++) {
            add(source.next(9 + 3 * Math.exp(-i / 4.0), 11));
        }

        assertThat(watch.state(Series.LIVE)).isEqualTo(State.STABLE);
        assertThat(watch.state(Series.REFERENCE)).isEqualTo(State.DRIFT);
    }

    @Test
    void shouldListTheWordsThatAreNewToTheSource() {
        MadeUpSource source = new MadeUpSource(8);
        IntStream.range(0, 200).forEach(i -> add(with("usual", source.next(9))));
        IntStream.range(0, 20).forEach(i -> add(with(i % 2 == 0 ? "strange" : "usual", source.next(12))));

        assertThat(drifts(Series.REFERENCE).get(0).words())
                .extracting(DriftChange.Word::word)
                .first()
                .isEqualTo("strange");
    }

    private static Observation with(String word, Observation document) {
        return new Observation(
                document.source(),
                document.id(),
                document.isText(),
                document.partition(),
                document.offset(),
                document.publishedAt(),
                document.tokens(),
                document.unknown(),
                document.liveBits(),
                document.referenceBits(),
                List.of(new SurprisingWord(word, 5, 120), new SurprisingWord("the", 40, 80)));
    }

    @Test
    void shouldWatchShortDocumentsTogether() {
        MadeUpSource source = new MadeUpSource(9);
        for (int i = 0; i < 3_000; i++) {
            add(shortened(source.next(i < 2_000 ? 9 : 11)));
        }

        assertThat(drifts(Series.REFERENCE)).hasSize(1).first().satisfies(change -> {
            assertThat(change.seen().documents()).isBetween(2_001L, 2_200L);
            assertThat(change.start().document()).isBetween(1_950L, 2_060L);
        });
    }

    private static Observation shortened(Observation document) {
        float share = 20f / document.tokens();
        return new Observation(
                document.source(),
                document.id(),
                true,
                0,
                document.offset(),
                document.publishedAt(),
                20,
                1,
                share * document.liveBits(),
                share * document.referenceBits(),
                document.words());
    }

    @Test
    void shouldGoOnToTheSameBitFromWhatWasStored() {
        SourceWatch stored = new SourceWatch(SETTINGS);
        MadeUpSource source = new MadeUpSource(10);
        for (int i = 0; i < 900; i++) {
            Observation document = source.next(i < 300 || i > 330 && i < 600 ? 9 : 11.5);
            add(document);
            stored = SourceWatch.decode(SETTINGS, stored.encode());
            List<DriftChange> same = stored.add(Observation.decode(document.key(), document.encode()));

            assertThat(same).isEqualTo(changes.subList(changes.size() - same.size(), changes.size()));
            assertThat(stored.encode()).isEqualTo(watch.encode());
        }
        assertThat(changes).extracting(DriftChange::state).contains(State.DRIFT, State.RECOVERED);
    }

    @Test
    void shouldStayBoundedHoweverMuchAndWhateverComes() {
        MadeUpSource source = new MadeUpSource(11);
        int largest = 0;
        for (int i = 0; i < 20_000; i++) {
            add(source.next(i / 500 % 2 == 0 ? 9 : 10));
            if (i % 500 == 0) {
                largest = Math.max(largest, watch.encode().length);
            }
        }
        assertThat(largest).isLessThan(20_000);

        SourceWatch hostile = new SourceWatch(SETTINGS);
        String longest = "\uD83D\uDE00".repeat(1_000);
        for (int i = 0; i < 300; i++) {
            List<SurprisingWord> words = new ArrayList<>();
            for (int word = 0; word < SurprisingWord.MOST; word++) {
                words.add(new SurprisingWord(SurprisingWord.cut(i + "." + word + longest, 64), 1, 100));
            }
            hostile.add(new Observation("s", longest, false, 0, i, i, 400, 400, 8_000, 8_000, words));
        }
        assertThat(hostile.encode().length).isLessThan(100_000);
    }

    @Test
    void shouldPassOverADocumentWithoutTokens() {
        add(new Observation("s", "d", false, 0, 0, 0, 0, 0, 0, Float.NaN, List.of()));

        assertThat(watch.documents()).isZero();
    }

    @Test
    void shouldRefuseStateOfAnotherVersion() {
        byte[] stored = watch.encode();
        stored[0] = 9;

        assertThatThrownBy(() -> SourceWatch.decode(SETTINGS, stored))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 9")
                .hasMessageContaining("reads 1");
    }
}
