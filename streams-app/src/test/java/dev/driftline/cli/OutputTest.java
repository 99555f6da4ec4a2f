package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.network.snapshots.TestSnapshots;
import dev.driftline.neural.snapshot.SnapshotFolder;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What every command that prints has in common: nothing is lost unsaid, and nothing unclean reaches a terminal. */
class OutputTest {

    /** A word, an id and a source of these would turn a terminal red, or what stands around them. */
    private static final String RED = "\u009B31mred";

    private static final String TURNED = "\u202Edenrut";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(List<String> arguments) {
        return Driftline.execute(
                new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }

    static Stream<String> everyCommand() {
        return names(Driftline.commandLine(), "");
    }

    private static Stream<String> names(CommandLine command, String before) {
        return command.getSubcommands().entrySet().stream().flatMap(sub -> {
            String name = (before + " " + sub.getKey()).strip();
            return Stream.concat(Stream.of(name), names(sub.getValue(), name));
        });
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void shouldFailWhenTheDiskIsFull(String command) {
        List<String> line = new ArrayList<>(List.of(command.split(" ")));
        if (!command.equals("help")) {
            line.add("--help");
        }

        int exitCode = Driftline.execute(
                new PrintWriter(new Failing("No space left on device")),
                new PrintWriter(err, true),
                line.toArray(String[]::new));

        assertThat(exitCode).isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString()).contains("driftline: the output could not be written");
    }

    /** Every command that prints what it read from files, with a corpus, a vocabulary and a model of unclean words. */
    private List<List<String>> commands() throws IOException {
        String document = "a\t%s\tthe %s sat </s> the %s ran </s>\n".formatted(TURNED, RED, TURNED);
        Path tsv = Files.writeString(
                folder.resolve("corpus.tsv"), document + document.replaceFirst("a\t", "b" + RED + "\t"));
        Path state = folder.resolve("state");
        Path vocabulary = Files.writeString(folder.resolve("words.txt"), "the\n" + RED + "\n" + TURNED + "\n");
        Path rules = Files.writeString(
                folder.resolve("rules.json"),
                "{\"rules\": [{\"name\": \"odd\", \"if\": {\"source\": \"%s\"}, \"to\": \"drop\"}]}".formatted(TURNED));
        Path snapshot = folder.resolve("snapshot");
        SnapshotFolder.write(TestSnapshots.snapshot(1, ""), snapshot);
        Path trained = folder.resolve("trained");
        return List.of(
                List.of("evaluate", tsv.toString(), "--state", state.toString()),
                List.of("evaluate", tsv.toString(), "--json", "--drift"),
                List.of("evaluate", tsv.toString(), "--vocabulary", "fixed:" + vocabulary),
                List.of("counts", "--state", state.toString(), "the " + RED),
                List.of("counts", "--state", state.toString(), "--json", "the " + RED),
                List.of("generate", "--state", state.toString(), "--next", "3", "--prompt", "the"),
                List.of("generate", "--state", state.toString(), "--prompt", "the", "--words", "3"),
                List.of("generate", "--state", state.toString(), "--prompt", "the", "--words", "3", "--json"),
                List.of("encode", "--snapshot", snapshot.toString(), "--file", tsv.toString()),
                List.of("filter", "check", rules.toString()),
                List.of("filter", "try", rules.toString(), tsv.toString()),
                List.of("filter", "try", rules.toString(), tsv.toString(), "--json"),
                List.of("train", tsv.toString(), "--output", trained.toString(), "--overwrite", "--epochs", "1"),
                List.of("config", "--set", "state.dir=" + RED),
                List.of("topics", "definitions"));
    }

    @Test
    void shouldPrintNothingUncleanWhateverTheWordsIdsAndSourcesAre() throws IOException {
        SoftAssertions softly = new SoftAssertions();
        for (List<String> command : commands()) {
            out.getBuffer().setLength(0);
            err.getBuffer().setLength(0);
            softly.assertThat(run(command)).as("%s%n%s%s", command, out, err).isEqualTo(ExitCodes.OK);
            softly.assertThat(out + "" + err)
                    .as(command.toString())
                    .doesNotContainPattern("[\\x{80}-\\x{9F}\\x{202A}-\\x{202E}]");
        }
        softly.assertAll();
    }

    @Test
    void shouldFailWhenWhatACommandPrintsCannotBeWritten() throws IOException {
        SoftAssertions softly = new SoftAssertions();
        for (List<String> command : commands()) {
            err.getBuffer().setLength(0);
            int exitCode = Driftline.execute(
                    new PrintWriter(new Failing("No space left on device")),
                    new PrintWriter(err, true),
                    command.toArray(String[]::new));
            softly.assertThat(exitCode).as("%s%n%s", command, err).isEqualTo(ExitCodes.FAILED);
        }
        softly.assertAll();
    }

    private static final class Failing extends Writer {
        private final String reason;

        Failing(String reason) {
            this.reason = reason;
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            throw new IOException(reason);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
