package dev.driftline.store;

import dev.driftline.identity.ModelIdentity;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.source.SourceStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The counts in the folder of a stopped service, of the demo or of {@code evaluate --state}, opened for reading.
 *
 * <p>Finds the shards at any depth below the folder: {@code …/TASK_N/rocksdb/ngram-counts} of Kafka Streams, or
 * {@code shard-N}. One thread at a time.
 */
public final class StateDirectory implements AutoCloseable {

    private static final Pattern STREAMS = Pattern.compile("\\d+_(\\d+)[/\\\\]rocksdb[/\\\\]ngram-counts");
    private static final Pattern PLAIN = Pattern.compile("shard-(\\d+)");
    private static final int DEPTH = 8;
    /** What the folder of the sources is called, of a service and of {@code evaluate --state}. */
    private static final String SOURCES = "sources";

    private static final long MEMORY_BYTES = 64L << 20;
    private static final long CACHE_BYTES = 256L << 20;

    private final List<RocksDbPages> stores;
    private final LocalModel model;

    private StateDirectory(List<RocksDbPages> stores, LocalModel model) {
        this.stores = stores;
        this.model = model;
    }

    /** The folder of a shard below {@code folder}, if Kafka Streams does not keep it. */
    public static Path shardFolder(Path folder, int shard) {
        return folder.resolve("shard-" + shard);
    }

    /**
     * The model of the service that left the counts below {@code folder}; empty where none has, or it did not note it.
     *
     * @throws IllegalStateException if a store cannot be read
     */
    public static Optional<ModelIdentity> learned(Path folder) {
        SortedMap<Integer, Path> found = find(folder);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (RocksDbPages pages =
                RocksDbPages.openReadOnly(found.values().iterator().next(), MEMORY_BYTES)) {
            return StoreHeader.model(pages);
        }
    }

    /**
     * Opens the shards below {@code folder}.
     *
     * @throws IllegalStateException if there are none, or some are missing; the message names those that were found
     */
    public static StateDirectory open(Path folder, Smoothing smoothing, Vocabulary vocabulary) {
        return open(folder, smoothing, vocabulary, ModelSettings.DEFAULT_DELTA);
    }

    /**
     * Opens the shards below {@code folder}.
     *
     * @param delta what add-delta adds to each count
     * @throws IllegalStateException if there are none, or some are missing; the message names those that were found
     */
    public static StateDirectory open(Path folder, Smoothing smoothing, Vocabulary vocabulary, double delta) {
        SortedMap<Integer, Path> found = find(folder);
        if (found.isEmpty()) {
            throw new IllegalStateException("there is no state of Driftline in " + folder
                    + ": name the state.dir of a stopped service, the folder that `driftline demo` printed, or the --state"
                    + " of `driftline evaluate`");
        }
        int shards = found.lastKey() + 1;
        if (found.size() != shards) {
            throw new IllegalStateException("only shards " + found.keySet() + " are in " + folder
                    + ": the others are on another instance; copy its state directory beside this one");
        }
        List<RocksDbPages> stores = new ArrayList<>();
        try {
            for (Path store : found.values()) {
                stores.add(RocksDbPages.openReadOnly(store, MEMORY_BYTES / shards));
            }
            int order = stores.stream().mapToInt(NgramCounts::storedOrder).max().orElse(0);
            if (order == 0) {
                throw new IllegalStateException("the state in " + folder + " is empty: nothing has been learned yet");
            }
            StoreHeader.model(stores.get(0)).ifPresent(model -> requireFit(folder, model, vocabulary, shards));
            ModelSettings settings = new ModelSettings(order, smoothing, vocabulary, delta);
            return new StateDirectory(
                    stores,
                    new LocalModel(settings, shards, shard -> new ReadOnlyPages(stores.get(shard)), CACHE_BYTES));
        } catch (RuntimeException e) {
            stores.forEach(RocksDbPages::close);
            throw e;
        }
    }

    /** Counts of another vocabulary have other sums, and with a shard missing some words would seem never to have come. */
    private static void requireFit(Path folder, ModelIdentity model, Vocabulary vocabulary, int shards) {
        if (!model.vocabulary().equals(ModelIdentity.vocabulary(vocabulary))) {
            throw new IllegalStateException("the state in " + folder + " was learned with the vocabulary "
                    + model.vocabulary() + ", and not with " + ModelIdentity.vocabulary(vocabulary) + ": "
                    + (model.vocabulary().startsWith("fixed:")
                            ? "name the file with the words by --vocabulary fixed:FILE"
                            : "give --vocabulary " + model.vocabulary()));
        }
        if (model.shards() != shards) {
            throw new IllegalStateException("only the first " + shards + " of " + model.shards() + " shards are in "
                    + folder + ": the others are on another instance; copy its state directory beside this one");
        }
    }

    private static SortedMap<Integer, Path> find(Path folder) {
        SortedMap<Integer, Path> found = new TreeMap<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (Stream<Path> below = Files.walk(folder.toAbsolutePath(), DEPTH)) {
            below.filter(RocksDbPages::isStore).forEach(store -> {
                for (Pattern pattern : List.of(STREAMS, PLAIN)) {
                    Matcher matcher = pattern.matcher(store.toString());
                    if (matcher.find() && matcher.end() == store.toString().length()) {
                        Path other = found.put(Integer.parseInt(matcher.group(1)), store);
                        if (other != null) {
                            throw new IllegalStateException("both " + other + " and " + store
                                    + " hold the same shard: name the folder of one application");
                        }
                    }
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
        return found;
    }

    /**
     * A model of its own over the same counts, for one more thread.
     *
     * @param cacheBytes heap that its decoded counts may take
     */
    public LocalModel another(long cacheBytes) {
        return new LocalModel(
                model.settings(), stores.size(), shard -> new ReadOnlyPages(stores.get(shard)), cacheBytes);
    }

    /**
     * The mixture weights that a new source begins with, below {@code folder}: those of the partition that has learned most. Empty
     * where counts were learned without a mixture, as by {@code learn --state}.
     *
     * @throws IllegalStateException if a store cannot be read, or another version wrote it
     */
    public static Optional<CommonWeights> weights(Path folder, MixtureSettings settings) {
        List<Path> stores;
        try (Stream<Path> below = Files.walk(folder.toAbsolutePath(), DEPTH)) {
            stores = below.filter(path -> path.endsWith(SOURCES))
                    .filter(RocksDbPages::isStore)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
        Optional<CommonWeights> most = Optional.empty();
        for (Path store : stores) {
            try (RocksDbPages pages = RocksDbPages.openReadOnly(store, MEMORY_BYTES / 16)) {
                Optional<CommonWeights> weights = SourceStore.weights(pages, settings);
                boolean isMore = weights.isPresent()
                        && (most.isEmpty() || weights.get().steps() > most.get().steps());
                most = isMore ? weights : most;
            }
        }
        return most;
    }

    /** The model of the counts, which is read-only. */
    public LocalModel model() {
        return model;
    }

    @Override
    public void close() {
        stores.forEach(RocksDbPages::close);
    }
}
