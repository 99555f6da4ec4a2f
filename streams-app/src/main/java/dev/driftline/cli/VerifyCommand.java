package dev.driftline.cli;

import dev.driftline.cli.options.ConfigOptions;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import dev.driftline.verify.Difference;
import dev.driftline.verify.Verification;
import dev.driftline.verify.VerificationReport;
import dev.driftline.verify.VerifyOptions;
import dev.driftline.verify.log.VerifyProgress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code driftline verify}. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prove that the counts and scores of a deployment are right, while it runs or not: learn its inputs again, each "
                    + "shard in the order in which it learned, and compare every count, score and prediction.",
            "It reads topics only, and changes nothing. Give it the settings of the service. Its temporary files take about twice "
                    + "the room of the counts, and as much again as the scores."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:nothing differs",
            " 1:something differs; the first difference is named, with its place",
            " 2:nothing could be proved; one line on standard error says why and what to do",
            "130:stopped by Ctrl-C"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline verify --config driftline.properties",
            "  driftline verify --sample 1%% --json",
            "  driftline verify --counts-only --shard 3 --temp /var/tmp"
        })
final class VerifyCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(5);
    private static final int SHOWN = 10;

    @Spec
    private CommandSpec spec;

    @Option(names = "--counts-only", description = "Compare counts only.")
    private boolean countsOnly;

    @Option(names = "--scores-only", description = "Compare scores and predictions only.")
    private boolean scoresOnly;

    @Option(
            names = "--shard",
            paramLabel = "N",
            description = "Compare the counts of this shard only, 0 or more; with --counts-only. Default: all.")
    private @Nullable Integer shard;

    @Option(
            names = "--sample",
            paramLabel = "SHARE",
            description =
                    "Compare this share of context words and documents only, such as 1%% or 0.01; the same in every run. All documents are learned again, since a count depends on all. Default: 100%%.")
    private String sample = "100%";

    @Option(
            names = "--temp",
            paramLabel = "DIR",
            description = "Where temporary files go. Default: the temporary folder of this machine.")
    private @Nullable Path temporary;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description =
                    "Give up when records that the brokers have do not come for this many seconds, 1 or more. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds = 60;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    private boolean json;

    @Mixin
    private ConfigOptions config;

    @Override
    public Integer call() {
        VerifyOptions options = options();
        DriftlineConfig loaded = config.loadToConnect();
        try (CtrlC ctrlC = CtrlC.then(() -> {});
                Screen screen = Screen.on(spec.commandLine().getErr())) {
            VerificationReport report;
            try {
                report = Verification.run(loaded, options, progress(screen, ctrlC));
            } catch (CancellationException stopped) {
                return ExitCodes.INTERRUPTED;
            } finally {
                screen.clear();
            }
            print(report);
            return report.isEqual() ? ExitCodes.OK : ExitCodes.FAILED;
        } catch (CommandFailedException | InvalidConfigException e) {
            throw e;
        } catch (RuntimeException e) {
            // Exit code 1 would say that something differs.
            CommandFailedException failed =
                    new CommandFailedException("not verified: " + Failures.message(e), ExitCodes.UNVERIFIED);
            failed.initCause(e);
            throw failed;
        }
    }

    private VerifyOptions options() {
        if (countsOnly && scoresOnly) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--counts-only and --scores-only exclude each other: leave both out for everything");
        }
        if (shard != null && !countsOnly) {
            throw new ParameterException(
                    spec.commandLine(), "--shard needs --counts-only: a score depends on all shards");
        }
        if (shard != null && shard < 0) {
            throw new ParameterException(spec.commandLine(), "--shard " + shard + ": must be 0 or more");
        }
        if (timeoutSeconds < 1) {
            throw new ParameterException(spec.commandLine(), "--timeout " + timeoutSeconds + ": must be 1 or more");
        }
        return new VerifyOptions(
                !scoresOnly,
                !countsOnly,
                shard == null ? OptionalInt.empty() : OptionalInt.of(shard),
                share(),
                temporary == null ? VerifyOptions.everything().temporary() : temporary,
                Duration.ofSeconds(timeoutSeconds));
    }

    private double share() {
        String text = sample.strip();
        boolean isPercent = text.endsWith("%");
        try {
            double share =
                    Double.parseDouble(isPercent ? text.substring(0, text.length() - 1) : text) / (isPercent ? 100 : 1);
            if (share > 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new ParameterException(
                spec.commandLine(),
                "--sample " + sample + ": must be a share such as 1% or 0.01, above 0 and at most 1");
    }

    private static VerifyProgress progress(Screen screen, CtrlC ctrlC) {
        ProgressLine line = new ProgressLine(screen, PRINTED);
        return new VerifyProgress() {

            private String step = "";
            private long began;
            private long first;

            @Override
            public void at(String now, long done, long total) {
                if (ctrlC.pressed()) {
                    throw new CancellationException("Ctrl-C");
                }
                if (total == 0) {
                    // Waiting; the step goes on.
                    return;
                }
                if (!now.equals(step)) {
                    step = now;
                    began = System.nanoTime();
                    first = done;
                }
                line.show(() -> text(now, done, total));
            }

            private String text(String now, long done, long total) {
                double seconds = (System.nanoTime() - began) / 1e9;
                double rate = seconds > 0 ? (done - first) / seconds : 0;
                String left = rate > 0
                        ? String.format(Locale.ROOT, ", %,.0f/s, about %s left", rate, left((total - done) / rate))
                        : "";
                return String.format(
                        Locale.ROOT, "%s: %,d of %,d (%d %%)%s", now, done, total, 100 * done / total, left);
            }

            private String left(double seconds) {
                return seconds < 100
                        ? String.format(Locale.ROOT, "%.0f s", seconds)
                        : String.format(Locale.ROOT, "%.0f min", seconds / 60);
            }
        };
    }

    private void print(VerificationReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(PlainJson.pretty(asMap(report)));
            out.flush();
            return;
        }
        out.printf(
                Locale.ROOT,
                "%,d documents with %,d tokens replayed; refused records: %,d; documents under way: %,d%n",
                report.documents(),
                report.tokens(),
                report.refused(),
                report.underWay());
        if (!scoresOnly) {
            out.printf(Locale.ROOT, "counts: %,d n-grams in their longest contexts compared%n", report.ngrams());
        }
        if (!countsOnly) {
            out.printf(
                    Locale.ROOT,
                    "scores: %,d compared, %,d of them with the mixture%n",
                    report.scores(),
                    report.mixtures());
        }
        report.notes().forEach(note -> out.println("note: " + note));
        if (report.isEqual()) {
            out.println("Nothing differs.");
        } else {
            report.differences().stream().limit(SHOWN).forEach(difference -> out.println(difference.line()));
            List<String> kinds = new ArrayList<>();
            new TreeMap<>(report.counts())
                    .forEach((kind, count) -> kinds.add(String.format(Locale.ROOT, "%,d %s", count, kind.label())));
            out.println("Differences: " + String.join(", ", kinds) + ". The first is named first.");
        }
        out.flush();
    }

    private static Map<String, Object> asMap(VerificationReport report) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("equal", report.isEqual());
        map.put("documents", report.documents());
        map.put("tokens", report.tokens());
        map.put("records_refused", report.refused());
        map.put("documents_under_way", report.underWay());
        map.put("ngrams_compared", report.ngrams());
        map.put("scores_compared", report.scores());
        map.put("mixtures_compared", report.mixtures());
        map.put("notes", report.notes());
        Map<String, Object> counts = new LinkedHashMap<>();
        new TreeMap<>(report.counts()).forEach((kind, count) -> counts.put(kind.label(), count));
        map.put("differences", counts);
        map.put(
                "first_differences",
                report.differences().stream().map(VerifyCommand::asMap).toList());
        return map;
    }

    private static Map<String, Object> asMap(Difference difference) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", difference.kind().label());
        map.put("what", difference.what());
        map.put("where", difference.where());
        map.put("expected", difference.expected());
        map.put("found", difference.found());
        return map;
    }
}
