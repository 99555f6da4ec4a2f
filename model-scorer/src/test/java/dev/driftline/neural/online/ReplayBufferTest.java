package dev.driftline.neural.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {

    @Test
    void shouldDrawEveryOlderDocumentEquallyOftenWhenSeedsDiffer() {
        int documents = 60;
        int seeds = 1500;
        int[] drawn = new int[documents];
        for (int seed = 0; seed < seeds; seed++) {
            // 10 newest and 15 older documents of 4 tokens.
            ReplayBuffer buffer = new ReplayBuffer(new HeapPageStore(), 40, 60, seed);
            for (int i = 0; i < documents; i++) {
                buffer.add(i, document("a b w" + i));
            }
            assertThat(buffer.olderPositions()).hasSize(15);
            buffer.olderPositions().forEach(position -> drawn[position.intValue()]++);
        }

        // 50 documents have left the newest: each is among the 15 with probability 0.3; 5 standard deviations are
        // 0.042.
        for (int i = 0; i < 50; i++) {
            assertThat(drawn[i] / (double) seeds).as("document %d", i).isCloseTo(0.3, within(0.059));
        }
        assertThat(Arrays.stream(drawn).skip(50).sum()).isZero();
    }

    @Test
    void shouldDrawTheSameWhenSeedIsTheSame() {
        assertThat(filled(7, new HeapPageStore()).olderPositions())
                .isEqualTo(filled(7, new HeapPageStore()).olderPositions())
                .isNotEqualTo(filled(8, new HeapPageStore()).olderPositions());
    }

    @Test
    void shouldHoldItsBoundsWhenDocumentsDiffer() {
        ReplayBuffer buffer = new ReplayBuffer(new HeapPageStore(), 40, 60, 1);
        for (int i = 0; i < 200; i++) {
            buffer.add(i, document("w ".repeat(1 + i % 17).strip()));
            assertThat(buffer.tokens()).isLessThanOrEqualTo(100);
        }
        buffer.add(200, document("w ".repeat(500).strip()));

        assertThat(buffer.tokensSince(200)).isEqualTo(501);
        buffer.add(201, document("w"));

        assertThat(buffer.olderPositions()).doesNotContain(200L).isNotEmpty();
    }

    @Test
    void shouldBeTheSameAgainWhenReadFromItsStore() {
        HeapPageStore store = new HeapPageStore();
        ReplayBuffer buffer = filled(3, store);
        buffer.writeBack();

        ReplayBuffer restored = new ReplayBuffer(store, 40, 60, 3);

        assertThat(restored.batch(48, 8, 100, 2, 5))
                .usingRecursiveComparison()
                .isEqualTo(buffer.batch(48, 8, 100, 2, 5));
        assertThat(restored.end()).isEqualTo(60);
        assertThat(restored.documentsSeen()).isEqualTo(60);
        assertThat(restored.tokensSeen()).isEqualTo(240);
        assertThat(restored.olderPositions()).isEqualTo(buffer.olderPositions());
        ReplayBuffer neverStopped = filled(3, new HeapPageStore());
        for (int i = 60; i < 100; i++) {
            assertThat(restored.add(i, document("a b w" + i))).isTrue();
            neverStopped.add(i, document("a b w" + i));
        }
        assertThat(restored.olderPositions()).isEqualTo(neverStopped.olderPositions());
    }

    @Test
    void shouldWriteADocumentOnceWhenTheBufferMovesOn() {
        List<String> puts = new ArrayList<>();
        HeapPageStore store = new HeapPageStore();
        PageStore recording = new PageStore() {
            @Override
            public byte[] get(byte[] key) {
                return store.get(key);
            }

            @Override
            public void put(byte[] key, byte[] value) {
                puts.add(Arrays.toString(key) + (value == null ? " removed" : ""));
                store.put(key, value);
            }

            @Override
            public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
                store.scan(prefix, visitor);
            }
        };
        filled(3, recording).writeBack();

        assertThat(puts).doesNotHaveDuplicates();
        // 60 documents come, 35 of them go (10 newest and 15 older stay), and there is one header.
        assertThat(puts).hasSize(60 + 35 + 1);
    }

    @Test
    void shouldPassOverADocumentWhenItComesAgain() {
        ReplayBuffer buffer = filled(3, new HeapPageStore());

        assertThat(buffer.add(59, document("again"))).isFalse();
        assertThat(buffer.batch(0, 0, 100, 0, 0).counts()).doesNotContainKey("again");
    }

    @Test
    void shouldCountTheWordsThatAreHereWhenOthersHaveGone() {
        ReplayBuffer buffer = new ReplayBuffer(new HeapPageStore(), 8, 0, 1);
        buffer.add(0, document("gone gone here"));
        buffer.add(1, document("here"));
        buffer.add(2, document("here now"));

        assertThat(buffer.batch(0, 0, 100, 0, 0).counts()).isEqualTo(Map.of("here", 2, "now", 1));
    }

    @Test
    void shouldHoldOutTheNewestAndReplayOlderOnesWhenABatchIsMade() {
        ReplayBuffer buffer = filled(3, new HeapPageStore());

        TrainingBatch batch = buffer.batch(54, 8, 100, 3, 1);

        assertThat(positions(batch.heldOut())).containsExactly(58L, 59L);
        assertThat(positions(batch.fresh())).containsExactly(54L, 55L, 56L, 57L);
        // Three times 16 tokens, from documents that are neither.
        assertThat(batch.replayed()).hasSize(12);
        assertThat(positions(batch.replayed()))
                .allMatch(position -> position < 54)
                .doesNotHaveDuplicates();
        assertThat(batch.trainedUpTo()).isEqualTo(58);
        assertThat(positions(buffer.batch(54, 8, 100, 3, 2).replayed())).isNotEqualTo(positions(batch.replayed()));
    }

    @Test
    void shouldKeepToTheNewestWhenThereIsMoreThanARoundCanTeach() {
        ReplayBuffer buffer = filled(3, new HeapPageStore());

        TrainingBatch batch = buffer.batch(50, 4, 10, 100, 1);

        assertThat(positions(batch.heldOut())).containsExactly(59L);
        assertThat(positions(batch.fresh())).containsExactly(56L, 57L, 58L);
        assertThat(positions(batch.replayed())).hasSize(15 + 6).contains(50L, 55L);
    }

    @Test
    void shouldMeetTheShareOnAverageWhenOlderDocumentsAreLong() {
        ReplayBuffer buffer = new ReplayBuffer(new HeapPageStore(), 100_000, 0, 1);
        for (int i = 0; i < 20; i++) {
            buffer.add(i, document("w ".repeat(99).strip()));
        }
        buffer.add(20, document("w ".repeat(29).strip()));
        long replayed = 0;
        for (int draw = 0; draw < 2000; draw++) {
            replayed += TrainingBatch.tokens(buffer.batch(20, 0, 100, 1, draw).replayed());
        }

        // 30 tokens are wanted and documents have 100: 3 of 10 times. 5 standard deviations are 5.1 tokens.
        assertThat(replayed / 2000.0).isCloseTo(30, within(5.1));
    }

    @Test
    void shouldHaveNeitherTextNorCountsOfADocumentThatIsTakenOut() {
        HeapPageStore store = new HeapPageStore();
        ReplayBuffer buffer = placed(store);
        long before = buffer.tokens();
        // One of the newest, one of the sample, and one that is in neither.
        long older = buffer.olderPositions().get(3);
        long gone = LongStream.range(0, 50)
                .filter(position -> !buffer.olderPositions().contains(position))
                .findFirst()
                .orElseThrow();
        for (long offset : List.of(55L, older, gone)) {
            ReplayBuffer.Retracted retracted = buffer.retract(buffer.end(), retraction("d" + offset, offset))
                    .orElseThrow();
            assertThat(retracted.documents()).isEqualTo(offset == gone ? 0 : 1);
            assertThat(retracted.from()).isEqualTo(offset);
        }
        buffer.writeBack();

        for (ReplayBuffer one : List.of(buffer, new ReplayBuffer(store, 40, 60, 1))) {
            assertThat(one.tokens()).isEqualTo(before - 8);
            assertThat(one.end()).isEqualTo(63);
            assertThat(one.tokensSeen()).isEqualTo(240);
            TrainingBatch batch = one.batch(0, 12, 1000, 10, 1);
            assertThat(positions(batch.heldOut())).containsExactly(57L, 58L, 59L);
            assertThat(positions(batch.fresh())).doesNotContain(55L).contains(54L, 56L);
            assertThat(positions(batch.replayed())).doesNotContain(older, gone);
            assertThat(batch.counts()).doesNotContainKeys("w55", "w" + older).containsKey("w56");
            assertThat(batch.retracted()).containsExactly(place(55), place(older), place(gone));
        }
    }

    @Test
    void shouldPassOverADocumentThatComesAgainAfterItWasTakenOut() {
        HeapPageStore store = new HeapPageStore();
        ReplayBuffer buffer = placed(store);
        buffer.retract(60, retraction("d55", 55));
        buffer.writeBack();
        ReplayBuffer restarted = new ReplayBuffer(store, 40, 60, 1);

        assertThat(restarted.add(61, document("a b w55"), "d55", Optional.of(place(55))))
                .isFalse();
        assertThat(restarted.retract(60, retraction("d54", 54)))
                .as("a retraction that came before")
                .isEmpty();
        assertThat(restarted.add(62, document("a b new"), "d62", Optional.of(place(62))))
                .isTrue();
    }

    @Test
    void shouldFindADocumentByItsIdWhenItsOffsetIsNotKnown() {
        ReplayBuffer buffer = placed(new HeapPageStore());

        assertThat(buffer.retract(60, new RetractedDocument("d55", INPUT, OptionalLong.empty(), document("x"))))
                .contains(new ReplayBuffer.Retracted(1, 55));
        assertThat(buffer.retract(61, new RetractedDocument("d99", INPUT, OptionalLong.empty(), document("x"))))
                .as("anywhere")
                .contains(new ReplayBuffer.Retracted(0, 0));
        assertThat(buffer.retract(
                        62,
                        new RetractedDocument(
                                "d56", new SeenText.Input("text", 0), OptionalLong.empty(), document("x"))))
                .as("of another input")
                .contains(new ReplayBuffer.Retracted(0, 0));
    }

    @Test
    void shouldFindADocumentByItsTextWhenAnEarlierVersionHasKeptIt() {
        HeapPageStore store = new HeapPageStore();
        filled(1, store).writeBack();
        byte[] key = ByteBuffer.allocate(9).put((byte) 'd').putLong(59).array();
        byte[] text = document("a b w59").encode();
        store.put(
                key,
                ByteBuffer.allocate(text.length + 1).put((byte) 1).put(text).array());
        ReplayBuffer buffer = new ReplayBuffer(store, 40, 60, 1);

        assertThat(buffer.retract(60, new RetractedDocument("d", INPUT, OptionalLong.of(7), document("a b w59"))))
                .contains(new ReplayBuffer.Retracted(1, 7));
        assertThat(buffer.batch(0, 0, 1000, 0, 1).counts()).doesNotContainKey("w59");
    }

    private static final SeenText.Input INPUT = new SeenText.Input("documents", 0);

    private static SeenText.Place place(long offset) {
        return new SeenText.Place(INPUT, offset);
    }

    private static RetractedDocument retraction(String id, long offset) {
        return new RetractedDocument(id, INPUT, OptionalLong.of(offset), document("a b w" + offset));
    }

    /** As the other, with ids and places. */
    private static ReplayBuffer placed(PageStore store) {
        ReplayBuffer buffer = new ReplayBuffer(store, 40, 60, 1);
        for (int i = 0; i < 60; i++) {
            buffer.add(i, document("a b w" + i), "d" + i, Optional.of(place(i)));
        }
        return buffer;
    }

    private static ReplayBuffer filled(long seed, PageStore store) {
        ReplayBuffer buffer = new ReplayBuffer(store, 40, 60, seed);
        for (int i = 0; i < 60; i++) {
            buffer.add(i, document("a b w" + i));
        }
        return buffer;
    }

    private static List<Long> positions(List<BufferedDocument> documents) {
        return documents.stream().map(BufferedDocument::position).toList();
    }

    private static DocumentTokens document(String sentence) {
        return DocumentTokens.of(List.of(List.of(sentence.split(" "))));
    }
}
