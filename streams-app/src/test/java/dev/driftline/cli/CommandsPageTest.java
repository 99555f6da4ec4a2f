package dev.driftline.cli;

import static dev.driftline.testing.MarkdownTable.code;

import dev.driftline.testing.GeneratedFile;
import dev.driftline.testing.MarkdownTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code docs/reference/commands.md} has every command with its options, as the command line itself knows them. */
class CommandsPageTest {

    private static final Set<String> EVERYWHERE = Set.of("--help", "--version", "--verbose");

    private static final Set<String> SETTINGS = Set.of("--config", "--set", "--bootstrap-servers", "--registry-url");

    @Test
    void shouldBeWhatTheDocumentationHolds() throws IOException {
        List<CommandLine> commands = commands(Driftline.commandLine());
        MarkdownTable overview = MarkdownTable.of("command", "what it does");
        commands.forEach(line -> overview.row(link(line.getCommandSpec()), firstSentence(line.getCommandSpec())));
        StringBuilder page = new StringBuilder(overview.toString());
        commands.forEach(line -> page.append("\n").append(section(line.getCommandSpec())));
        GeneratedFile.at("docs/reference/commands.md")
                .shouldHoldPart("commands", page.toString().strip() + "\n");
    }

    @Test
    void shouldDescribeOnceWhatEveryCommandTakes() throws IOException {
        CommandSpec create = Driftline.commandLine()
                .getSubcommands()
                .get("topics")
                .getSubcommands()
                .get("create")
                .getCommandSpec();
        MarkdownTable table = MarkdownTable.of("option", "meaning");
        for (Set<String> names : List.of(SETTINGS, EVERYWHERE)) {
            create.options().stream()
                    .filter(option -> names.contains(option.longestName()))
                    .forEach(option -> table.row(code(usage(option)), text(option.description())));
        }
        GeneratedFile.at("docs/reference/commands.md").shouldHoldPart("options of every command", table.toString());
    }

    private static List<CommandLine> commands(CommandLine line) {
        List<CommandLine> all = new ArrayList<>();
        for (CommandLine command : line.getSubcommands().values()) {
            if (!command.getCommandName().equals("help")) {
                all.add(command);
                all.addAll(commands(command));
            }
        }
        return all;
    }

    private static String link(CommandSpec command) {
        String name = command.qualifiedName();
        return "[" + name.replaceFirst("^driftline ", "") + "](#" + name.replace(' ', '-') + ")";
    }

    private static String firstSentence(CommandSpec command) {
        return text(command.usageMessage().description()[0]);
    }

    private static String section(CommandSpec command) {
        StringBuilder section = new StringBuilder();
        section.append("## ").append(command.qualifiedName()).append("\n\n");
        section.append(description(command)).append("\n");
        String synopsis = new Help(command, Help.defaultColorScheme(Help.Ansi.OFF)).abbreviatedSynopsis();
        section.append("\n```\n")
                .append(command.qualifiedName())
                .append(" ")
                .append(synopsis.strip().replaceFirst("^" + command.qualifiedName() + " ?", ""))
                .append("\n```\n");
        MarkdownTable arguments = MarkdownTable.of("argument", "meaning");
        List<ArgSpec> own = new ArrayList<>(command.positionalParameters());
        command.options().stream()
                .filter(option ->
                        !EVERYWHERE.contains(option.longestName()) && !SETTINGS.contains(option.longestName()))
                .forEach(own::add);
        own.forEach(argument -> arguments.row(code(usage(argument)), meaning(argument)));
        if (!own.isEmpty()) {
            section.append("\n").append(arguments);
        }
        if (command.options().stream().anyMatch(option -> option.longestName().equals("--config"))) {
            section.append("\nTakes the options for settings, too.\n");
        }
        if (!command.subcommands().isEmpty()) {
            return section.toString();
        }
        return section + "\n```\n" + example(command) + "\n```\n";
    }

    /** Lines that are set off, as those of a table, stay as they are. */
    private static String description(CommandSpec command) {
        List<String> paragraphs = new ArrayList<>();
        List<String> block = new ArrayList<>();
        for (String line : command.usageMessage().description()) {
            if (line.startsWith("  ")) {
                block.add(line.replace("%%", "%"));
                continue;
            }
            flush(block, paragraphs);
            paragraphs.add(text(line));
        }
        flush(block, paragraphs);
        return String.join("\n", paragraphs).strip();
    }

    private static void flush(List<String> block, List<String> paragraphs) {
        if (!block.isEmpty()) {
            paragraphs.add("\n```\n" + String.join("\n", block).stripIndent() + "\n```\n");
            block.clear();
        }
    }

    private static String example(CommandSpec command) {
        return Arrays.stream(command.usageMessage().footer())
                .map(line -> line.replace("%%", "%").strip())
                .collect(Collectors.joining("\n"));
    }

    private static String usage(ArgSpec argument) {
        if (argument instanceof OptionSpec option) {
            boolean flag = option.arity().max() == 0;
            String name =
                    option.negatable() ? option.longestName().replaceFirst("^--", "--[no-]") : option.longestName();
            return flag ? name : name + "=" + option.paramLabel();
        }
        return argument.paramLabel() + (argument.arity().max() > 1 ? "…" : "");
    }

    /** With its default, where the text does not say it and a default says more than that a flag is off. */
    private static String meaning(ArgSpec argument) {
        String meaning = text(argument.description());
        String preset = argument.defaultValue();
        return preset == null || preset.equals("true") || meaning.contains(preset)
                ? meaning
                : meaning + " Default: " + preset + ".";
    }

    private static String text(String... lines) {
        return String.join(" ", lines)
                .replace("%%", "%")
                .replace("%n", " ")
                .replace("<", "&lt;")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
