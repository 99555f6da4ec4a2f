package dev.driftline.topics;

import dev.driftline.arpa.ArpaProgress;
import dev.driftline.arpa.ArpaReader;
import dev.driftline.background.Background;
import dev.driftline.backoff.BackoffModel;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.config.keys.ModelKeys;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The background that a configuration names. A process has it in memory once, however often it is asked for. */
public final class BackgroundFile {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundFile.class);

    /** What was read last, as long as nothing else needs the heap. */
    private static @Nullable Loaded last;

    private record Loaded(Path file, FileTime written, long bytes, SoftReference<Background> background) {}

    private BackgroundFile() {}

    /**
     * The background of {@code config}; empty if it has none.
     *
     * @throws MisconfiguredException if it cannot be read, with what to do
     */
    public static Optional<Background> of(DriftlineConfig config) {
        return config.get(ModelKeys.BACKGROUND).map(file -> {
            try {
                return read(file);
            } catch (IOException e) {
                throw new MisconfiguredException(ModelKeys.BACKGROUND.name() + "=" + file + ": " + e.getMessage(), e);
            }
        });
    }

    /**
     * Reads an ARPA file, or what {@code driftline import arpa} has made of one.
     *
     * @throws IOException if it cannot be read, or does not fit the heap, with what to do
     */
    public static synchronized Background read(Path file) throws IOException {
        FileTime written;
        long bytes;
        try {
            written = Files.getLastModifiedTime(file);
            bytes = Files.size(file);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "there is no file " + file.toAbsolutePath()
                            + ": name an ARPA file (gzip, too), or what `driftline import arpa` has written",
                    e);
        }
        Loaded known = last;
        Background background = known != null
                        && known.file.equals(file.toAbsolutePath())
                        && known.written.equals(written)
                        && known.bytes == bytes
                ? known.background.get()
                : null;
        if (background == null) {
            background = load(file, bytes);
            last = new Loaded(file.toAbsolutePath(), written, bytes, new SoftReference<>(background));
        }
        return background;
    }

    private static Background load(Path file, long bytes) throws IOException {
        long start = System.nanoTime();
        BackoffModel model;
        try {
            model = ArpaReader.read(file, new ArpaProgress() {
                @Override
                public void warn(String message) {
                    LOG.warn("{}: {}", file, message);
                }
            });
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "a file of %,d bytes does not fit into the heap of %,d bytes that this Java may take: raise -Xmx"
                                    + " (DRIFTLINE_JAVA_OPTS), or prune the model",
                            bytes,
                            Runtime.getRuntime().maxMemory()),
                    e);
        }
        Background background = new Background(model);
        LOG.info(
                "The background is {}: {}, read in {} ms",
                file,
                describe(background),
                (System.nanoTime() - start) / 1_000_000);
        return background;
    }

    /** What was read, in words: order, n-grams, words and heap. */
    public static String describe(Background background) {
        BackoffModel model = background.model();
        long ngrams = 0;
        for (int length = 1; length <= model.order(); length++) {
            ngrams += model.ngrams(length);
        }
        return String.format(
                Locale.ROOT,
                "order %d, %,d n-grams, %,d words, %,d MiB of heap, fingerprint %016x",
                model.order(),
                ngrams,
                background.words(),
                Math.max(1, model.heapBytes() >> 20),
                background.fingerprint());
    }
}
