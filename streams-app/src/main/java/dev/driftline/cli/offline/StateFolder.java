package dev.driftline.cli.offline;

import dev.driftline.pages.PageStore;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.store.PropertiesFile;
import dev.driftline.store.RocksDbPages;
import dev.driftline.store.StateDirectory;
import dev.driftline.terminal.CommandFailedException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A model that is learned in a folder of its own, without Kafka: {@code model.properties} says what makes it,
 * {@code shard-0} and so on hold the counts, as {@link StateDirectory} reads them, {@code sources} the caches and weights,
 * {@code vocabulary.txt} the words of a fixed vocabulary.
 *
 * <p>What was learned is in the folder once {@link #close()} has returned; a folder that was written to and never closed
 * is refused. One process and one thread at a time.
 */
final class StateFolder implements AutoCloseable {

    private static final String VERSION = "2";
    private static final String PROPERTIES = "model.properties";
    private static final String WORDS = "vocabulary.txt";
    private static final long ROCKSDB_BYTES = 128L << 20;

    private final Path folder;
    private final Properties properties;
    private final List<RocksDbPages> shards = new ArrayList<>();
    private final RocksDbPages sources;
    private final LocalModel model;

    private StateFolder(Path folder, Properties properties, ModelSettings settings, int shards, long cacheBytes) {
        this.folder = folder;
        this.properties = properties;
        this.model = new LocalModel(
                settings,
                shards,
                shard -> {
                    RocksDbPages pages =
                            RocksDbPages.open(StateDirectory.shardFolder(folder, shard), ROCKSDB_BYTES / shards);
                    this.shards.add(pages);
                    return pages;
                },
                cacheBytes);
        this.sources = RocksDbPages.open(folder.resolve("sources"), ROCKSDB_BYTES / 16);
    }

    /**
     * Opens {@code folder} to go on with the model in it, or makes a new one.
     *
     * @param cacheBytes heap that decoded counts may take
     * @throws CommandFailedException if the folder has a model with other settings, or was not closed
     */
    static StateFolder open(Path folder, ModelSettings settings, int shards, long cacheBytes) throws IOException {
        Properties wanted = new Properties();
        wanted.setProperty("version", VERSION);
        wanted.setProperty("order", Integer.toString(settings.order()));
        wanted.setProperty("shards", Integer.toString(shards));
        wanted.setProperty("vocabulary", name(settings.vocabulary()));
        Path file = folder.resolve(PROPERTIES);
        boolean isThere = Files.exists(file);
        if (isThere) {
            Properties found = read(folder);
            for (String key : new TreeSet<>(wanted.stringPropertyNames())) {
                if (!wanted.getProperty(key).equals(found.getProperty(key))) {
                    throw new CommandFailedException(
                            folder + " has a model with " + key + " = " + found.getProperty(key) + ", not "
                                    + wanted.getProperty(key) + ": ask for the same, or name another folder");
                }
            }
            if (settings.vocabulary() instanceof Vocabulary.Fixed
                    && !Vocabulary.fixed(folder.resolve(WORDS)).equals(settings.vocabulary())) {
                throw new CommandFailedException(
                        folder + " has a model with another fixed vocabulary: see its " + WORDS);
            }
        } else {
            requireEmpty(folder);
            Files.createDirectories(folder);
            if (settings.vocabulary() instanceof Vocabulary.Fixed fixed) {
                Files.write(folder.resolve(WORDS), new TreeSet<>(fixed.words()), StandardCharsets.UTF_8);
            }
        }
        wanted.setProperty("closed", "false");
        write(folder, wanted);
        try {
            return new StateFolder(folder, wanted, settings, shards, cacheBytes);
        } catch (RuntimeException e) {
            // Nothing was written to the model that is there.
            if (isThere) {
                wanted.setProperty("closed", "true");
                write(folder, wanted);
            }
            throw e;
        }
    }

    /**
     * What makes a model.
     *
     * @param order words in its longest n-gram
     * @param shards over which its counts are split
     */
    record Shape(int order, int shards, Vocabulary vocabulary) {}

    /**
     * What makes the model in {@code folder}; empty where there is none.
     *
     * @throws CommandFailedException if another version wrote it, or it was not closed
     */
    static Optional<Shape> shape(Path folder) throws IOException {
        if (!Files.exists(folder.resolve(PROPERTIES))) {
            return Optional.empty();
        }
        Properties found = read(folder);
        String words = found.getProperty("vocabulary", "");
        return Optional.of(new Shape(
                Integer.parseInt(found.getProperty("order", "")),
                Integer.parseInt(found.getProperty("shards", "")),
                words.equals("fixed")
                        ? Vocabulary.fixed(folder.resolve(WORDS))
                        : new Vocabulary.Growing(words.equals("growing"))));
    }

    private static void requireEmpty(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new CommandFailedException(folder + " is a file: name a folder for the model");
        }
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> there = Files.list(folder)) {
            if (there.findAny().isPresent()) {
                throw new CommandFailedException(
                        folder + " has no model in it, but other files: name a new or empty folder");
            }
        }
    }

    private static String name(Vocabulary vocabulary) {
        if (vocabulary instanceof Vocabulary.Growing growing) {
            return growing.countUnknown() ? "growing" : "grow-kenlm";
        }
        return "fixed";
    }

    private static Properties read(Path folder) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve(PROPERTIES))) {
            properties.load(reader);
        }
        if (!VERSION.equals(properties.getProperty("version"))) {
            throw new CommandFailedException(folder + " was written by another version of Driftline (format "
                    + properties.getProperty("version") + ", this one reads " + VERSION + ")");
        }
        if (!"true".equals(properties.getProperty("closed"))) {
            throw new CommandFailedException(
                    folder
                            + " is in use, or was left by a process that was killed and is incomplete: delete it and start again");
        }
        return properties;
    }

    private static void write(Path folder, Properties properties) throws IOException {
        PropertiesFile.write(folder.resolve(PROPERTIES), properties, "A Driftline model");
    }

    /** The n-gram model. */
    LocalModel model() {
        return model;
    }

    /** Where the sources' caches and weights are kept. */
    PageStore sources() {
        return sources;
    }

    /** Writes what is decoded and closes the stores. */
    @Override
    public void close() {
        model.writeBack();
        shards.forEach(RocksDbPages::close);
        sources.close();
        properties.setProperty("closed", "true");
        try {
            write(folder, properties);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
        }
    }
}
