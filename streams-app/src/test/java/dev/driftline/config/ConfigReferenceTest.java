package dev.driftline.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.keys.ConfigKey;
import dev.driftline.config.keys.Settings;
import dev.driftline.testing.GeneratedFile;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {

    @Test
    void shouldBeWhatTheDeployFolderHolds() throws IOException {
        GeneratedFile.at("deploy/driftline.properties").shouldHold(ConfigReference.text());
    }

    @Test
    void shouldLoadToTheDefaultsWhenEveryKeyIsUncommented() throws IOException {
        String uncommented = ConfigReference.text()
                .lines()
                .map(line -> line.startsWith("#") && !line.startsWith("# ") ? line.substring(1) : line)
                .collect(Collectors.joining("\n"));
        Properties properties = new Properties();
        properties.load(new StringReader(uncommented));
        Map<String, String> settings = properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));

        DriftlineConfig config = DriftlineConfig.load(Optional.empty(), Map.of(), settings);

        assertThat(settings)
                .containsKeys(Settings.keys().stream().map(ConfigKey::name).toArray(String[]::new));
        for (ConfigKey<?> key : Settings.keys()) {
            assertThat((Object) config.get(key))
                    .as(key.name())
                    .isEqualTo(DriftlineConfig.defaults().get(key));
        }
    }
}
