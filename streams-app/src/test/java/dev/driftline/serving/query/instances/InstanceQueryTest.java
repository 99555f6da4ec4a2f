package dev.driftline.serving.query.instances;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.shards.LiveShards;
import dev.driftline.source.StoredSource;
import dev.driftline.sources.OwnedSources;
import dev.driftline.sources.SourceState;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What instances say to each other arrives as it was said, and nothing else is taken for it. */
class InstanceQueryTest {

    @Test
    void shouldReadTheQuestionsThatItWrote() {
        List<InstanceQuery> questions = List.of(
                new InstanceQuery.Count(3, List.of("students", "öffneten")),
                new InstanceQuery.Source("news"),
                new InstanceQuery.Status(),
                new InstanceQuery.MakeCopy(4),
                new InstanceQuery.ReadCopy(5, 1L << 40, "000017.sst", 1L << 33, 1 << 20),
                new InstanceQuery.ReleaseCopy(6, 1L << 40));
        assertThat(InstanceQuery.decode(InstanceQuery.encode(questions))).isEqualTo(questions);

        InstanceQuery.Peek peek = new InstanceQuery.Peek(2, new byte[] {1, 0, 7});
        InstanceQuery read =
                InstanceQuery.decode(InstanceQuery.encode(List.of(peek))).get(0);
        assertThat(((InstanceQuery.Peek) read).request()).containsExactly(1, 0, 7);
    }

    @Test
    void shouldRefuseWhatIsNoQuestion() {
        byte[] good = InstanceQuery.encode(List.of(new InstanceQuery.Source("news")));
        for (byte[] bad : List.of(
                new byte[0],
                new byte[] {9, 1},
                new byte[] {1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7},
                new byte[] {1, 1, 99},
                new byte[] {1, 1, 6, 0, 1},
                Arrays.copyOf(good, good.length - 2),
                "hello".getBytes(StandardCharsets.UTF_8))) {
            assertThatThrownBy(() -> InstanceQuery.decode(bad))
                    .as("%s", Arrays.toString(bad))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldSayThatAPartIsNotHere() {
        InstanceAnswers nothing =
                new InstanceAnswers(new LiveShards(), new OwnedSources(), () -> "{}".getBytes(StandardCharsets.UTF_8));
        List<Optional<byte[]>> answers = InstanceAnswers.decode(InstanceAnswers.encode(nothing.answer(
                List.of(
                        new InstanceQuery.Count(0, List.of("a")),
                        new InstanceQuery.Source("news"),
                        new InstanceQuery.Status(),
                        new InstanceQuery.MakeCopy(0),
                        new InstanceQuery.ReadCopy(0, 1, "CURRENT", 0, 10),
                        new InstanceQuery.ReleaseCopy(0, 1)),
                1000)));
        assertThat(answers.subList(3, 6)).allMatch(Optional::isEmpty);
        assertThat(answers.get(0)).isEmpty();
        assertThat(answers.get(1)).isEmpty();
        assertThat(answers.get(2)).hasValueSatisfying(json -> assertThat(json).containsExactly('{', '}'));
    }

    @Test
    void shouldPreferThePartitionThatHasSeenMoreOfASource() {
        SourceState nothing = state(0, 0);
        SourceState little = state(2, 10);
        SourceState much = state(1, 20);
        assertThat(SourceState.better(little, much)).isSameAs(much);
        assertThat(SourceState.better(much, little)).isSameAs(much);
        assertThat(SourceState.better(state(1, 0), nothing)).isSameAs(nothing);
        assertThat(SourceState.decode(much.encode()).source().tokens()).isEqualTo(20);
    }

    @Test
    void shouldBeginANewSourceWithTheWeightsOfThePartitionThatHasLearnedSome() {
        SourceState untaught = state(0, 0);
        SourceState taught = new SourceState(1, new StoredSource(0, new byte[0], List.of(), new byte[9]));

        assertThat(SourceState.better(untaught, taught)).isSameAs(taught);
        assertThat(SourceState.better(taught, untaught)).isSameAs(taught);
        assertThat(SourceState.better(state(2, 10), taught).partition())
                .as("one that knows the source")
                .isEqualTo(2);
    }

    private static SourceState state(int partition, long tokens) {
        return new SourceState(partition, new StoredSource(tokens, new byte[0], List.of(), new byte[0]));
    }
}
