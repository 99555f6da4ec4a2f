package dev.driftline.shards;

import dev.driftline.codec.FolderTree;
import dev.driftline.threads.LastingThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Copies of the shards that this instance owns, each as of its last commit, for those who read all of a shard while it goes on
 * counting. A copy that nobody reads for {@value #IDLE_MINUTES} minutes is deleted. Thread-safe.
 */
public final class ShardCopies implements AutoCloseable {

    /** Minutes after which a copy is deleted that nobody reads. */
    public static final int IDLE_MINUTES = 5;

    /** Copies of one shard at a time: each may hold as much of the disk as the shard. */
    static final int MOST_OF_A_SHARD = 2;

    /** A copy that nobody has begun to read by then makes room for another: some other shard could not be copied. */
    private static final long UNREAD_NANOS = Duration.ofSeconds(20).toNanos();

    private static final long IDLE_NANOS = Duration.ofMinutes(IDLE_MINUTES).toNanos();

    /**
     * A copy.
     *
     * @param shard of which
     * @param number tells it from others
     * @param files of the database, by name, with their sizes in bytes
     */
    public record Copy(int shard, long number, NavigableMap<String, Long> files) {}

    private static final class Open {
        private final Copy copy;
        private final Path folder;
        private long used;
        private boolean isRead;

        Open(Copy copy, Path folder, long used) {
            this.copy = copy;
            this.folder = folder;
            this.used = used;
        }
    }

    private final LiveShards shards;
    private final Path folder;
    private final LongSupplier clock;
    private final LastingThread expiry;
    private final Map<Long, Open> open = new HashMap<>();
    private long last;

    /**
     * @param folder for copies, on the file system of the stores; what an earlier process left there is deleted
     */
    public ShardCopies(LiveShards shards, Path folder) {
        this(shards, folder, System::nanoTime);
    }

    ShardCopies(LiveShards shards, Path folder, LongSupplier clock) {
        this.shards = shards;
        this.folder = folder;
        this.clock = clock;
        delete(folder);
        // Else an instance that starts again could take a reader of the process before for its own.
        last = System.currentTimeMillis() << 8;
        expiry = LastingThread.ticking("shard-copies", Duration.ofMinutes(1), this::expire);
        expiry.start();
    }

    /**
     * Copies a shard as of its last commit; documents wait meanwhile, some tenths of a second.
     *
     * @return empty where the shard is not here
     * @throws IllegalStateException if there are too many copies of it, or it cannot be copied
     */
    public synchronized Optional<Copy> make(int shard) {
        expire();
        if (copies(shard) >= MOST_OF_A_SHARD) {
            long now = clock.getAsLong();
            release(each -> each.copy.shard() == shard && !each.isRead && now - each.used > UNREAD_NANOS);
        }
        if (copies(shard) >= MOST_OF_A_SHARD) {
            throw new IllegalStateException("there are " + copies(shard) + " copies of shard " + shard
                    + ", the most at a time: wait until one is read, or for " + IDLE_MINUTES + " minutes");
        }
        long number = ++last;
        Path to = folder.resolve(Long.toString(number));
        try {
            Files.createDirectories(folder);
            if (!shards.copy(shard, to)) {
                return Optional.empty();
            }
            Copy copy = new Copy(shard, number, sizes(to));
            open.put(number, new Open(copy, to, clock.getAsLong()));
            return Optional.of(copy);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy shard " + shard, e);
        } finally {
            if (!open.containsKey(number)) {
                delete(to);
            }
        }
    }

    private long copies(int shard) {
        return open.values().stream().filter(each -> each.copy.shard() == shard).count();
    }

    private static NavigableMap<String, Long> sizes(Path folder) throws IOException {
        NavigableMap<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                sizes.put(String.valueOf(file.getFileName()), Files.size(file));
            }
        }
        return sizes;
    }

    /**
     * Reads a part of a file of a copy.
     *
     * @param from where it begins
     * @param most bytes; fewer only at the end of the file
     * @return empty where there is no such copy here
     * @throws IllegalArgumentException if the copy has no such file
     */
    public Optional<byte[]> read(long number, String file, long from, int most) {
        Path path;
        long size;
        synchronized (this) {
            Open found = open.get(number);
            if (found == null) {
                return Optional.empty();
            }
            Long known = found.copy.files().get(file);
            if (known == null) {
                throw new IllegalArgumentException("copy " + number + " has no file " + file);
            }
            found.used = clock.getAsLong();
            found.isRead = true;
            path = found.folder.resolve(file);
            size = known;
        }
        ByteBuffer part = ByteBuffer.allocate((int) Math.max(0, Math.min(most, size - from)));
        try (SeekableByteChannel channel = Files.newByteChannel(path)) {
            channel.position(Math.max(0, from));
            while (part.hasRemaining() && channel.read(part) >= 0) {
                // Until it is full.
            }
            if (part.hasRemaining()) {
                throw new IOException(file + " has become shorter");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read copy " + number, e);
        }
        return Optional.of(part.array());
    }

    /** Deletes a copy; nothing happens where it is not here. */
    public synchronized void release(long number) {
        Open gone = open.remove(number);
        if (gone != null) {
            delete(gone.folder);
        }
    }

    private synchronized void expire() {
        long now = clock.getAsLong();
        release(each -> now - each.used > IDLE_NANOS);
    }

    private void release(Predicate<Open> which) {
        List<Open> gone = open.values().stream().filter(which).toList();
        gone.forEach(each -> release(each.copy.number()));
    }

    private static void delete(Path folder) {
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }

    /** Deletes all copies. */
    @Override
    public void close() {
        expiry.stop();
        synchronized (this) {
            List.copyOf(open.keySet()).forEach(this::release);
        }
    }
}
