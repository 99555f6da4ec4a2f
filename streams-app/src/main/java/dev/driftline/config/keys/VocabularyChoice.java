package dev.driftline.config.keys;

import dev.driftline.scoring.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;

/** Which words the model knows, that is, gives a probability of their own. */
public sealed interface VocabularyChoice {

    /**
     * Reads {@code growing}, {@code grow-kenlm} or {@code fixed:FILE}.
     *
     * @throws IllegalArgumentException for anything else
     */
    static VocabularyChoice parse(String text) {
        if (text.equals("growing")) {
            return new Growing(true);
        }
        if (text.equals("grow-kenlm")) {
            return new Growing(false);
        }
        if (text.startsWith("fixed:") && text.length() > "fixed:".length()) {
            return new Fixed(Path.of(text.substring("fixed:".length())));
        }
        throw new IllegalArgumentException(text);
    }

    /**
     * The same of an option or another place called {@code name}.
     *
     * @throws IllegalArgumentException with a message for people
     */
    static VocabularyChoice named(String name, String text) {
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    name + " '" + text + "' is not growing, grow-kenlm or fixed:FILE (one word a line)", e);
        }
    }

    /**
     * The vocabulary that the model begins with.
     *
     * @throws IOException if a file with words cannot be read
     * @throws IllegalArgumentException if there is no word in it
     */
    Vocabulary read() throws IOException;

    /**
     * All words learned so far; new ones are added as they are learned.
     *
     * @param countUnknown whether a new word also counts once as {@code <unk>}, so that unknown words have a learned share
     *     ({@code growing}), or {@code <unk>} keeps only its share of the uniform distribution ({@code grow-kenlm})
     */
    record Growing(boolean countUnknown) implements VocabularyChoice {

        @Override
        public Vocabulary read() {
            return new Vocabulary.Growing(countUnknown);
        }
    }

    /**
     * Only the words of a list; every other word is {@code <unk>}.
     *
     * @param file one word a line, UTF-8
     */
    record Fixed(Path file) implements VocabularyChoice {

        @Override
        public Vocabulary read() throws IOException {
            return Vocabulary.fixed(file);
        }
    }
}
