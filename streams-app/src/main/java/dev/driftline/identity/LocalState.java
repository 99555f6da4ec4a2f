package dev.driftline.identity;

import dev.driftline.codec.FolderTree;
import dev.driftline.topics.Layout;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the stores on this machine, as a copy of the changelog topics. It is a copy of those topics and of no others:
 * once they were deleted and made again, by `driftline reset` on another machine or by hand, it would be restored from where
 * the old ones ended, on top of counts that nobody wants. So it keeps the ids of the topics in a file beside the stores, and
 * is emptied where they are no longer the same. Nothing is lost by that: the changelogs have it all.
 *
 * <p>Used by one thread.
 */
public final class LocalState {

    private static final Logger LOG = LoggerFactory.getLogger(LocalState.class);

    private static final String FILE = "changelogs.properties";
    private static final String LAYOUT = "layout";
    private static final String TASK = "\\d+_\\d+";

    private final Path folder;

    /** @param folder {@code state.dir/application.id} */
    public LocalState(Path folder) {
        this.folder = folder;
    }

    /**
     * Deletes the stores here unless they are copies of the changelogs of today. A folder without the file was written by
     * 0.3.0 or older, and is believed.
     *
     * @param changelogs the ids of those that exist, by name
     * @param layout of the service: tasks of another have other stores under the same numbers
     * @return whether it deleted something
     * @throws IOException if that cannot be read or deleted
     */
    public boolean discardStale(Map<String, Uuid> changelogs, Layout layout) throws IOException {
        Path file = folder.resolve(FILE);
        List<Path> tasks = tasks();
        boolean stale = !tasks.isEmpty() && Files.exists(file) && !noted(file).equals(text(changelogs, layout));
        if (stale) {
            LOG.warn(
                    "The changelog topics, or the layout of the tasks, are not those of the stores in {}: the stores are"
                            + " deleted and restored from the topics of today",
                    folder);
            for (Path task : tasks) {
                FolderTree.delete(task);
            }
        }
        note(changelogs, layout);
        return stale;
    }

    /** Notes the ids of the changelogs that the stores here are copies of, and the layout of their tasks. */
    public void note(Map<String, Uuid> changelogs, Layout layout) throws IOException {
        Files.createDirectories(folder);
        Properties properties = new Properties();
        properties.putAll(text(changelogs, layout));
        try (Writer writer = Files.newBufferedWriter(folder.resolve(FILE))) {
            properties.store(writer, "The ids of the topics that the stores here are copies of");
        }
    }

    private List<Path> tasks() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(path -> Files.isDirectory(path)
                            && path.getFileName().toString().matches(TASK))
                    .toList();
        }
    }

    private static Map<String, String> noted(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> noted = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> noted.put(name, properties.getProperty(name)));
        return noted;
    }

    private static Map<String, String> text(Map<String, Uuid> changelogs, Layout layout) {
        Map<String, String> text = new TreeMap<>();
        // Up to 0.4.0 there was one layout, and no name of it.
        if (layout != Layout.SHARDS) {
            text.put(LAYOUT, layout.label());
        }
        changelogs.forEach((name, id) -> text.put(name, id.toString()));
        return text;
    }
}
