package dev.driftline.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.ngram.Forgetting;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForgettingSettingsTest {

    @Test
    void shouldForgetNothingWhenNothingIsSet() {
        assertThat(TopologySettings.of(DriftlineConfig.of(Map.of())).model().forgetting())
                .isEqualTo(Forgetting.NOTHING);
    }

    @Test
    void shouldForgetAsTheSettingsSay() {
        DriftlineConfig config = DriftlineConfig.of(Map.of(
                "model.state.max.bytes", "64MiB",
                "model.state.max.ngrams", "2000000",
                "model.half.life.tokens", "500000"));

        assertThat(TopologySettings.of(config).model().forgetting())
                .isEqualTo(new Forgetting(64L << 20, 2_000_000, 500_000));
    }

    @ParameterizedTest
    @CsvSource({
        "model.state.max.bytes, 64KiB, bytes from 1048576",
        "model.state.max.bytes, -1, bytes from 1048576",
        "model.state.max.bytes, many, bytes from 1048576",
        "model.state.max.ngrams, 9999, a whole number from 10000",
        "model.half.life.tokens, 1, a whole number from 10000",
        "model.half.life.tokens, -10000, 0 (no decay)"
    })
    void shouldSayTheLeastThatWorksWhenASettingIsBelowIt(String key, String value, String expected) {
        assertThatThrownBy(() -> DriftlineConfig.of(Map.of(key, value)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(key + "=" + value)
                .hasMessageContaining(expected);
    }
}
