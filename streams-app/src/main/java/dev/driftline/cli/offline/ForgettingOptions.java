package dev.driftline.cli.offline;

import dev.driftline.cli.options.OutputPath;
import dev.driftline.config.keys.ConfigKey;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.evaluation.ForgettingRun;
import dev.driftline.ngram.Forgetting;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evaluate --state-bound} and {@code --half-life}: one model for each, beside one that forgets nothing. Use as {@code @Mixin}. */
final class ForgettingOptions {

    private static final Duration PRINTED = Duration.ofSeconds(10);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--state-bound",
            paramLabel = "BOUND",
            split = ",",
            description =
                    "Instead of one model: run the file once without a bound, then once for each bound, and compare. A bound is of"
                            + " each shard, in bytes as model.state.max.bytes has them (64MiB), or a fraction of what the model"
                            + " without a bound takes in the end (0.25). Default: no bounds.")
    private List<String> bounds = List.of();

    @Option(
            names = "--half-life",
            paramLabel = "TOKENS",
            split = ",",
            description =
                    "The same with counts that decay by half in this many tokens, as model.half.life.tokens says. Default: none.")
    private List<String> halfLives = List.of();

    @Option(
            names = "--then",
            paramLabel = "FILE",
            description =
                    "With --state-bound or --half-life: a file that follows the first, such as one in another language."
                            + " What the 200,000 tokens after the change cost is said, too. Default: none.")
    private @Nullable Path then;

    @Option(
            names = "--curve",
            paramLabel = "OUT.csv",
            description =
                    "With --state-bound or --half-life: also write a line for every 10,000 tokens of each run: what they"
                            + " cost, and the state at their end. Default: no file.")
    private @Nullable Path curve;

    /** Whether models that forget are to be compared. */
    boolean given() {
        return !bounds.isEmpty() || !halfLives.isEmpty();
    }

    /** The file that follows the first. */
    Optional<Path> then() {
        return Optional.ofNullable(then);
    }

    /** Says what is wrong with the options before anything is read. */
    void check(boolean overwrite) {
        bounds.forEach(this::fraction);
        bounds(1L << 40);
        halfLives();
        OutputPath.check("--curve", Optional.ofNullable(curve), overwrite);
    }

    /**
     * Runs every model over the documents.
     *
     * @param documents of the first file
     * @param next documents of the file that follows; none where there is none
     * @param stopped true ends it after the run before
     */
    ForgettingReport run(
            ModelSettings settings,
            int shards,
            List<CorpusDocument> documents,
            List<CorpusDocument> next,
            BooleanSupplier stopped,
            Screen screen)
            throws IOException {
        List<ForgettingRun.Result> results = new ArrayList<>();
        Optional<ForgettingRun.Result> whole = one(settings, shards, documents, next, stopped, screen);
        whole.ifPresent(results::add);
        List<Forgetting> wanted = new ArrayList<>();
        whole.ifPresent(result -> wanted.addAll(bounds(result.held().bytes() / shards)));
        wanted.addAll(halfLives());
        for (Forgetting forgetting : wanted) {
            one(settings.forgetting(forgetting), shards, documents, next, stopped, screen)
                    .ifPresent(results::add);
        }
        ForgettingReport report = new ForgettingReport(results, !next.isEmpty(), results.size() <= wanted.size());
        if (curve != null) {
            report.writeCurve(curve);
        }
        return report;
    }

    private static Optional<ForgettingRun.Result> one(
            ModelSettings settings,
            int shards,
            List<CorpusDocument> documents,
            List<CorpusDocument> next,
            BooleanSupplier stopped,
            Screen screen) {
        ForgettingRun run = new ForgettingRun(settings, shards, NgramModelOptions.cacheBytes());
        String name = ForgettingReport.name(settings.forgetting());
        ProgressLine line = new ProgressLine(screen, PRINTED);
        for (List<CorpusDocument> part : List.of(documents, next)) {
            if (part == next) {
                run.change();
            }
            for (CorpusDocument document : part) {
                if (stopped.getAsBoolean()) {
                    return Optional.empty();
                }
                run.add(document);
                line.show(() -> String.format(Locale.ROOT, "%s: %,d tokens", name, run.tokens()));
            }
        }
        return Optional.of(run.result());
    }

    /** @param whole bytes of a shard without a bound */
    private List<Forgetting> bounds(long whole) {
        return bounds.stream()
                .map(bound -> {
                    double fraction = fraction(bound);
                    long bytes = fraction > 0
                            ? Math.max(1, Math.round(whole * fraction))
                            : read("--state-bound", ModelKeys.STATE_MAX_BYTES, bound);
                    return new Forgetting(bytes, 0, 0);
                })
                .toList();
    }

    private List<Forgetting> halfLives() {
        return halfLives.stream()
                .map(tokens -> new Forgetting(0, 0, read("--half-life", ModelKeys.HALF_LIFE_TOKENS, tokens)))
                .toList();
    }

    /** The fraction that {@code bound} is; 0 where it is in bytes. */
    private double fraction(String bound) {
        if (!bound.contains(".")) {
            return 0;
        }
        try {
            double fraction = Double.parseDouble(bound);
            if (fraction > 0 && fraction < 1) {
                return fraction;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw usage("--state-bound " + bound + ": a fraction must be above 0 and below 1, such as 0.25");
    }

    private long read(String option, ConfigKey<Long> key, String value) {
        long read;
        try {
            read = key.reader().apply(value.strip());
        } catch (IllegalArgumentException e) {
            read = 0;
        }
        if (read == 0) {
            throw usage(option + " " + value + ": must be as " + key.name() + ", " + key.accepts()
                    + (option.equals("--state-bound") ? ", or a fraction such as 0.25" : "")
                    + "; the run without is made anyway");
        }
        return read;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
