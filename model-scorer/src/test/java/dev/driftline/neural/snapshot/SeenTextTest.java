package dev.driftline.neural.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.neural.online.OpenRetractions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeenTextTest {

    private static final SeenText.Input INPUT = new SeenText.Input("documents", 3);

    private static SeenText.Place place(long offset) {
        return new SeenText.Place(INPUT, offset);
    }

    private static List<SeenText.Place> places(long... offsets) {
        return LongStream.of(offsets).mapToObj(SeenTextTest::place).toList();
    }

    private static final SeenText PARENT = SeenText.NOTHING.plus(places(10, 12, 19), true, List.of());

    @Test
    void shouldHaveSeenWhatLiesBetweenTheDocumentsThatItWasTrainedOn() {
        assertThat(PARENT.mayHaveSeen(place(9))).isFalse();
        assertThat(PARENT.mayHaveSeen(place(10))).isTrue();
        assertThat(PARENT.mayHaveSeen(place(15))).isTrue();
        assertThat(PARENT.mayHaveSeen(place(20))).isFalse();
        assertThat(PARENT.mayHaveSeen(new SeenText.Place("documents", 4, 15))).isFalse();
        assertThat(PARENT.mayHaveSeen(new SeenText.Place("text", 3, 15))).isFalse();
    }

    @Test
    void shouldHaveSeenWhatItsParentSawThoughItWasTakenOutSince() {
        SeenText child = PARENT.plus(places(30, 40), true, places(12, 35));

        assertThat(child.mayHaveSeen(place(12))).isTrue();
        assertThat(child.mayHaveSeen(place(35)))
                .as("taken out before it was trained on")
                .isFalse();
        assertThat(child.mayHaveSeen(place(36))).isTrue();
        SeenText grandchild = child.plus(places(50), true, List.of());
        assertThat(grandchild.mayHaveSeen(place(12))).isTrue();
        assertThat(grandchild.mayHaveSeen(place(35))).isFalse();
    }

    @Test
    void shouldHaveSeenEverythingUpToItsEndWhenSomeOfItsTextIsNotKnown() {
        SeenText child = SeenText.UNKNOWN.plus(places(30, 40), true, places(35));

        assertThat(SeenText.UNKNOWN.mayHaveSeen(place(0))).isTrue();
        assertThat(child.mayHaveSeen(place(2))).isTrue();
        assertThat(child.mayHaveSeen(place(41))).isFalse();
        assertThat(child.mayHaveSeen(new SeenText.Place("text", 0, 0))).isTrue();
        assertThat(PARENT.plus(List.of(), false, List.of()).mayHaveSeen(place(2)))
                .isTrue();
    }

    @Test
    void shouldHaveSeenADocumentAtAnOffsetThatWasTakenOutOfATopicOfThatNameBefore() {
        SeenText before = PARENT.plus(places(40), true, places(35));
        SeenText after = before.plus(places(35), true, List.of());

        assertThat(before.mayHaveSeen(place(35))).isFalse();
        assertThat(after.mayHaveSeen(place(35))).isTrue();
    }

    @Test
    void shouldForgetTheLowestOffsetsTakenOutWhenThereAreTooMany() {
        List<SeenText.Place> takenOut = new ArrayList<>();
        for (long offset = 0; offset < SeenText.MOST_TAKEN_OUT + 5; offset++) {
            takenOut.add(place(2 * offset + 1));
        }
        SeenText seen = SeenText.NOTHING.plus(places(0, 100_000), true, takenOut);

        assertThat(seen.ranges().get(INPUT).takenOut()).hasSize(SeenText.MOST_TAKEN_OUT);
        assertThat(seen.mayHaveSeen(place(9))).isTrue();
        assertThat(seen.mayHaveSeen(place(11))).isFalse();
    }

    @Test
    void shouldBeOpenForANetworkThatDoesNotHonourARetraction() {
        OpenRetractions open = OpenRetractions.NONE.plus(70, INPUT, 15).plus(60, INPUT, 17);

        assertThat(open.newest()).isEqualTo(70);
        assertThat(open.mayBeIn(PARENT)).isTrue();
        assertThat(open.mayBeIn(PARENT.honouring(70))).isTrue();
        assertThat(open.mayBeIn(PARENT.honouring(71))).isFalse();
        assertThat(open.mayBeIn(SeenText.NOTHING.plus(places(3, 14), true, List.of())))
                .isFalse();
        assertThat(open.mayBeIn(SeenText.UNKNOWN)).isTrue();
        assertThat(OpenRetractions.NONE.mayBeIn(SeenText.UNKNOWN)).isFalse();
    }

    @Test
    void shouldReadWhatAManifestSaysOfTheText() {
        SeenText seen = PARENT.plus(places(30), true, places(22)).honouring(1L << 40);

        assertThat(read(seen)).isEqualTo(seen);
        assertThat(read(SeenText.NOTHING)).isEqualTo(SeenText.NOTHING);
        assertThat(read(SeenText.UNKNOWN)).as("one of 0.5.0 says nothing").isEqualTo(SeenText.UNKNOWN);
    }

    private static SeenText read(SeenText seen) {
        Snapshot snapshot = SampleNetworks.snapshot(SampleNetworks.lstm());
        SnapshotManifest sample = snapshot.manifest();
        SnapshotManifest manifest = new SnapshotManifest(
                sample.version(), null, Instant.EPOCH, sample.model(), "words", Map.of(), Map.of(), Map.of(), seen);
        SnapshotDescription description = SnapshotDescription.of(new Snapshot(manifest, snapshot.network()));
        return SnapshotJson.description(SnapshotJson.of(description)).manifest().text();
    }
}
