package dev.driftline.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When what may change at a restart did. */
class ModelHistoryTest {

    private static final Instant FIRST = Instant.parse("2026-11-01T00:00:00.123Z");
    private static final Instant SECOND = Instant.parse("2026-11-02T00:00:00Z");
    private static final ModelIdentity PLAIN = new ModelIdentity("app", "p.", 3, "growing", "words", "kneser-ney", 1);
    private static final ModelIdentity MIXED =
            new ModelIdentity("app", "p.", 3, "growing", "words", "kneser-ney", 1, "0123456789abcdef");
    private static final DriftlineConfig EXACT = DriftlineConfig.of(Map.of());
    private static final DriftlineConfig BOUNDED =
            DriftlineConfig.of(Map.of("model.state.max.bytes", "64MiB", "model.half.life.tokens", "20000"));

    @Test
    void shouldNoteWhenTheSettingsChangedByWhichShardsForget() {
        ModelHistory first = ModelHistory.UNKNOWN.at(FIRST, EXACT, PLAIN);
        assertThat(first.forgetting()).contains("none");
        assertThat(first.forgettingSince()).as("it began so").isEmpty();
        assertThat(first.at(SECOND, EXACT, PLAIN)).isEqualTo(first);

        ModelHistory second = first.at(SECOND, BOUNDED, PLAIN);
        assertThat(second.forgetting()).contains("model.state.max.bytes=67108864 model.half.life.tokens=20000");
        assertThat(second.forgettingSince()).contains(SECOND);
        assertThat(second.at(FIRST, BOUNDED, PLAIN)).as("the last change").isEqualTo(second);
        assertThat(second.scoresSince()).isEmpty();
    }

    @Test
    void shouldNoteWhenScoresChanged() {
        ModelHistory first = ModelHistory.UNKNOWN.at(FIRST, EXACT, PLAIN);
        assertThat(first.scores()).contains("kneser-ney");
        assertThat(first.scoresSince()).as("it began so").isEmpty();

        ModelHistory second = first.at(SECOND, EXACT, MIXED);
        assertThat(second.scores()).contains("kneser-ney 0123456789abcdef");
        assertThat(second.scoresSince()).contains(SECOND);
        assertThat(second.at(FIRST, EXACT, MIXED)).as("the last change").isEqualTo(second);
        assertThat(second.forgettingSince()).isEmpty();
    }

    @Test
    void shouldReadWhatItWroteAndWhatALaterVersionAdds() {
        ModelHistory all = ModelHistory.UNKNOWN.at(FIRST, EXACT, PLAIN).at(SECOND, BOUNDED, MIXED);
        assertThat(ModelHistory.parse(all.text())).isEqualTo(all);
        assertThat(ModelHistory.parse("later=1\n" + all.text() + "x\n")).isEqualTo(all);
        assertThat(ModelHistory.parse("")).isEqualTo(ModelHistory.UNKNOWN);
        assertThat(new ModelHistory(Optional.of("none"), Optional.empty(), Optional.empty(), Optional.empty()).text())
                .isEqualTo("forgetting=none\n");
    }
}
