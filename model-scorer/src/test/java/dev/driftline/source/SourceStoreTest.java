package dev.driftline.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.ngram.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceStoreTest {

    private static final MixtureSettings SETTINGS = MixtureSettings.defaults(2, "kneser-ney");
    private static final DocumentTokens DOCUMENT = DocumentTokens.of(List.of(List.of("a", "b", "a"), List.of("c")));
    private static final SourceLimits TWO = new SourceLimits(2, 1000);

    private final HeapPageStore pages = new HeapPageStore();
    private final DocumentScorer scorer = new DocumentScorer(SETTINGS);

    @Test
    void shouldScoreToTheSameBitWithSourcesThatWereDroppedAndReadAgain() {
        SourceStore kept = new SourceStore(new HeapPageStore(), SETTINGS, SourceLimits.NONE);
        SourceStore dropped = new SourceStore(pages, SETTINGS, SourceLimits.NONE);
        for (int round = 0; round < 3; round++) {
            // More sources than are kept decoded.
            for (int source = 0; source < 150; source++) {
                assertThat(bits(dropped.get("s" + source, 0))).isEqualTo(bits(kept.get("s" + source, 0)));
            }
            dropped.writeBack();
            dropped.forget();
        }
        assertThat(new SourceStore(pages, SETTINGS, SourceLimits.NONE).size()).isEqualTo(150);
    }

    @Test
    void shouldDropWhatWasNotWrittenBackWhenToldToForget() {
        SourceStore store = new SourceStore(pages, SETTINGS, SourceLimits.NONE);
        bits(store.get("a", 0));
        store.writeBack();
        bits(store.get("a", 0));
        store.forget();

        assertThat(store.get("a", 0).tokens()).isEqualTo(DOCUMENT.tokens().length);
    }

    @Test
    void shouldTellOfASourceThatIsEvictedAndRemoveAllThatIsStoredOfIt() {
        SourceStore store = new SourceStore(pages, SETTINGS, TWO);
        List<String> evicted = new ArrayList<>();
        store.onEviction(evicted::add);
        bits(store.get("a", 1));
        pages.put(SourceKeys.reference("a"), new byte[] {1});
        bits(store.get("b", 2));
        store.writeBack();
        bits(store.get("c", 3));
        store.writeBack();

        assertThat(evicted).containsExactly("a");
        assertThat(pages.get(SourceKeys.header("a"))).isNull();
        assertThat(pages.get(SourceKeys.reference("a"))).isNull();
        assertThat(pages.get(SourceKeys.header("b"))).isNotNull();

        store.evictIdle(2000);
        assertThat(evicted).containsExactly("a", "b", "c");
        assertThat(store.size()).isZero();
    }

    @Test
    void shouldHandOutASourceThatAnotherProcessScoresTheSameWith() {
        SourceStore store = new SourceStore(pages, SETTINGS, SourceLimits.NONE);
        bits(store.get("a", 0));
        SourceModel beforeWriteBack = store.stored("a").model(SETTINGS);
        store.writeBack();
        store.forget();
        SourceModel afterWriteBack = store.stored("a").model(SETTINGS);
        SourceModel unknown = store.stored("b").model(SETTINGS);

        double expected = bits(store.get("a", 0));
        assertThat(bits(beforeWriteBack)).isEqualTo(expected);
        assertThat(bits(afterWriteBack)).isEqualTo(expected);
        assertThat(store.stored("b").isKnown()).isFalse();
        assertThat(unknown.tokens()).isZero();
    }

    @Test
    void shouldNameTheSourceWhoseStateWasWrittenWithOtherSettings() {
        SourceStore store = new SourceStore(pages, SETTINGS, SourceLimits.NONE);
        bits(store.get("news", 0));
        store.writeBack();
        SourceStore other = new SourceStore(pages, MixtureSettings.defaults(3, "kneser-ney"), SourceLimits.NONE);

        assertThatThrownBy(() -> other.get("news", 0))
                .isInstanceOf(UnreadableSourceException.class)
                .hasMessageContaining("'news'")
                .hasMessageContaining("order 2");
    }

    /** Has the source learn the document, and returns what it cost. */
    private double bits(SourceModel source) {
        int n = DOCUMENT.tokens().length;
        double[] probability = new double[2 * n];
        Arrays.fill(probability, 0.1);
        NgramProbabilities rows = new NgramProbabilities(2, probability, new byte[n], new boolean[n], new float[n]);
        return scorer.score(ScoreRequest.of(DOCUMENT, rows, source).withLearning(true))
                .bits(MixtureSettings.MIXTURE);
    }
}
