package dev.driftline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.drift.Detector;
import dev.driftline.drift.DriftChange.Recovery;
import dev.driftline.drift.DriftChange.State;
import dev.driftline.drift.DriftSettings;
import dev.driftline.drift.Series;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftEvaluationTest {

    private final Random random = new Random(3);
    private final DriftEvaluation drift = new DriftEvaluation(
            new DriftSettings(EnumSet.allOf(Detector.class), 50, 1_000, 3_000, 0.3, 0.002, 12, 4.5, 200));
    private final Evaluation evaluation = new Evaluation(
            new LocalModel(ModelSettings.ofOrder(2), 1, shard -> new HeapPageStore(), 16 << 20),
            MixtureSettings.defaults(2, "kneser-ney"),
            new HeapPageStore(),
            Optional.empty(),
            Optional.of(drift));

    private void add(int documents, String prefix) {
        for (int i = 0; i < documents; i++) {
            List<List<String>> sentences = new ArrayList<>();
            for (int sentence = 0; sentence < 5; sentence++) {
                List<String> words = new ArrayList<>();
                for (int word = 0; word < 11; word++) {
                    words.add(prefix + (int) (200 * random.nextDouble() * random.nextDouble()));
                }
                sentences.add(words);
            }
            evaluation.add(new CorpusDocument("d", "source", sentences));
        }
    }

    @Test
    void shouldSeeInTheFrozenReferenceAChangeThatTheModelHasLearned() {
        add(200, "word");
        assertThat(drift.found())
                .filteredOn(found -> found.change().state() == State.DRIFT)
                .isEmpty();

        add(150, "mot");

        assertThat(drift.found())
                .filteredOn(found -> found.change().state() == State.DRIFT)
                .extracting(found -> found.change().series())
                .as("both notice the change")
                .contains(Series.LIVE, Series.REFERENCE);
        assertThat(drift.found())
                .filteredOn(found ->
                        found.change().series() == Series.LIVE && found.change().previous() == State.DRIFT)
                .extracting(found -> found.change().recovery())
                .as("the model has learned the new language")
                .isNotEmpty()
                .containsOnly(Recovery.RETURNED);
        assertThat(drift.state("source", Series.LIVE)).isEqualTo(State.STABLE);
        assertThat(drift.state("source", Series.REFERENCE)).isEqualTo(State.DRIFT);
        assertThat(drift.levels())
                .hasSize(350)
                .last()
                .satisfies(level -> assertThat(level.reference()).isGreaterThan(level.live() + 3));
    }
}
