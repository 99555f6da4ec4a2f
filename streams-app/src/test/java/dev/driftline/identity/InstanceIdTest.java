package dev.driftline.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceIdTest {

    @Test
    void shouldBeThatOfTheFolderWheneverTheInstanceStarts(@TempDir Path folder) throws IOException {
        String first = InstanceId.in(folder.resolve("one"));

        assertThat(InstanceId.in(folder.resolve("one"))).isEqualTo(first);
        assertThat(InstanceId.in(folder.resolve("two"))).isNotEqualTo(first);
    }

    @Test
    void shouldBeANewOneWhenTheFileIsDamaged(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("instance.id"), "\0\0\0");

        String made = InstanceId.in(folder);

        assertThat(made).hasSize(36);
        assertThat(InstanceId.in(folder)).isEqualTo(made);
    }
}
