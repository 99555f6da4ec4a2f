package dev.driftline.cli.topics;

import dev.driftline.topics.TopicAdmin;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists what a command is about to delete, and asks for the word that allows it. */
final class Confirmation {

    private Confirmation() {}

    /** Prints each topic and the group, whole names, a line each. */
    static void list(TopicAdmin.Removal removal, PrintWriter out) {
        removal.topics()
                .forEach(topic -> out.printf(
                        Locale.ROOT, "delete  topic %-48s at most %,d records%n", topic.name(), topic.recordsAtMost()));
        removal.group()
                .ifPresent(group -> out.println("delete  consumer group " + group + " with its committed offsets"));
        out.flush();
    }

    /**
     * Whether the person at the terminal types {@code word}; not where nobody can be asked.
     *
     * @param given what was given on the command line in place of an answer
     */
    static boolean confirmed(String question, String word, @Nullable String given) {
        if (given != null) {
            return given.equals(word);
        }
        Console console = System.console();
        return Optional.ofNullable(console)
                .map(terminal -> terminal.readLine("%s", question))
                .filter(word::equals)
                .isPresent();
    }
}
