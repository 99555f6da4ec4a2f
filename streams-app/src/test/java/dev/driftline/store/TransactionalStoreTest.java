package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.codec.FolderTree;
import dev.driftline.commits.EarlyCommits;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store has on disk when its process is gone, with Kafka's own RocksDB store inside. */
class TransactionalStoreTest {

    private static final TopicPartition CHANGELOG = new TopicPartition("test-pages-changelog", 0);
    private static final int PAGES = 100;
    private static final int PAGE_BYTES = 2_000;
    private static final int ROUNDS = 60;

    @TempDir
    Path folder;

    private final HeapBudget heap = new HeapBudget();
    private final Map<String, MockProcessorContext<Void, Void>> contexts = new HashMap<>();

    @Test
    void shouldHaveTheStateOfOneCommitOnDiskWheneverItIsKilled() throws IOException {
        WriteBackStore store = open(folder, true);
        Files.createDirectories(folder.resolve("killed"));
        int seen = -1;
        for (int round = 0; round < ROUNDS; round++) {
            write(store, round);
            if (round % 6 == 5) {
                // Written and not committed: a kill before the commit of the transaction.
                seen = Math.max(seen, assertOneRound(round - 1));
            }
            store.commit(Map.of(CHANGELOG, (long) round));
        }
        store.close();

        assertThat(seen).as("rounds that were on disk before the store closed").isPositive();
        assertThat(assertOneRound(ROUNDS - 1)).as("after an orderly end").isEqualTo(ROUNDS - 1);
    }

    /** Opens a copy of what is on disk and says of which round it is. */
    private int assertOneRound(int latest) throws IOException {
        Path copy = folder.resolve("killed").resolve("after-" + latest);
        copyOf(folder.resolve("store"), copy.resolve("store"));
        WriteBackStore killed = open(copy, true);
        Long offset = killed.committedOffset(CHANGELOG);
        int round = offset == null ? -1 : Math.toIntExact(offset);
        assertThat(round).isLessThanOrEqualTo(latest);
        for (int page = 0; page < PAGES; page++) {
            byte[] value = killed.get(key(page));
            assertThat(value == null ? -1 : value[0]).as("page " + page).isEqualTo((byte) round);
        }
        killed.close();
        FolderTree.delete(copy);
        return round;
    }

    /** Copies a folder as it is at one moment: again if a file changed meanwhile, since RocksDB works in the background. */
    private static void copyOf(Path from, Path to) throws IOException {
        while (true) {
            try {
                Map<Path, Long> before = sizes(from);
                for (Path file : before.keySet()) {
                    Path target = to.resolve(from.relativize(file).toString());
                    Files.createDirectories(Objects.requireNonNull(target.getParent()));
                    Files.copy(file, target);
                }
                if (sizes(from).equals(before)) {
                    return;
                }
            } catch (NoSuchFileException | UncheckedIOException e) {
                // It went while it was copied.
            }
            FolderTree.delete(to);
        }
    }

