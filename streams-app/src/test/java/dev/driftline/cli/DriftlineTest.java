package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

class DriftlineTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static Stream<CommandLine> commands() {
        List<CommandLine> all = new ArrayList<>();
        collect(Driftline.commandLine(), all);
        return all.stream().filter(line -> !line.getCommandName().equals("help"));
    }

    private static void collect(CommandLine line, List<CommandLine> into) {
        into.add(line);
        line.getSubcommands().values().forEach(sub -> collect(sub, into));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldSayWhatEveryCommandDoesAndGiveAnExample(CommandLine line) {
        String name = line.getCommandSpec().qualifiedName();
        assertThat(line.getCommandSpec().usageMessage().description()).as(name).isNotEmpty();
        assertThat(String.join("\n", line.getCommandSpec().usageMessage().footer()))
                .as(name)
                .contains(name + " ");
        assertThat(line.getUsageMessage()).contains("--help");
    }

    /** A list of commands shows the first line of a description, and nothing of those that follow. */
    @ParameterizedTest
    @MethodSource("commands")
    void shouldBeginTheHelpOfEveryCommandWithALineThatIsAWholeSentence(CommandLine line) {
        UsageMessageSpec help = line.getCommandSpec().usageMessage();
        String listed = help.header().length > 0 ? help.header()[0] : help.description()[0];

        assertThat(listed).as(line.getCommandSpec().qualifiedName()).matches("(?s)[A-Z].*[^.]\\.");
    }

    /** {@code … 1 or more. Default: 3.} */
    @ParameterizedTest
    @MethodSource("commands")
    void shouldStateTheRangeAndTheDefaultOfEveryOptionInOneManner(CommandLine line) {
        SoftAssertions.assertSoftly(softly -> {
            for (OptionSpec option : line.getCommandSpec().options()) {
                String name = line.getCommandSpec().qualifiedName() + " " + option.longestName();
                String help = String.join(" ", option.description());
                softly.assertThat(help).as(name).matches("(?s)[A-Z].*\\.").doesNotContain("(${", "; ${");
                softly.assertThat(help.split("Default: ", -1).length - 1)
                        .as(name + ": defaults in " + help)
                        .isLessThan(2);
                Class<?> type = option.auxiliaryTypes()[0];
                boolean hasDefault =
                        option.defaultValue() != null || option.initialValue() != null && !option.isMultiValue();
                boolean flag = option.arity().max() == 0;
                if (Set.of(int.class, long.class, double.class, Integer.class, Long.class, Double.class)
                        .contains(type)) {
                    softly.assertThat(help)
                            .as(name)
                            .containsPattern("\\d or more|[\\d.]+ to (below )?[\\d.]+|above \\d|any whole number")
                            .contains("Default: ");
                } else if (hasDefault && !flag) {
                    softly.assertThat(help).as(name).contains("Default: ");
                }
            }
        });
    }

    @Test
    void shouldListEveryCommandAndTheExitCodesInTheHelp() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains(
                        "run", "topics", "scores", "predictions", "dead-letters", "config", "Exit codes", "--verbose");
    }

    @Test
    void shouldPrintTheHelpWhenNothingIsAskedFor() {
        assertThat(run()).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("Usage: driftline", "topics");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldSuggestTheCommandThatWasMeant() {
        assertThat(run("scoer")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("Did you mean", "scores").doesNotContain("\tat ");
    }

    @Test
    void shouldSayInOneLineWhichSettingIsWrong() {
        assertThat(run("config", "--set", "model.order=9")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString())
                .contains("model.order=9: must be a whole number from 1 to 7")
                .doesNotContain("\tat ");
    }

    @Test
    void shouldPrintTheStackTraceOnlyWhenVerbose() {
        assertThat(run("config", "--set", "model.order=9", "--verbose")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("\tat ");
    }

    @Test
    void shouldLetOptionsWinOverTheFile() throws Exception {
        Path file = Files.writeString(Files.createTempFile("driftline", ".properties"), "bootstrap.servers=file:1\n");
        try {
            assertThat(run("config", "--config", file.toString(), "--bootstrap-servers", "option:2"))
                    .isZero();
            assertThat(out.toString()).contains("option:2").doesNotContain("file:1");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void shouldSayThatKafkaDoesNotAnswerWhenNobodyListens() {
        assertThat(run(
                        "topics",
                        "list",
                        "--bootstrap-servers",
                        "127.0.0.1:1",
                        "--set",
                        "admin.default.api.timeout.ms=500",
                        "--set",
                        "admin.request.timeout.ms=400"))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(err.toString())
                .contains("Kafka does not answer", "--bootstrap-servers")
                .doesNotContain("\tat ");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void shouldKeepTheTerminalSafeFromWhatARecordHolds() {
        assertThat(Printable.escape("a\u001b[2Jb\n")).isEqualTo("a\\u001B[2Jb\\u000A");
        assertThat(Printable.cut("𝒟𝒟𝒟𝒟", 3)).isEqualTo("𝒟𝒟…");
    }

    @Test
    void shouldSayWhatAFailureMeansInOneLine() {
        assertThat(Failures.message(new UncheckedIOException(new NoSuchFileException("corpus.tsv"))))
                .isEqualTo("no such file: corpus.tsv");
        assertThat(Failures.message(new UncheckedIOException("cannot write out.tsv", new IOException("disk full"))))
                .isEqualTo("cannot write out.tsv: disk full");
        assertThat(Failures.message(new StreamsException(
                        "Unable to initialize state, this can happen if multiple instances of Kafka Streams are running in"
                                + " the same state directory")))
                .startsWith("state.dir is in use by another Driftline");
        assertThat(Failures.message(new NullPointerException())).contains("--verbose");
        assertThat(Failures.message(new SaslAuthenticationException("bad password\n again")))
                .contains("kafka.sasl", "bad password; again")
                .hasLineCount(1);
        assertThat(Failures.exitCode(new CommandFailedException("late", ExitCodes.TIMED_OUT)))
                .isEqualTo(3);
        assertThat(Failures.exitCode(new IllegalStateException("x"))).isEqualTo(ExitCodes.FAILED);
    }

    private int run(String... arguments) {
        return Driftline.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
