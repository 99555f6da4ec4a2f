package dev.driftline.shards;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardCopiesTest {

    @TempDir
    Path folder;

    @Test
    void shouldDeleteWhatAnEarlierProcessLeft() throws IOException {
        Path left = Files.createDirectories(folder.resolve("copies/17"));
        Files.writeString(left.resolve("CURRENT"), "MANIFEST-000004");

        try (ShardCopies copies = new ShardCopies(new LiveShards(), folder.resolve("copies"))) {
            assertThat(left).doesNotExist();
            assertThat(copies.make(0)).as("of a shard that is elsewhere").isEmpty();
            assertThat(copies.read(17, "CURRENT", 0, 10)).isEmpty();
            copies.release(17);
        }
    }
}
