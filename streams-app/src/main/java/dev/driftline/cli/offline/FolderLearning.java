package dev.driftline.cli.offline;

import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.store.PropertiesFile;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Counts documents in a {@link StateFolder}, at the speed of counting alone, and remembers beside the counts how far each file is
 * learned. One thread.
 */
final class FolderLearning implements AutoCloseable {

    private static final String LEARNED = "learned-files.properties";

    private final Path folder;
    private final StateFolder state;
    private final Properties learned = new Properties();

    /** Opens {@code path} to go on with the model in it, or makes a new one. */
    FolderLearning(Path path, ModelSettings settings, int shards, long cacheBytes) throws IOException {
        this.folder = path;
        state = StateFolder.open(path, settings, shards, cacheBytes);
        Path file = path.resolve(LEARNED);
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                learned.load(reader);
            }
        }
    }

    /** Documents of a file that were learned before. */
    long earlier(String fingerprint) {
        return Long.parseLong(learned.getProperty(fingerprint, "0"));
    }

    void learn(DocumentTokens document) {
        state.model().score(document, true);
    }

    /** Notes how many documents of a file are learned. */
    void note(String fingerprint, long documents) {
        learned.setProperty(fingerprint, Long.toString(documents));
    }

    /** Writes the counts, and with them how far the files are learned. */
    @Override
    public void close() throws IOException {
        // The counts come last: a folder that was not closed is refused, whatever is noted in it.
        PropertiesFile.write(
                folder.resolve(LEARNED), learned, "Documents learned of each file, by a fingerprint of the file");
        state.close();
    }
}
