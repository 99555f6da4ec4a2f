package dev.driftline.cli;

import dev.driftline.cli.arpa.ExportCommand;
import dev.driftline.cli.arpa.ImportCommand;
import dev.driftline.cli.follow.DeadLettersCommand;
import dev.driftline.cli.follow.DriftCommand;
import dev.driftline.cli.follow.PredictionsCommand;
import dev.driftline.cli.follow.ScoresCommand;
import dev.driftline.cli.offline.EvaluateCommand;
import dev.driftline.cli.offline.FilterCommand;
import dev.driftline.cli.offline.LearnCommand;
import dev.driftline.cli.options.OptionRules;
import dev.driftline.cli.query.CountsCommand;
import dev.driftline.cli.query.EncodeCommand;
import dev.driftline.cli.query.GenerateCommand;
import dev.driftline.cli.query.ScoreCommand;
import dev.driftline.cli.snapshots.SnapshotsCommand;
import dev.driftline.cli.topics.ResetCommand;
import dev.driftline.cli.topics.ReshardCommand;
import dev.driftline.cli.topics.TopicsCommand;
import dev.driftline.cli.train.TrainCommand;
import dev.driftline.schemas.TrustedRecords;
import dev.driftline.terminal.CleanOutput;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.StandardError;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
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
            ReshardCommand.class,
            ResetCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            ScoreCommand.class,
            FilterCommand.class,
            ProduceCommand.class,
            LearnCommand.class,
            RetractCommand.class,
            ScoresCommand.class,
            PredictionsCommand.class,
            DriftCommand.class,
            DeadLettersCommand.class,
            GenerateCommand.class,
            EncodeCommand.class,
            SnapshotsCommand.class,
            ImportCommand.class,
            CountsCommand.class,
            ExportCommand.class,
            VerifyCommand.class,
            ConfigCommand.class,
            BenchCommand.class,
            TortureCommand.class,
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
        PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        System.exit(execute(commandLine().setUsageHelpAutoWidth(true), CleanOutput.standard(), err, arguments));
    }

    /** Runs one command line, printing to {@code out} and {@code err}, and returns the exit code. */
    public static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        return execute(commandLine(), CleanOutput.of(out), err, arguments);
    }

    private static int execute(CommandLine line, CleanOutput out, PrintWriter err, String... arguments) {
        int exitCode = line.setOut(out).setErr(err).execute(arguments);
        Optional<String> lost = out.failure();
        if (lost.isEmpty() || CleanOutput.isClosedPipe(lost.get()) || exitCode != ExitCodes.OK) {
            return exitCode;
        }
        err.println("driftline: the output could not be written: " + lost.get());
        err.flush();
        return ExitCodes.FAILED;
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
            PrintWriter err = CleanOutput.ofMessages(command.getErr());
            if (root.verbose) {
                failure.printStackTrace(err);
            }
            err.println("driftline: " + Failures.message(failure));
            err.flush();
            return Failures.exitCode(failure);
        });
        line.setParameterExceptionHandler((failure, arguments) -> {
            if (failure.getCommandLine() == line && arguments.length == 0) {
                line.usage(line.getErr());
                return ExitCodes.USAGE;
            }
            PrintWriter err = CleanOutput.ofMessages(failure.getCommandLine().getErr());
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
            Integer help = CommandLine.executeHelpRequest(parsed);
            if (help != null) {
                return help;
            }
            OptionRules.check(parsed);
            // Only now: the help has colours.
            line.setOut(CleanOutput.of(line.getOut())).setErr(CleanOutput.ofMessages(line.getErr()));
            return new CommandLine.RunLast().execute(parsed);
        });
        return line;
    }

    private static boolean isService(ParseResult parsed) {
        return parsed.hasSubcommand() && parsed.subcommand().commandSpec().userObject() instanceof RunCommand;
    }
}
