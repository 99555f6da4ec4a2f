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
    private static final DriftlineConfig EXACT = DriftlineConfig.of(Map.of());
    private static final DriftlineConfig BOUNDED =
            DriftlineConfig.of(Map.of("model.state.max.bytes", "64MiB", "model.half.life.tokens", "20000"));

    @Test
    void shouldNoteWhenTheSettingsChangedByWhichShardsForget() {
        ModelHistory first = ModelHistory.UNKNOWN.at(FIRST, EXACT, false);
        assertThat(first.forgetting()).contains("none");
        assertThat(first.forgettingSince()).as("it began so").isEmpty();
        assertThat(first.at(SECOND, EXACT, false)).isEqualTo(first);

        ModelHistory second = first.at(SECOND, BOUNDED, false);
        assertThat(second.forgetting()).contains("model.state.max.bytes=67108864 model.half.life.tokens=20000");
        assertThat(second.forgettingSince()).contains(SECOND);
        assertThat(second.at(FIRST, BOUNDED, false)).as("the last change").isEqualTo(second);
        assertThat(second.scoresSince()).isEmpty();
    }

    @Test
    void shouldNoteWhenScoresChanged() {
        ModelHistory changed = ModelHistory.UNKNOWN.at(FIRST, EXACT, true);
        assertThat(changed.scoresSince()).contains(FIRST);
        assertThat(changed.at(SECOND, EXACT, false)).isEqualTo(changed);
    }

    @Test
    void shouldReadWhatItWroteAndWhatALaterVersionAdds() {
        ModelHistory all = ModelHistory.UNKNOWN.at(FIRST, EXACT, true).at(SECOND, BOUNDED, false);
        assertThat(ModelHistory.parse(all.text())).isEqualTo(all);
        assertThat(ModelHistory.parse("later=1\n" + all.text() + "x\n")).isEqualTo(all);
        assertThat(ModelHistory.parse("")).isEqualTo(ModelHistory.UNKNOWN);
        assertThat(new ModelHistory(Optional.of("none"), Optional.empty(), Optional.empty()).text())
                .isEqualTo("forgetting=none\n");
    }
}
