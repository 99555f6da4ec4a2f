package dev.driftline.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.text.Tokenizer;
import dev.driftline.text.Tokenizers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecentDocumentsTest {

    private static final long BYTES = 4_000_000;

    private final RecentDocuments documents = new RecentDocuments(new HeapBudget(Map.of(HeapUse.LIVE_RECORDS, BYTES)));

    @Test
    void shouldKeepTheNewestOnly() {
        for (int i = 0; i < RecentDocuments.MOST + 5; i++) {
            documents.add(document(i, 10));
        }

        assertThat(documents.newest(1_000)).hasSize(RecentDocuments.MOST);
        assertThat(documents.newest(2))
                .extracting(document -> document.position().offset())
                .containsExactly(RecentDocuments.MOST + 4L, RecentDocuments.MOST + 3L);
        assertThat(documents.at(new InputPosition("documents", 0, 2))).isEmpty();
        assertThat(documents.at(new InputPosition("documents", 0, 20))).isPresent();
    }

    @Test
    void shouldBoundTheHeapOfAllTogetherButKeepTheNewest() {
        documents.add(document(0, 600_000));
        documents.add(document(1, 300_000));
        documents.add(document(2, 200_000));
        assertThat(documents.newest(10)).hasSize(2);

        documents.add(document(3, (int) BYTES / 4 + 1));
        assertThat(documents.newest(10))
                .extracting(document -> document.position().offset())
                .containsExactly(3L);
    }

    @Test
    void shouldLetGoOfADocumentThatWasTakenOutAndOfItsHeap() {
        HeapBudget budget = new HeapBudget(Map.of(HeapUse.LIVE_RECORDS, BYTES));
        RecentDocuments few = new RecentDocuments(budget);
        few.add(document(1, 10));
        long one = budget.used(HeapUse.LIVE_RECORDS);
        few.add(document(2, 10));

        few.remove(document -> document.position().offset() == 2);

        assertThat(few.newest(10))
                .extracting(document -> document.position().offset())
                .containsExactly(1L);
        assertThat(budget.used(HeapUse.LIVE_RECORDS)).isEqualTo(one);
    }

    @Test
    void shouldRememberTheLastPlacesOnly() {
        RetractedPlaces places = new RetractedPlaces();
        for (int i = 0; i <= RetractedPlaces.MOST; i++) {
            places.add(new InputPosition("documents", 0, i));
        }
        assertThat(places.contains(new InputPosition("documents", 0, 0))).isFalse();
        assertThat(places.contains(new InputPosition("documents", 0, 1))).isTrue();
        assertThat(places.contains(new InputPosition("documents", 0, RetractedPlaces.MOST)))
                .isTrue();
    }

    @Test
    void shouldShowWordsWithTheirSurprisalAsFarAsAskedFor() {
        LiveDocument document = new LiveDocument(
                new InputPosition("documents", 0, 0),
                Map.of("id", "d"),
                Map.of("mixture", new float[] {1.23456f, Float.POSITIVE_INFINITY, 3}),
                new float[] {0, 21.5f, 0});

        Map<String, Object> shown = document.withText(new DocumentText(List.of("a", "b", "</s>"), List.of(), ""), 2);

        assertThat(shown).containsEntry("id", "d").containsEntry("words", List.of("a", "b"));
        assertThat(shown.get("words_missing")).isNull();
        assertThat(shown.get("literals")).isNull();
        assertThat(shown.get("bits")).isEqualTo(Map.of("mixture", Arrays.asList(1.235, null)));
        assertThat(shown.get("spelling")).isEqualTo(List.of(0.0, 21.5));
    }

    @Test
    void shouldShowWhatStoodInTheTextForAClass() {
        Tokenizer.Cut cut = Tokenizers.named("log").withLiterals("from 10.0.0.1:22 up\nport 7", "");

        Map<String, Object> shown = document(0, 9).withText(DocumentText.of(cut, 6), 5);
        assertThat(shown).containsEntry("words", List.of("from", "<ip>", "up", "</s>", "port"));
        assertThat(shown.get("literals")).isEqualTo(Arrays.asList(null, "10.0.0.1:22", null, null, null));

        Tokenizer.Cut words = Tokenizers.named("words").withLiterals("from 10.0.0.1:22 up", "");
        assertThat(DocumentText.of(words, 99).literals()).isEmpty();
        assertThat(DocumentText.of(cut, 99).heapBytes())
                .isGreaterThan(DocumentText.of(new Tokenizer.Cut(cut.sentences(), cut.sentences()), 99)
                        .heapBytes());
    }

    @Test
    void shouldSayWhyItHasNoWords() {
        Map<String, Object> shown = document(0, 3).withText(DocumentText.missing("gone"), 10);

        assertThat(shown).containsEntry("words", List.of()).containsEntry("words_missing", "gone");
    }

    private static LiveDocument document(long offset, int surprisals) {
        return new LiveDocument(
                new InputPosition("documents", 0, offset),
                Map.of(),
                Map.of("mixture", new float[surprisals]),
                new float[0]);
    }
}
