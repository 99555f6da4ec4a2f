package dev.driftline.store;

import dev.driftline.ngram.PageStore;
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
import java.util.Optional;
import java.util.function.BiConsumer;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
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
 * Pages in a RocksDB folder of their own, without Kafka: for the benchmark and for commands that work on a state folder.
 *
 * <p>As in Kafka Streams there is no write-ahead log: what was put is safe once {@link #close()} has returned, and a crash
 * before that loses some of it. Block cache and write buffers together stay within the bytes given. One thread at a time.
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

    private RocksDbPages(
            Path folder, RocksDB db, ColumnFamilyHandle pages, WriteOptions writing, Deque<AutoCloseable> natives) {
        this.folder = folder;
        this.db = db;
        this.pages = pages;
        this.writing = writing;
        this.natives = natives;
        this.reading = new ReadOptions();
        natives.push(reading);
    }

    /**
     * Opens {@code folder} to read and write, and makes it where it is missing.
     *
     * @param memoryBytes native memory for blocks and write buffers together
     * @throws IllegalStateException if it is in use, damaged, or the store of a Kafka Streams application, which only that
     *     application may write to
     */
    public static RocksDbPages open(Path folder, long memoryBytes) {
        List<byte[]> families = columnFamilies(folder);
        if (families.size() > 1) {
            throw new IllegalStateException(
                    folder + " is a store of the running service, whose changelog would not know what is written here:"
                            + " open it read-only, or give another folder");
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder, e);
        }
        return open(folder, memoryBytes, families, false);
    }

    /**
     * Opens a folder that {@link #open} or a Kafka Streams store wrote, to read it as it is now. The one that writes to it
     * may go on; what it writes is not seen here, and neither is what it has not yet flushed to files.
     *
     * @param memoryBytes native memory for blocks
     * @throws IllegalStateException if there is no RocksDB store in it, or it is damaged
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
            return new RocksDbPages(folder, db, handles.get(indexOfDefault(families)), writing, natives);
        } catch (RocksDBException e) {
            closeAll(natives);
            throw new IllegalStateException("cannot open " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Kafka Streams keeps offsets in a column family beside the default one, and some stores have more. */
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
    public byte[] get(byte[] key) {
        try {
            return db.get(pages, reading, key);
        } catch (RocksDBException e) {
            throw failed("read", e);
        }
    }

    @Override
    public void put(byte[] key, byte[] value) {
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

    /** An estimate of the number of entries, by RocksDB. */
    public long approximateEntries() {
        try {
            return Optional.ofNullable(db.getProperty(pages, "rocksdb.estimate-num-keys"))
                    .map(Long::parseLong)
                    .orElse(0L);
        } catch (RocksDBException e) {
            throw failed("ask for the size of", e);
        }
    }

    /** Writes what is in memory to files and closes the store. */
    @Override
    public void close() {
        closeAll(natives);
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
