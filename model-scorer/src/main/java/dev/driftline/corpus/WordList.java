package dev.driftline.corpus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A file of words, one a line. */
public final class WordList {

    private static final int MOST_BYTES = 1 << 28;

    private WordList() {}

    /**
     * The words of {@code file} in their order, each once; white space around them and blank lines are dropped. The file is
     * read as {@link TextInput} says.
     *
     * @throws IOException if it cannot be read, with a message that says why and what to do
     */
    public static List<String> read(Path file) throws IOException {
        return TextInput.read(file, MOST_BYTES)
                .lines()
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .distinct()
                .toList();
    }
}
