package dev.driftline.store;

import dev.driftline.pages.PageStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * Pages in a RocksDB folder, without Kafka: for benchmarks and for commands that work on a state folder.
 *
 * <p>As in Kafka Streams, there is no write-ahead log: pages are safe once {@link #close()} has returned, and a crash before
 * that loses some of them. Block cache and write buffers together stay within the given bytes. One thread at a time.
 */
public final class RocksDbPages implements PageStore, AutoCloseable {

    private static final long BLOCK_BYTES = 8L << 10;
    private static final long LARGEST_WRITE_BUFFER_BYTES = 32L << 20;

    private final Path folder;
    private final RocksDB db;
    private final ColumnFamilyHandle pages;
    private final WriteOptions writing;
    private final ReadOptions reading;
    private final Deque<AutoCloseable> natives;
    private final boolean readOnly;

    private RocksDbPages(
            Path folder,
            RocksDB db,
            ColumnFamilyHandle pages,
            WriteOptions writing,
            Deque<AutoCloseable> natives,
            boolean readOnly) {
        this.folder = folder;
        this.db = db;
        this.pages = pages;
        this.writing = writing;
        this.natives = natives;
        this.readOnly = readOnly;
        this.reading = new ReadOptions();
        natives.push(reading);
    }

    /**
     * Opens {@code folder} for reading and writing, and creates it if it does not exist.
     *
     * @param memoryBytes native memory for blocks and write buffers together
     * @throws IllegalStateException if it is in use or damaged, or if it is the store of a Kafka Streams application, to
     *     which only that application may write
     */
    public static RocksDbPages open(Path folder, long memoryBytes) {
        List<byte[]> families = columnFamilies(folder);
        if (families.size() > 1) {
            throw new IllegalStateException(
                    folder + " is a store of the service, and its changelog would miss changes that are made here:"
                            + " open it read-only, or name another folder");
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder, e);
        }
        return open(folder, memoryBytes, families, false);
    }

    /**
     * Opens a folder that {@link #open} or a Kafka Streams store wrote, for reading. Another process may continue to write
     * to it; pages that it writes later, or has not yet flushed to files, are not seen.
     *
     * @param memoryBytes native memory for blocks
     * @throws IllegalStateException if it is damaged or has no RocksDB store
     */
    public static RocksDbPages openReadOnly(Path folder, long memoryBytes) {
        if (!isStore(folder)) {
            throw new IllegalStateException(folder + " holds no RocksDB store: a state folder of the service has one at"
                    + " APPLICATION/TASK/rocksdb/STORE");
        }
        return open(folder, memoryBytes, columnFamilies(folder), true);
    }

    /** Whether there is a RocksDB store in {@code folder}. */
    public static boolean isStore(Path folder) {
        return Files.exists(folder.resolve("CURRENT"));
    }

    private static RocksDbPages open(Path folder, long memoryBytes, List<byte[]> families, boolean readOnly) {
        RocksDB.loadLibrary();
        Deque<AutoCloseable> natives = new ArrayDeque<>();
        try {
            LRUCache cache = keep(natives, new LRUCache(memoryBytes));
            BloomFilter filter = keep(natives, new BloomFilter(10));
            long writeBufferBytes = Math.min(LARGEST_WRITE_BUFFER_BYTES, memoryBytes / 4);
            WriteBufferManager buffers = keep(natives, new WriteBufferManager(2 * writeBufferBytes, cache));
            DBOptions options = keep(natives, new DBOptions())
                    .setCreateIfMissing(!readOnly)
                    .setWriteBufferManager(buffers)
                    .setMaxBackgroundJobs(2)
                    .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
            ColumnFamilyOptions familyOptions = keep(natives, new ColumnFamilyOptions())
                    .setCompressionType(CompressionType.NO_COMPRESSION)
                    .setWriteBufferSize(writeBufferBytes)
                    .setTableFormatConfig(new BlockBasedTableConfig()
                            .setBlockCache(cache)
                            .setBlockSize(BLOCK_BYTES)
                            .setCacheIndexAndFilterBlocks(true)
                            .setFilterPolicy(filter));
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (byte[] family : families) {
                descriptors.add(new ColumnFamilyDescriptor(family, familyOptions));
            }
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            RocksDB db = readOnly
                    ? RocksDB.openReadOnly(options, folder.toString(), descriptors, handles)
                    : RocksDB.open(options, folder.toString(), descriptors, handles);
            natives.push(db);
            handles.forEach(natives::push);
            WriteOptions writing = keep(natives, new WriteOptions()).setDisableWAL(true);
            return new RocksDbPages(folder, db, handles.get(indexOfDefault(families)), writing, natives, readOnly);
        } catch (RocksDBException e) {
            closeAll(natives);
            throw new IllegalStateException("cannot open " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Kafka Streams keeps offsets in another column family than the default one; some stores have more families. */
    private static List<byte[]> columnFamilies(Path folder) {
        if (!isStore(folder)) {
            return List.of(RocksDB.DEFAULT_COLUMN_FAMILY);
        }
        RocksDB.loadLibrary();
        try (Options options = new Options()) {
            return RocksDB.listColumnFamilies(options, folder.toString());
        } catch (RocksDBException e) {
            throw new IllegalStateException("cannot read " + folder + ": " + e.getMessage(), e);
        }
    }

    private static int indexOfDefault(List<byte[]> families) {
        for (int i = 0; i < families.size(); i++) {
            if (Arrays.equals(families.get(i), RocksDB.DEFAULT_COLUMN_FAMILY)) {
                return i;
            }
        }
        throw new IllegalStateException(
                "no column family " + new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.UTF_8));
    }

    private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> natives, T made) {
        natives.push(made);
        return made;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        try {
            return db.get(pages, reading, key);
        } catch (RocksDBException e) {
            throw failed("read", e);
        }
    }

    @Override
    public void put(byte[] key, byte @Nullable [] value) {
        try {
            if (value == null) {
                db.delete(pages, writing, key);
            } else {
                db.put(pages, writing, key, value);
            }
        } catch (RocksDBException e) {
            throw failed("write", e);
        }
    }

    @Override
    public void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor) {
        try (RocksIterator entries = db.newIterator(pages, reading)) {
            for (entries.seek(prefix); entries.isValid(); entries.next()) {
                byte[] key = entries.key();
                if (key.length < prefix.length || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                    break;
                }
                visitor.accept(key, entries.value());
            }
            entries.status();
        } catch (RocksDBException e) {
            throw failed("scan", e);
        }
    }

    @Override
    public void scanFrom(byte[] first, BiPredicate<byte[], byte[]> visitor) {
        try (RocksIterator entries = db.newIterator(pages, reading)) {
            entries.seek(first);
            while (entries.isValid() && visitor.test(entries.key(), entries.value())) {
                entries.next();
            }
            entries.status();
        } catch (RocksDBException e) {
            throw failed("scan", e);
        }
    }

    /**
     * Flushes the pages to files and closes the store.
     *
     * @throws IllegalStateException if they could not be written, as on a full disk; some are lost
     */
    @Override
    public void close() {
        try {
            if (!readOnly && db.isOwningHandle()) {
                // Closing flushes, too, but keeps to itself that it could not.
                try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
                    db.flush(waiting, pages);
                }
            }
        } catch (RocksDBException e) {
            throw failed("write the pages of", e);
        } finally {
            closeAll(natives);
        }
    }

    private static void closeAll(Deque<AutoCloseable> natives) {
        while (!natives.isEmpty()) {
            try {
                natives.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close a RocksDB object", e);
            }
        }
    }

    private IllegalStateException failed(String what, RocksDBException e) {
        return new IllegalStateException("cannot " + what + " " + folder + ": " + e.getMessage(), e);
    }
}
