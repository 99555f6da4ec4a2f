package dev.driftline.network.snapshots;

import dev.driftline.config.DriftlineConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.TimeoutException;

/** The snapshots topic as it was at one moment, for those who look once and go. Close it: it keeps chunks in a folder. */
public final class SnapshotArchive implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Told now and then how far reading is. */
    public interface Progress {

        /**
         * How much of the topic has been read.
         *
         * @param share of what there is, from 0 to 1
         * @param bytes so far
         */
        void read(double share, long bytes);
    }

    private final Path folder;
    private final ChunkStore chunks;
    private final SnapshotCatalog catalog;

    private SnapshotArchive(Path folder, ChunkStore chunks) {
        this.folder = folder;
        this.chunks = chunks;
        this.catalog = new SnapshotCatalog(chunks);
    }

    /**
     * Reads the topic from its beginning to where it ends now.
     *
     * @param wanted versions that are going to be loaded; the others are only listed
     * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if there is no such topic
     * @throws TimeoutException if the brokers send nothing for half a minute
     */
    public static SnapshotArchive read(DriftlineConfig config, Predicate<String> wanted, Progress progress) {
        SnapshotArchive archive;
        try {
            Path folder = Files.createTempDirectory("driftline-snapshots-");
            archive = new SnapshotArchive(folder, ChunkStore.in(folder, wanted));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for snapshots", e);
        }
        try (SnapshotTopicReader reader = new SnapshotTopicReader(config, archive.catalog)) {
            reader.open();
            long last = System.nanoTime();
            while (!reader.caughtUp()) {
                double before = reader.share();
                if (reader.poll(POLL) || reader.share() > before) {
                    last = System.nanoTime();
                    progress.read(reader.share(), reader.bytes());
                } else if (System.nanoTime() - last > PATIENCE.toNanos()) {
                    throw new TimeoutException("the snapshots topic was read only to "
                            + Math.round(100 * reader.share()) + " %, then nothing arrived for " + PATIENCE.toSeconds()
                            + " s");
                }
            }
            return archive;
        } catch (RuntimeException e) {
            archive.close();
            throw e;
        }
    }

    /** What was there. */
    public SnapshotCatalog catalog() {
        return catalog;
    }

    @Override
    public void close() {
        try {
            chunks.clear();
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
