package dev.driftline.cli;

import dev.driftline.cli.follow.DeadLettersCommand;
import dev.driftline.cli.follow.DriftCommand;
import dev.driftline.cli.follow.PredictionsCommand;
import dev.driftline.cli.follow.ScoresCommand;
import dev.driftline.cli.offline.EvaluateCommand;
import dev.driftline.cli.offline.FilterCommand;
import dev.driftline.cli.options.OptionRules;
import dev.driftline.cli.query.CountsCommand;
import dev.driftline.cli.query.EncodeCommand;
import dev.driftline.cli.query.GenerateCommand;
import dev.driftline.cli.snapshots.SnapshotsCommand;
import dev.driftline.cli.topics.ResetCommand;
import dev.driftline.cli.topics.TopicsCommand;
import dev.driftline.cli.train.TrainCommand;
import dev.driftline.schemas.TrustedRecords;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.StandardError;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The {@code driftline} command: finds the command that was asked for, runs it, and turns failures into one line. */
@Command(
        name = "driftline",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.LOCAL,
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Learns a language model from a Kafka topic while it flows, and scores every document before learning from it.",
            ""
        },
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:done",
            " 1:failed; one line on standard error says why and what to do",
            " 2:wrong command line or configuration",
            " 3:timed out waiting (--timeout)",
            "130:stopped by Ctrl-C"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline demo                               everything on this machine, on the Brown corpus",
            "  driftline run --bootstrap-servers kafka:9092 --registry-url http://registry:8081",
            "  driftline COMMAND --help                     what a command does, with an example"
        },
        // Every command is a class of its own; put new ones here, in the order in which they are listed.
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            TopicsCommand.class,
            ResetCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            FilterCommand.class,
            ProduceCommand.class,
            ScoresCommand.class,
            PredictionsCommand.class,
            DriftCommand.class,
            DeadLettersCommand.class,
            GenerateCommand.class,
            EncodeCommand.class,
            SnapshotsCommand.class,
            CountsCommand.class,
            ConfigCommand.class,
            BenchCommand.class,
            HelpCommand.class
        })
public final class Driftline {

    /** Set from the command line by picocli, for every command. */
    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Print the stack trace of a failure, and Kafka's own log.")
    private boolean verbose;

    /** Called by the JVM. */
    public static void main(String[] arguments) {
        StandardError.install();
        // Whatever the locale: tokens are Unicode, and other programs read what is printed.
        PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), false);
        PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        int exitCode = commandLine()
                .setUsageHelpAutoWidth(true)
                .setOut(out)
                .setErr(err)
                .execute(arguments);
        out.flush();
        System.exit(exitCode);
    }

    /** Runs one command line, printing to {@code out} and {@code err}, and returns the exit code. */
    public static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        return commandLine().setOut(out).setErr(err).execute(arguments);
    }

    /** The command with all its subcommands. */
    static CommandLine commandLine() {
        // A number reads the same whatever the machine's language.
        Locale.setDefault(Locale.ROOT);
        TrustedRecords.trust();
        Driftline root = new Driftline();
        CommandLine line = new CommandLine(root)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110)
                .setUsageHelpAutoWidth(false)
                .setAbbreviatedOptionsAllowed(false);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (root.verbose) {
                failure.printStackTrace(err);
            }
            err.println("driftline: " + Failures.message(failure));
            err.flush();
            return Failures.exitCode(failure);
        });
        line.setParameterExceptionHandler((failure, arguments) -> {
            PrintWriter err = failure.getCommandLine().getErr();
            if (failure.getCommandLine() == line && arguments.length == 0) {
                line.usage(err);
                return ExitCodes.USAGE;
            }
            err.println("driftline: " + Failures.usage(failure));
            CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
            err.println("Try: " + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help");
            err.flush();
            return ExitCodes.USAGE;
        });
        line.setExecutionStrategy(parsed -> {
            if (root.verbose) {
                Logs.verbose();
            } else if (!isService(parsed)) {
                Logs.quiet();
            }
            OptionRules.check(parsed);
            return new CommandLine.RunLast().execute(parsed);
        });
        return line;
    }

    private static boolean isService(ParseResult parsed) {
        return parsed.hasSubcommand() && parsed.subcommand().commandSpec().userObject() instanceof RunCommand;
    }
}
