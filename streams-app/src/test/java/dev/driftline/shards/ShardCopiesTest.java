package dev.driftline.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.scoring.ModelSettings;
import dev.driftline.store.UnloggedStore;
import dev.driftline.store.WriteBackStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

    @Test
    void shouldMakeRoomForANewCopyOnlyOfThoseThatNobodyReads() {
        long[] now = {0};
        LiveShards live = new LiveShards();
        WriteBackStore store = UnloggedStore.open(ShardCounts.STORE, folder.resolve("0_0"));
        live.opened(0, store, ShardCounts.in(store, ModelSettings.ofOrder(2), 0, 1, 1 << 20, 1 << 20, size -> {}));
        store.flushCache();
        store.commit(Map.of());
        try (ShardCopies copies = new ShardCopies(live, folder.resolve("copies"), () -> now[0])) {
            long read = copies.make(0).orElseThrow().number();
            long unread = copies.make(0).orElseThrow().number();
            assertThat(copies.read(read, "CURRENT", 0, 8))
                    .hasValueSatisfying(part -> assertThat(part).asString().isEqualTo("MANIFEST"));
            assertThatThrownBy(() -> copies.make(0)).isInstanceOf(IllegalStateException.class);

            now[0] += TimeUnit.SECONDS.toNanos(30);
            long third = copies.make(0).orElseThrow().number();
            assertThat(copies.read(unread, "CURRENT", 0, 8)).isEmpty();
            assertThat(copies.read(third, "CURRENT", 0, 8)).isPresent();
            assertThat(copies.read(read, "CURRENT", 0, 8)).isPresent();

            now[0] += TimeUnit.MINUTES.toNanos(6);
            copies.make(0);
            assertThat(copies.read(read, "CURRENT", 0, 8))
                    .as("read six minutes ago")
                    .isEmpty();
        }
        assertThat(folder.resolve("copies")).isEmptyDirectory();
        store.close();
    }
}
