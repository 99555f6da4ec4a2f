package dev.driftline.store;

import dev.driftline.text.Tokenizers;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What is known of the text that the counts in a folder were learned from: its tokenizer, in a file beside the stores, so that
 * a prompt is cut as the text was.
 */
public final class LearnedText {

    private static final String FILE = "text.properties";
    private static final String TOKENIZER = "tokenizer";

    private LearnedText() {}

    /**
     * Notes the tokenizer of the text in {@code folder}, which is made if it is not there.
     *
     * @throws IOException if that cannot be written
     */
    public static void write(Path folder, String tokenizer) throws IOException {
        Files.createDirectories(folder);
        Properties properties = new Properties();
        properties.setProperty(TOKENIZER, tokenizer);
        PropertiesFile.write(folder.resolve(FILE), properties, "The text that was learned here");
    }

    /**
     * The tokenizer of the text in {@code folder} or a folder in it; empty where nothing was noted, as by earlier versions.
     *
     * @throws UncheckedIOException if the file cannot be read
     */
    public static Optional<String> tokenizer(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return Stream.concat(
                            Stream.of(folder), inside.filter(Files::isDirectory).sorted())
                    .map(place -> place.resolve(FILE))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .map(LearnedText::read)
                    .filter(name -> Tokenizers.problem(name).isEmpty());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
    }

    private static String read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return properties.getProperty(TOKENIZER, "");
    }
}
