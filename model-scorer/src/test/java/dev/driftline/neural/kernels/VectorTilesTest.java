package dev.driftline.neural.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class VectorTilesTest {

    @Test
    void shouldBeWhatGeneratorWritesWhenReadFromSources() throws IOException {
        assertThat(Files.readString(VectorTilesGenerator.FILE))
                .as("run VectorTilesGenerator, as its comment says")
                .isEqualTo(VectorTilesGenerator.source());
    }
}
