package dev.driftline.store;

import dev.driftline.codec.FolderTree;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.LegacyCheckpointingStateStore;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of a store that a disk has spoilt: a page whose checksum is wrong, a file that lost its end. The changelog has
 * everything, so such a store is deleted and restored.
 */
final class StoreDamage {

    private static final Logger LOG = LoggerFactory.getLogger(StoreDamage.class);

    /** Where Kafka's RocksDB stores lie in the folder of their task. */
    private static final String ROCKSDB_FOLDER = "rocksdb";

    private static final String[] PHRASES = {
        "corruption", "checksum mismatch", "file size mismatch", "bad block contents"
    };

    private StoreDamage() {}

    /** Whether a file of the store is damaged, or missing: another try would find the same. */
    static boolean isIn(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(100)
                .anyMatch(cause -> cause instanceof RocksDBException rocksDb && isDamage(rocksDb));
    }

    private static boolean isDamage(RocksDBException failure) {
        Status status = failure.getStatus();
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return true;
        }
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return Arrays.stream(PHRASES).anyMatch(message::contains)
                || message.contains(".sst") && message.contains("no such file");
    }

    /** Deletes the files of a store that does not open, and says so. The store may be opened again then. */
    static void delete(StateStoreContext context, String store, ProcessorStateException damage) {
        LOG.warn(
                "Store {} of task {} is damaged: it is deleted and restored from its changelog",
                store,
                context.taskId(),
                damage);
        try {
            FolderTree.delete(new File(new File(context.stateDir(), ROCKSDB_FOLDER), store).toPath());
            // Before Kafka Streams 4.3 it was here that a task noted how far its stores had come: they all begin anew.
            Files.deleteIfExists(
                    new File(context.stateDir(), LegacyCheckpointingStateStore.CHECKPOINT_FILE_NAME).toPath());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the damaged store " + store, e);
        }
    }

    /** What lets Kafka Streams delete the stores of a task, and restore them, in place of a thread that dies. */
    static TaskCorruptedException found(TaskId task, String store, RuntimeException damage) {
        LOG.warn(
                "Store {} of task {} is damaged: the task's stores are deleted and restored from their changelogs",
                store,
                task,
                damage);
        return new TaskCorruptedException(
                Set.of(task),
                damage instanceof ProcessorStateException state ? state : new ProcessorStateException(damage));
    }

    /**
     * Makes sure that a scan which ran to the end of the store has seen that end. RocksDB ends a scan at a page that it cannot
     * read, and the iterators of Kafka Streams do not look why it ended.
     *
     * @param last the last committed key that was seen, in the range or behind it; null for none
     * @param from where the scan began
     * @param uncommitted keys that do not count: what is written to them is in memory
     */
    static void requireEnd(
            KeyValueStore<Bytes, byte[]> store, @Nullable Bytes last, Bytes from, Set<Bytes> uncommitted) {
        try (KeyValueIterator<Bytes, byte[]> backwards = store.reverseAll()) {
            @Nullable Bytes greatest = null;
            while (greatest == null && backwards.hasNext()) {
                Bytes key = backwards.next().key;
                greatest = uncommitted.contains(key) ? null : key;
            }
            boolean fits = greatest == null
                    ? last == null
                    : last == null ? greatest.compareTo(from) < 0 : greatest.equals(last);
            if (!fits) {
                throw new ProcessorStateException(
                        "a scan of store " + store.name() + " ended before its end",
                        new RocksDBException(
                                new Status(Status.Code.Corruption, Status.SubCode.None, "a page cannot be read")));
            }
        }
    }
}
