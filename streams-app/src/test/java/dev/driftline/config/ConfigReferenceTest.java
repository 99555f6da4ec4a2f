package dev.driftline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {

    @Test
    void shouldBeWhatTheDeployFolderHolds() throws IOException {
        Path file = deploy("driftline.properties");
        assertThat(file)
                .as("write it again with: driftline config --reference > deploy/driftline.properties")
                .hasContent(ConfigReference.text());
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

        assertThat(settings).containsKeys(Keys.ALL.stream().map(ConfigKey::name).toArray(String[]::new));
        for (ConfigKey<?> key : Keys.ALL) {
            assertThat((Object) config.get(key))
                    .as(key.name())
                    .isEqualTo(DriftlineConfig.defaults().get(key));
        }
    }

    @Test
    void shouldListEveryKeyThatTheCodeHas() throws IllegalAccessException {
        for (var field : Keys.class.getFields()) {
            if (field.getType() == ConfigKey.class) {
                assertThat(Keys.ALL).as(field.getName()).contains((ConfigKey<?>) field.get(null));
            }
        }
        assertThat(Keys.ALL).extracting(ConfigKey::name).doesNotHaveDuplicates();
    }

    static Path deploy(String name) {
        Path start = Path.of("").toAbsolutePath();
        return Stream.iterate(start, up -> up != null, Path::getParent)
                .map(up -> up.resolve("deploy").resolve(name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no deploy/" + name + " above " + start));
    }
}
