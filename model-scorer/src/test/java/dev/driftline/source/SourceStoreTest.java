package dev.driftline.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.codec.Varints;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.mixture.SourceMemory;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
    void shouldKeepNothingOfADocumentThatWasTakenOut() {
        // Words enough for some segments, and fewer than the window.
        DocumentTokens secret = DocumentTokens.of(List.of(Collections.nCopies(5000, "secret"), List.of("hidden")));
        SourceStore store = new SourceStore(pages, SETTINGS, SourceLimits.NONE);
        bits(store.get("a", 0));
        learn(store.get("a", 0), secret);
        bits(store.get("a", 0));
        store.writeBack();

        assertThat(store.retract("b", secret, 0))
                .as("of a source that is not known")
                .isZero();
        assertThat(store.size()).isOne();
        assertThat(store.retract("a", secret, 0)).isEqualTo(secret.tokens().length);
        assertThat(store.get("a", 0).retract(secret)).as("a second time").isZero();
        store.writeBack();
        store.forget();

        SourceStore without = new SourceStore(new HeapPageStore(), SETTINGS, SourceLimits.NONE);
        bits(without.get("a", 0));
        bits(without.get("a", 0));
        SourceModel left = store.get("a", 0);
        assertThat(left.tokens()).isEqualTo(2L * DOCUMENT.tokens().length);
        assertThat(left.find("secret")).isEqualTo(SourceMemory.NOT_HELD);
        assertThat(left.newestWords(WordPrefix.NONE, 10))
                .isEqualTo(without.get("a", 0).newestWords(WordPrefix.NONE, 10));
        pages.scan(
                new byte[0],
                (key, value) -> assertThat(new String(value, StandardCharsets.ISO_8859_1))
                        .doesNotContain("secret", "hidden"));
    }

    @Test
    void shouldReadASourceAgainWhereTokensWereTakenOutThatHadPushedOthersOut() {
        int window = SETTINGS.caches().bigramWindow();
        DocumentTokens large = DocumentTokens.of(List.of(Collections.nCopies(window + 100, "large")));
        SourceStore store = new SourceStore(pages, SETTINGS, SourceLimits.NONE);
        bits(store.get("a", 0));
        learn(store.get("a", 0), large);
        store.writeBack();
        assertThat(store.get("a", 0).retract(large)).isEqualTo(window + 1);
        store.writeBack();
        store.forget();

        assertThat(store.get("a", 0).isEmpty()).isTrue();
        for (int i = 0; i < 2; i++) {
            bits(store.get("a", 0));
            store.writeBack();
            store.forget();
            assertThat(store.get("a", 0).newestWords(WordPrefix.NONE, 10)).containsExactly("</s>", "c", "a", "b");
        }
    }

    private void learn(SourceModel source, DocumentTokens document) {
        source.begin(document.tokens().length, true);
        for (int token : document.tokens()) {
            source.push(
                    token == DocumentTokens.EOS ? SourceMemory.END_OF_SENTENCE : source.number(document.words()[token]),
                    false);
        }
        source.end();
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

    /** Driftline 0.3 wrote the time of a source without a version. */
    @Test
    void shouldReadTimesWithAndWithoutAVersion() {
        long now = 1_790_000_000_000L;
        Varints.Writer old = new Varints.Writer(10);
        old.writeLong(now);
        pages.put(SourceKeys.seen("old"), old.toByteArray());
        pages.put(SourceKeys.seen("oldest"), new byte[] {5});
        SourceIndex index = new SourceIndex(pages, new SourceLimits(10, 1000));
        assertThat(index.size()).isEqualTo(2);
        index.touch("new", now + 500);
        index.writeBack();
        assertThat(pages.get(SourceKeys.seen("new"))[0]).isEqualTo((byte) 1);

        SourceIndex again = new SourceIndex(pages, new SourceLimits(10, 1000));

        assertThat(again.idle(now + 900, 10)).containsExactly("oldest");
        assertThat(again.idle(now + 1001, 10)).containsExactly("old");
        assertThat(again.idle(now + 1501, 10)).containsExactly("new");
        pages.put(SourceKeys.seen("new"), new byte[] {9, 1, 2});
        assertThatThrownBy(() -> new SourceIndex(pages, TWO).size()).hasMessageContaining("version 9");
    }

    @Test
    void shouldNotKeepTheTimeOfAClockThatWasAhead() {
        SourceIndex index = new SourceIndex(pages, new SourceLimits(10, 1000));
        index.touch("a", 1_000_000);
        index.writeBack();
        index.touch("a", 5_000);
        index.writeBack();

        assertThat(new SourceIndex(pages, new SourceLimits(10, 1000)).idle(7_000, 10))
                .containsExactly("a");
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
