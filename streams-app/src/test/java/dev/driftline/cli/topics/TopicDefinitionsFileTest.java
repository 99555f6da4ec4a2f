package dev.driftline.cli.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TopicDefinitionsFileTest {

    @Test
    void shouldBeWhatTheDeployFolderHolds() {
        Path file = Stream.iterate(Path.of("").toAbsolutePath(), up -> up != null, Path::getParent)
                .map(up -> up.resolve("deploy/topics.json"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no deploy/topics.json"));

        assertThat(file)
                .as("write it again with: driftline topics definitions > deploy/topics.json")
                .hasContent(TopicDefinitionsCommand.text(DriftlineConfig.defaults()) + "\n");
    }
}
