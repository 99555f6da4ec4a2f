package dev.driftline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What would have no effect, would overwrite something, or has nothing to work on is refused before the work begins. */
class OptionsWithoutEffectTest {

    private static final Pattern NEEDS = Pattern.compile("^With (--[a-z-]+)[^:]*:.*", Pattern.DOTALL);

    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    /** Every option of every command whose help says {@code With --other:}, without that one. */
    @TestFactory
    Stream<DynamicTest> shouldRefuseAnOptionWithoutTheOneThatItsHelpNames() {
        List<DynamicTest> tests = new ArrayList<>();
        commands(Driftline.commandLine(), new ArrayList<>(), tests);
        assertThat(tests).hasSizeGreaterThan(12);
        return tests.stream();
    }

    private void commands(CommandLine command, List<String> path, List<DynamicTest> tests) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            String help = String.join(" ", option.description());
            if (NEEDS.matcher(help).matches()) {
                List<String> arguments = new ArrayList<>(path);
                arguments.add(option.longestName() + (option.arity().max() > 0 ? "=" + value(option) : ""));
                for (OptionSpec required : command.getCommandSpec().options().stream()
                        .filter(required -> required.required() && required.group() == null)
                        .toList()) {
                    arguments.add(required.longestName() + "=" + value(required));
                }
                if (command.getCommandName().equals("encode")
                        && !option.longestName().equals("--file")) {
                    arguments.add("--text=x");
                }
                for (PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
                    arguments.add("x" + parameter.index());
                }
                tests.add(DynamicTest.dynamicTest(String.join(" ", arguments), () -> {
                    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(ExitCodes.USAGE);
                    assertThat(err.toString()).contains(option.longestName() + " has an effect only with");
                }));
            }
        }
        command.getSubcommands().forEach((name, subcommand) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            commands(subcommand, longer, tests);
        });
    }

    private static String value(OptionSpec option) {
        if (Map.class.isAssignableFrom(option.type())) {
            return "drift.warning=x";
        }
        return option.type() == String.class || option.type() == Path.class || option.isMultiValue() ? "x" : "1";
    }

    @Test
    void shouldRefuseSamplingOptionsWhereNothingIsDrawn() {
        assertThat(run("generate", "--snapshot", "x", "--beam", "3", "--temperature", "0.5"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--temperature has no effect with --beam: leave one of them out");
        assertThat(run("generate", "--snapshot", "x", "--next", "3", "--seed", "5"))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--seed has no effect with --next: leave one of them out");
    }

    @Test
    void shouldNotOverwriteUnasked() throws IOException {
        Path text = write("text.txt", "a b c\n");
        Path there = write("there.tsv", "mine\n");
        Path snapshot = Files.createDirectory(folder.resolve("net"));
        write("net/notes.txt", "mine");
        for (String[] command : new String[][] {
            {"train", text.toString(), "--output", snapshot.toString()},
            {"evaluate", text.toString(), "--per-document", there.toString()}
        }) {
            assertThat(run(command)).as(command[0]).isEqualTo(ExitCodes.USAGE);
            assertThat(err.toString()).contains(" exists: name another, or replace it with --overwrite");
        }
        assertThat(there).hasContent("mine\n");
        assertThat(run(
                        "train",
                        text.toString(),
                        "--output",
                        text.resolve("below").toString()))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("is not a folder that this user may write to");
        assertThat(run("evaluate", text.toString(), "--per-document", there.toString(), "--overwrite"))
                .as(err.toString())
                .isZero();
        assertThat(there).content().startsWith("id\tkey");
    }

    @Test
    void shouldSayThatThereIsNoDocument() throws IOException {
        Path empty = write("empty.txt", "");
        for (List<String> command : List.of(
                List.of(
                        "demo",
                        "--input",
                        empty.toString(),
                        "--output",
                        folder.resolve("out").toString()),
                List.of("evaluate", empty.toString()),
                List.of("filter", "try", "default", empty.toString()),
                List.of(
                        "train",
                        empty.toString(),
                        "--output",
                        folder.resolve("net").toString()))) {
            assertThat(run(command.toArray(String[]::new))).as(command.get(0)).isNotZero();
            assertThat(err.toString()).as(command.get(0)).contains("there is no document in " + empty);
        }
    }

    @Test
    void shouldNameTheAttributesThatThereAre() throws IOException {
        Path text = write("text.jsonl", "{\"text\": \"a b c\", \"attributes\": {\"genre\": \"news\"}}\n");
        assertThat(run(
                        "train",
                        text.toString(),
                        "--attribute",
                        "gender",
                        "--output",
                        folder.resolve("net").toString()))
                .isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString()).contains("--attribute gender: no document has it; they have genre, source");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private int run(String... arguments) {
        err.getBuffer().setLength(0);
        return Driftline.execute(new PrintWriter(new StringWriter()), new PrintWriter(err), arguments);
    }
}
