package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.commits.EarlyCommits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Files that a disk has spoilt, with Kafka's own RocksDB store inside. */
@Isolated("it counts the open stores of the process")
class StoreDamageTest {

    private static final TopicPartition CHANGELOG = new TopicPartition("test-pages-changelog", 0);
    private static final int PAGES = 200;
    private static final int PAGE_BYTES = 500;

    @TempDir
    Path folder;

    private MockProcessorContext<Void, Void> context;

    @BeforeEach
    void write() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG, true);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDbMemory.class);
        context = new MockProcessorContext<>(properties, new TaskId(0, 0), folder.toFile());
        WriteBackStore store = open();
        Random random = new Random(1);
        for (int page = 0; page < PAGES; page++) {
            byte[] value = new byte[PAGE_BYTES];
            random.nextBytes(value);
            store.put(key(page), value);
        }
        store.commit(Map.of(CHANGELOG, 7L));
        store.close();
    }

    @Test
    void shouldBeginAnewWhenAFileLostItsEnd() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(pages().toFile(), "rw")) {
            file.setLength(file.length() / 2);
        }

        WriteBackStore store = open();

        assertThat(store.get(key(1))).isNull();
        assertThat(store.committedOffset(CHANGELOG))
                .as("restored from the beginning")
                .isNull();
        store.close();
    }

    @Test
    void shouldBeginAnewWhenAFileIsGone() throws IOException {
        Files.delete(pages());

        WriteBackStore store = open();

        assertThat(store.get(key(1))).isNull();
        assertThat(store.committedOffset(CHANGELOG)).isNull();
        store.close();
    }

    @Test
    void shouldBeginAnewWhenTheListOfFilesIsDamaged() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("rocksdb/pages"))) {
            spoil(
                    files.filter(file -> file.getFileName().toString().startsWith("MANIFEST"))
                            .findFirst()
                            .orElseThrow(),
                    0.5);
        }

        WriteBackStore store = open();

        assertThat(store.get(key(1))).isNull();
        assertThat(store.committedOffset(CHANGELOG)).isNull();
        store.close();
    }

    /** RocksDB ends a scan at such a page, and Kafka's iterators say no more than that there is nothing further. */
    @ParameterizedTest
    @ValueSource(doubles = {0.0, 0.2, 0.5, 0.8, 0.95})
    void shouldFindAPageThatCannotBeReadInAScan(double where) throws IOException {
        spoil(pages(), where);
        List<byte[]> seen = new ArrayList<>();

        assertThatThrownBy(() -> {
                    WriteBackStore store = open();
                    try {
                        store.scan(new byte[] {1}, (key, value) -> seen.add(key));
                    } finally {
                        store.close();
                    }
                })
                .isInstanceOf(TaskCorruptedException.class);
        assertThat(seen).hasSizeLessThan(PAGES);
    }

    /** What is not committed comes from memory, and would show a key behind the range all the same. */
    @ParameterizedTest
    @ValueSource(doubles = {0.0, 0.5, 0.95})
    void shouldFindAPageThatCannotBeReadWhereUncommittedWritesLieBehindIt(double where) throws IOException {
        spoil(pages(), where);
        WriteBackStore store = open();
        store.put(key(255), new byte[] {1});
        store.put(new byte[] {2, 1}, new byte[] {1});

        assertThatThrownBy(() -> store.scan(new byte[] {1}, (key, value) -> {}))
                .isInstanceOf(TaskCorruptedException.class);
        assertThatThrownBy(() -> store.scanFrom(key(0), (key, value) -> key[0] == 1))
                .isInstanceOf(TaskCorruptedException.class);
        store.close();
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldFindDamageThatACommitMeets() {
        KeyValueStore<Bytes, byte[]> sound =
                Stores.inMemoryKeyValueStore("pages").get();
        KeyValueStore<Bytes, byte[]> damaged = (KeyValueStore<Bytes, byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KeyValueStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        throw new ProcessorStateException(
                                "commit",
                                new RocksDBException(
                                        new Status(Status.Code.Corruption, Status.SubCode.None, "of a file")));
                    }
                    return method.invoke(sound, arguments);
                });
        WriteBackStore store = new WriteBackStore(damaged, EarlyCommits.off(), null);
        store.init(context.getStateStoreContext(), store);

        assertThatThrownBy(() -> store.commit(Map.of(CHANGELOG, 8L)))
                .isInstanceOf(TaskCorruptedException.class)
                .extracting(failure -> ((TaskCorruptedException) failure).corruptedTasks())
                .isEqualTo(Set.of(new TaskId(0, 0)));
    }

    /** The one that fails to open is never closed. */
    @Test
    void shouldGiveTheMemoryOfAllStoresBackAfterOneThatDidNotOpen() throws IOException {
        int before = SharedRocksDbMemory.users();
        Files.delete(pages());
        WriteBackStore store = open();
        assertThat(SharedRocksDbMemory.users()).isEqualTo(before + 1);

        store.close();

        assertThat(SharedRocksDbMemory.users()).isEqualTo(before);
    }

    @Test
    void shouldFindAPageThatCannotBeReadWhenItIsAskedFor() throws IOException {
        spoil(pages(), 0.5);
        WriteBackStore store = open();

        assertThatThrownBy(() -> {
                    for (int page = 0; page < PAGES; page++) {
                        store.get(key(page));
                    }
                })
                .isInstanceOf(TaskCorruptedException.class)
                .extracting(failure -> ((TaskCorruptedException) failure).corruptedTasks())
                .isEqualTo(Set.of(new TaskId(0, 0)));
        store.close();
    }

    @Test
    void shouldFindTheEndOfScansThatAreSound() {
        WriteBackStore store = open();
        store.put(new byte[] {2, 1}, new byte[] {1});
        store.put(new byte[] {0, 1}, new byte[] {1});
        List<byte[]> seen = new ArrayList<>();

        store.scan(new byte[] {1}, (key, value) -> seen.add(key));
        assertThat(seen).hasSize(PAGES);
        store.scan(new byte[] {2}, (key, value) -> seen.add(key));
        assertThat(seen).hasSize(PAGES + 1);
        store.scan(new byte[] {3}, (key, value) -> seen.add(key));
        store.scan(new byte[] {0}, (key, value) -> seen.add(key));
        assertThat(seen).hasSize(PAGES + 2);
        store.scanFrom(new byte[] {1, 5}, (key, value) -> seen.add(key));
        assertThat(seen).hasSize(2 * PAGES + 2 - 5 + 1);
        store.close();
    }

    private static byte[] key(int page) {
        return new byte[] {1, (byte) page};
    }

    private Path pages() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("rocksdb/pages"))) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .max((one, other) ->
                            Long.compare(one.toFile().length(), other.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void spoil(Path path, double where) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek((long) (where * Math.min(file.length() - 1, PAGES * PAGE_BYTES)));
            int before = file.read();
            file.seek(file.getFilePointer() - 1);
            file.write(before ^ 0x55);
        }
    }

    private WriteBackStore open() {
        WriteBackStore store = new WriteBackStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("pages"), Serdes.Bytes(), Serdes.ByteArray())
                        .withCachingDisabled()
                        .withLoggingDisabled()
                        .build(),
                EarlyCommits.off(),
                null);
        store.init(context.getStateStoreContext(), store);
        // From the stream thread of the task.
        store.header();
        return store;
    }
}
