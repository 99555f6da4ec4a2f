package dev.driftline.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.topics.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStateTest {

    private static final Map<String, Uuid> FIRST = Map.of("app-ngram-counts-changelog", new Uuid(1, 1));
    private static final Map<String, Uuid> SECOND = Map.of("app-ngram-counts-changelog", new Uuid(1, 2));

    @TempDir
    Path folder;

    private LocalState state;
    private Path page;

    @BeforeEach
    void write() throws IOException {
        state = new LocalState(folder);
        page = folder.resolve("2_0/rocksdb/ngram-counts/page");
        Files.createDirectories(page.getParent());
        Files.writeString(page, "counts");
        Files.writeString(folder.resolve("text.properties"), "tokenizer=words");
    }

    @Test
    void shouldKeepACopyOfTheChangelogsOfToday() throws IOException {
        state.note(FIRST, Layout.SHARDS);

        assertThat(state.discardStale(FIRST, Layout.SHARDS)).isFalse();
        assertThat(page).exists();
    }

    @Test
    void shouldDiscardACopyOfChangelogsThatWereMadeAgain() throws IOException {
        state.note(FIRST, Layout.SHARDS);

        assertThat(state.discardStale(SECOND, Layout.SHARDS)).isTrue();
        assertThat(folder.resolve("2_0")).doesNotExist();
        assertThat(folder.resolve("text.properties")).exists();
    }

    @Test
    void shouldDiscardACopyOfChangelogsThatAreGone() throws IOException {
        state.note(FIRST, Layout.SHARDS);

        assertThat(state.discardStale(Map.of(), Layout.SHARDS)).isTrue();
    }

    @Test
    void shouldBelieveAFolderOfAVersionThatNotedNothing() throws IOException {
        assertThat(state.discardStale(FIRST, Layout.SHARDS)).isFalse();
        assertThat(state.discardStale(SECOND, Layout.SHARDS)).isTrue();
    }

    /** A task of one layout has other stores than that of another under the same number. */
    @Test
    void shouldDeleteStoresOfAnotherLayout() throws IOException {
        Path task = Files.createDirectories(folder.resolve("2_0").resolve("rocksdb"));
        state.note(FIRST, Layout.ONE_TASK);

        assertThat(state.discardStale(FIRST, Layout.ONE_TASK)).isFalse();
        assertThat(task).exists();
        assertThat(state.discardStale(FIRST, Layout.ONE_SHARD)).isTrue();
        assertThat(task).doesNotExist();
    }
}
