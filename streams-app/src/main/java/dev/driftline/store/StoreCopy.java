package dev.driftline.store;

import java.lang.reflect.Field;
import java.nio.file.Path;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.internals.RocksDBStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.rocksdb.Checkpoint;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Copies a store that is in use: RocksDB makes hard links to its files, which never change, and writes what is in memory to a new
 * one. So a copy takes some tenths of a second and little room, until the store has replaced its files.
 *
 * <p>Kafka Streams does not show the database of its stores: it is read from the field of {@link RocksDBStore}, whose version is
 * pinned; a test fails if it is not there any more.
 */
final class StoreCopy {

    private static final String FIELD = "db";

    private StoreCopy() {}

    /**
     * Makes a copy; the store must stay open meanwhile.
     *
     * @param folder which is not there yet, on the same file system
     * @throws IllegalStateException if it cannot be made
     * @throws UnsupportedOperationException if it is not a store of RocksDB
     */
    static void make(StateStore store, Path folder) {
        try (Checkpoint checkpoint = Checkpoint.create(database(store))) {
            checkpoint.createCheckpoint(folder.toString());
        } catch (RocksDBException e) {
            throw new IllegalStateException(
                    "cannot copy store " + store.name() + " to " + folder + ": " + e.getMessage(), e);
        }
    }

    private static RocksDB database(StateStore store) {
        StateStore at = store;
        while (at instanceof WrappedStateStore<?, ?, ?> wrapper) {
            at = wrapper.wrapped();
        }
        if (!(at instanceof RocksDBStore)) {
            throw new UnsupportedOperationException(
                    "store " + store.name() + " is not on a disk, and cannot be copied");
        }
        try {
            Field field = RocksDBStore.class.getDeclaredField(FIELD);
            field.setAccessible(true);
            return (RocksDB) field.get(at);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of Kafka Streams keeps its database elsewhere", e);
        }
    }
}
