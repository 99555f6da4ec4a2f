package dev.driftline.sources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.drift.DriftSettings;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.source.SourceLimits;
import dev.driftline.source.SourceModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceModelsTest {

    private static final int MOST = 1_000;
    private static final long IDLE = 100_000;

    private static final DocumentTokens DOCUMENT =
            DocumentTokens.of(List.of(List.of("students", "opened", "their", "books")));

    private static final ModelSettings MODEL = ModelSettings.ofOrder(2);

    private final MixtureSettings settings =
            MixtureSettings.defaults(MODEL.order(), MODEL.smoothing().label());
    private final HeapPageStore store = new HeapPageStore();
    private final SourceModels sources = sources();
    private final LocalModel counts = new LocalModel(MODEL, 1, shard -> new HeapPageStore(), 8 << 20);
    private final DocumentScorer scorer = new DocumentScorer(settings);

    private SourceModels sources() {
        return new SourceModels(
                store, settings, new SourceLimits(MOST, IDLE), DriftSettings.DEFAULTS.referenceTokens());
    }

    private void documentOf(SourceModels models, String source, long now) {
        SourceModel model = models.get(source, now);
        scorer.score(
                ScoreRequest.of(DOCUMENT, counts.score(DOCUMENT, true), model).withLearning(true));
        models.teachReference(source, DOCUMENT);
    }

    @Test
    void shouldKeepTheSourcesSeenLastWhenThereAreThousands() {
        for (int i = 0; i < 5_000; i++) {
            documentOf(sources, "source-" + i, i);
        }
        sources.writeBack();

        assertThat(sources.size()).isEqualTo(MOST);
        // Of each the header, a segment of tokens, the reference and the time; and what is common to all.
        assertThat(store.size()).isEqualTo(4 * MOST + 1);
        assertThat(sources.get("source-4500", 5_000).tokens()).isEqualTo(DOCUMENT.tokens().length);
        assertThat(sources.get("source-100", 5_000).tokens())
                .as("a source that was forgotten")
                .isZero();
    }

    @Test
    void shouldForgetSourcesThatAreIdle() {
        for (int i = 0; i < 300; i++) {
            documentOf(sources, "source-" + i, 0);
        }
        documentOf(sources, "busy", IDLE / 2);
        sources.writeBack();
        int before = store.size();

        sources.evictIdle(IDLE);
        assertThat(sources.size()).as("not yet").isEqualTo(301);
        for (int tick = 0; tick < 5; tick++) {
            sources.evictIdle(IDLE + 1);
        }
        sources.writeBack();

        assertThat(sources.size()).isEqualTo(1);
        assertThat(store.size()).isEqualTo(before - 300 * 4);
        assertThat(sources.get("busy", IDLE + 1).tokens()).isEqualTo(DOCUMENT.tokens().length);
    }

    @Test
    void shouldKnowAfterARestoreWhatWasSeenWhen() {
        for (int i = 0; i < MOST; i++) {
            documentOf(sources, "source-" + i, i * 10L);
        }
        sources.writeBack();

        SourceModels restored = sources();
        documentOf(restored, "another", 10L * MOST);
        restored.writeBack();

        assertThat(restored.size()).isEqualTo(MOST);
        assertThat(restored.get("source-0", 10L * MOST).tokens())
                .as("the one seen longest ago")
                .isZero();
        assertThat(restored.get("source-2", 10L * MOST).tokens()).isEqualTo(DOCUMENT.tokens().length);
        assertThat(restored.reference("source-2").orElseThrow().tokens()).isEqualTo(DOCUMENT.tokens().length);
    }

    @Test
    void shouldCountDocumentsOfABusySourceAsSeenAlthoughItsTimeIsWrittenSeldom() {
        documentOf(sources, "busy", 0);
        sources.writeBack();
        for (long now = 0; now < 2 * IDLE; now += IDLE / 200) {
            documentOf(sources, "busy", now);
            sources.writeBack();
            sources.evictIdle(now);
        }
        SourceModels restored = sources();
        restored.evictIdle(2 * IDLE + IDLE / 2);

        assertThat(restored.size()).isEqualTo(1);
    }
}