    private static Map<Path, Long> sizes(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile)
                    .collect(
                            Collectors.toMap(file -> file, file -> file.toFile().length()));
        }
    }

    @Test
    void shouldHaveDroppedWhatWasNotCommittedWhenTheTaskComesBack() {
        WriteBackStore store = open(folder, true);
        write(store, 1);
        store.commit(Map.of(CHANGELOG, 7L));
        write(store, 2);
        assertThat(value(store)).as("read before it is committed").isEqualTo((byte) 2);

        store.close();
        store.init(context(folder, true).getStateStoreContext(), store);
        store.header();

        assertThat(value(store)).isEqualTo((byte) 1);
        assertThat(store.committedOffset(CHANGELOG)).isEqualTo(7L);
        store.close();
    }

    /** Kafka Streams commits what a corrupted task has written, without offsets, just before it deletes the folder. */
    @Test
    void shouldBeRestoredWholeWhenThereArePagesWithoutAnOffset() {
        WriteBackStore store = open(folder, true);
        write(store, 1);
        store.commit(Map.of());
        store.close();

        assertThatThrownBy(() -> store.init(context(folder, true).getStateStoreContext(), store))
                .isInstanceOf(TaskCorruptedException.class)
                .hasRootCauseMessage(
                        "store pages has pages and no offset in its changelog: some of them may never have been"
                                + " committed, so it is restored from the changelog");
        store.close();
    }

    /** Release 0.4.0 left the offset, and a mark that the store was closed. */
    @Test
    void shouldKeepAStoreThatAnEarlierReleaseClosed() {
        WriteBackStore before = open(folder, false);
        write(before, 1);
        before.commit(Map.of(CHANGELOG, 7L));
        before.close();

        WriteBackStore store = open(folder, true);

        assertThat(store.committedOffset(CHANGELOG)).isEqualTo(7L);
        assertThat(value(store)).isEqualTo((byte) 1);
        store.close();
    }

    /** As 0.4.0 does after it was killed, which then knows no mark of an open store: a downgrade finds a sound one. */
    @Test
    void shouldBeReadByAnEarlierReleaseAfterAKill() throws IOException {
        WriteBackStore store = open(folder, true);
        for (int round = 0; round < ROUNDS; round++) {
            write(store, round);
            store.commit(Map.of(CHANGELOG, (long) round));
        }
        Path copy = folder.resolve("killed");
        copyOf(folder.resolve("store"), copy.resolve("store"));
        store.close();

        WriteBackStore earlier = open(copy, false);

        assertThat(value(earlier))
                .isEqualTo(Objects.requireNonNull(earlier.committedOffset(CHANGELOG))
                        .byteValue());
        earlier.close();
    }

    @Test
    void shouldCopyTheStateOfTheLastCommitAndLeaveTheCopyAsItIs() {
        WriteBackStore store = open(folder, true);
        write(store, 1);
        store.commit(Map.of(CHANGELOG, 1L));
        write(store, 2);
        Path copy = folder.resolve("copy");

        store.copyTo(copy);
        store.commit(Map.of(CHANGELOG, 2L));
        write(store, 3);
        store.commit(Map.of(CHANGELOG, 3L));

        try (RocksDbPages pages = RocksDbPages.openReadOnly(copy, 1 << 20)) {
            for (int page = 0; page < PAGES; page++) {
                assertThat(Objects.requireNonNull(pages.get(key(page)))[0]).isEqualTo((byte) 1);
            }
        }
        store.close();
        assertThatThrownBy(() -> store.copyTo(folder.resolve("another"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldSayWhatItHoldsUntilTheCommit() {
        WriteBackStore store = open(folder, true);

        write(store, 1);

        long entry = PAGE_BYTES + 2;
        assertThat(heap.used(HeapUse.UNCOMMITTED)).isBetween(PAGES * entry, PAGES * (entry + 500));
        assertThat(store.approximateNumUncommittedBytes()).isGreaterThan(PAGES * entry);
        store.commit(Map.of(CHANGELOG, 1L));
        assertThat(heap.used(HeapUse.UNCOMMITTED)).isZero();
        assertThat(store.approximateNumUncommittedBytes()).isLessThan(entry);
        store.close();
    }

    private static void write(WriteBackStore store, int round) {
        for (int page = 0; page < PAGES; page++) {
            byte[] value = new byte[PAGE_BYTES];
            value[0] = (byte) round;
            store.put(key(page), value);
        }
    }

    private static byte[] key(int page) {
        return new byte[] {1, (byte) page};
    }

    private static byte value(WriteBackStore store) {
        return Objects.requireNonNull(store.get(key(PAGES - 1)))[0];
    }

    private WriteBackStore open(Path parent, boolean transactional) {
        WriteBackStore store = new WriteBackStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("pages"), Serdes.Bytes(), Serdes.ByteArray())
                        .withCachingDisabled()
                        .withLoggingDisabled()
                        .build(),
                EarlyCommits.off(),
                heap.account(HeapUse.UNCOMMITTED));
        store.init(context(parent, transactional).getStateStoreContext(), store);
        // From the stream thread of the task.
        store.header();
        return store;
    }

    /** The context of a task, the same one whenever it comes back. */
    private MockProcessorContext<Void, Void> context(Path parent, boolean transactional) {
        return contexts.computeIfAbsent(parent + " " + transactional, key -> {
            Properties properties = new Properties();
            properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
            properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
            properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
            properties.put(StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG, transactional);
            properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDbMemory.class);
            // Buffers of 1 MiB, so that some of the rounds reach the disk.
            properties.put(SharedRocksDbMemory.WRITE_BUFFER_BYTES_CONFIG, 4L << 20);
            return new MockProcessorContext<>(
                    properties, new TaskId(0, 0), parent.resolve("store").toFile());
        });
    }
}
