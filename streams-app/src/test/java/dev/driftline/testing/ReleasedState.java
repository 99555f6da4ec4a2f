package dev.driftline.testing;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.pages.HeapPageStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The stores and the internal messages of a released version, from {@code src/test/resources/released}. */
public final class ReleasedState {

    /**
     * An entry of a store, or a message of a topic.
     *
     * @param where the store, or the topic without its prefix
     * @param partition of the store or the topic
     * @param key null where a message has none
     * @param value the bytes
     * @param headers of a message
     */
    public record Entry(String where, int partition, byte[] key, byte[] value, Map<String, byte[]> headers) {}

    private static final Path FOLDER = Path.of("src", "test", "resources", "released");

    private final Path folder;
    private final DriftlineConfig config;
    private final List<Entry> entries = new ArrayList<>();

    private ReleasedState(Path folder) throws IOException {
        this.folder = folder;
        Properties settings = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve("settings.properties"))) {
            settings.load(reader);
        }
        Map<String, String> named = new HashMap<>();
        settings.forEach((name, text) -> named.put((String) name, (String) text));
        config = DriftlineConfig.of(named);
        try (InputStream file = Files.newInputStream(folder.resolve("state.tsv.gz"));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            lines.lines().map(ReleasedState::entry).forEach(entries::add);
        }
    }

    /** The versions of which there is a state. */
    public static List<String> versions() {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The state that {@code version} wrote. */
    public static ReleasedState of(String version) {
        try {
            return new ReleasedState(FOLDER.resolve(version));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Entry entry(String line) {
        String[] columns = line.split("\t", -1);
        HexFormat hex = HexFormat.of();
        Map<String, byte[]> headers = new HashMap<>();
        for (String header : columns[4].split(",")) {
            int equals = header.indexOf('=');
            if (equals > 0) {
                headers.put(header.substring(0, equals), hex.parseHex(header.substring(equals + 1)));
            }
        }
        return new Entry(
                columns[0],
                Integer.parseInt(columns[1]),
                columns[2].equals("-") ? null : hex.parseHex(columns[2]),
                hex.parseHex(columns[3]),
                headers);
    }

    /** Where it is kept. */
    public Path folder() {
        return folder;
    }

    /** The settings of the service that wrote it. */
    public DriftlineConfig config() {
        return config;
    }

    /** Every entry and every message. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** The entries of a store, or the messages of a topic, in one partition. */
    public List<Entry> entries(String where, int partition) {
        return entries.stream()
                .filter(entry -> entry.where().equals(where) && entry.partition() == partition)
                .toList();
    }

    /** A store as it was. */
    public HeapPageStore store(String name, int partition) {
        HeapPageStore store = new HeapPageStore();
        entries(name, partition).forEach(entry -> store.put(entry.key(), entry.value()));
        return store;
    }
}
