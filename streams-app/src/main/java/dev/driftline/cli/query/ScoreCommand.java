package dev.driftline.cli.query;

import dev.driftline.bulk.Buckets;
import dev.driftline.bulk.FileScoring;
import dev.driftline.bulk.Part;
import dev.driftline.bulk.Percentiles;
import dev.driftline.bulk.ScoreJob;
import dev.driftline.bulk.ScoreListener;
import dev.driftline.bulk.ScoreOptions;
import dev.driftline.bulk.ScoreTotals;
import dev.driftline.bulk.models.ScoringModel;
import dev.driftline.cli.options.DocumentLimits;
import dev.driftline.cli.options.OutputPath;
import dev.driftline.codec.ClosedPipeException;
import dev.driftline.corpus.TextInput;
import dev.driftline.rows.RowFields;
import dev.driftline.rows.RowFormat;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.CtrlC;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.ProgressLine;
import dev.driftline.terminal.Screen;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code driftline score}: the rows of files with what they cost under a model. */
@Command(
        name = "score",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Score the rows of files, and write the same rows with their perplexity, bits per token, share of unknown words, "
                    + "number of tokens and percentile.",
            "  .jsonl    an object a line: keeps every field, and gets new ones",
            "  .parquet  keeps schema and columns, and gets new columns",
            "  .tsv      gets new columns; without --text-field it is id TAB source TAB tokens",
            "  .txt      a document a line, or with --whole-file a document a file: becomes JSON lines",
            "Each but Parquet may be compressed (gzip, zstd); - is the standard input and needs --format. The model is frozen, "
                    + "unless --learn has it learn each row after it is scored. A row that cannot be scored is kept and says why in "
                    + "the field error. A run that was interrupted goes on where it stopped when the same command is given again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  driftline score news.jsonl.gz --state DIR --output scored.jsonl.gz",
            "  driftline score shard-*.parquet --arpa wiki.arpa.gz --text-field content --output scored",
            "  driftline score web.jsonl --state DIR --bucket head,middle,tail --cut 30,60 --keep head --output kept.jsonl",
            "  zcat pages.jsonl.gz | driftline score - --format jsonl --state DIR --reference wiki.txt > scored.jsonl"
        })
public final class ScoreCommand implements Callable<Integer> {

    private static final Duration PRINTED = Duration.ofSeconds(5);

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files to score; - for the standard input.")
    private List<Path> files;

    @Mixin
    private ModelSource source;

    @Option(
            names = "--snapshot",
            paramLabel = "DIR",
            description = "The model: a snapshot of a network, as `driftline train` writes it.")
    private @Nullable Path snapshot;

    @Option(
            names = "--learn",
            description =
                    "The model: one that begins with nothing and learns each row after it is scored, as the service does.")
    private boolean learn;

    @Option(
            names = "--order",
            paramLabel = "N",
            description = "With --learn: words in the longest n-gram, 1 to 7. Default: ${DEFAULT-VALUE}.")
    private int order = 5;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description =
                    "The file to write, or of several files the folder. A name that ends with .gz or .zst is compressed. Default: -, the standard output.")
    private Path out = Path.of(TextInput.STANDARD_INPUT);

    @Option(names = "--overwrite", description = "Replace outputs that exist. Default: refuse to.")
    private boolean overwrite;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "The format: jsonl, tsv, lines, whole_file or parquet. Default: the one that the ending of the file's name stands for.")
    private @Nullable RowFormat format;

    @Option(names = "--whole-file", description = "A .txt file is one document.")
    private boolean wholeFile;

    @Option(
            names = "--text-field",
            paramLabel = "NAME",
            description =
                    "The field with the text: of JSON and Parquet a name, or names joined by dots; of TSV the number of a column, or its name in the first line. Default: text.")
    private @Nullable String textField;

    @Option(
            names = "--id-field",
            paramLabel = "NAME",
            description = "The field with the id of a row, which messages name. Default: ${DEFAULT-VALUE}.")
    private String idField = RowFields.usual().id();

    @Option(
            names = "--per",
            paramLabel = "PART",
            description =
                    "Also list what each part of a row costs: paragraph (between blank lines) or line. Sentences then end with their part. Default: neither.")
    private Part part = Part.NONE;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            description = "What the names of the new fields begin with. Default: nothing.")
    private String prefix = "";

    @Option(
            names = "--reference",
            paramLabel = "FILE",
            description =
                    "Percentiles are of the rows of this file: scored rows, or a file that is scored first. Default: all rows of this run.")
    private @Nullable Path reference;

    @Option(
            names = "--bucket",
            paramLabel = "NAME,…",
            split = ",",
            description =
                    "Name the bucket of each row by its percentile, lowest perplexity first, as in head,middle,tail.")
    private List<String> buckets = List.of();

    @Option(
            names = "--cut",
            paramLabel = "P,…",
            split = ",",
            description =
                    "With --bucket: the percentiles that part the buckets, as in 30,60. Default: buckets of equal size.")
    private List<String> cuts = List.of();

    @Option(
            names = "--keep",
            paramLabel = "NAME,…",
            split = ",",
            description = "With --bucket: write only the rows of these buckets.")
    private List<String> keep = List.of();

    @Option(
            names = "--bare",
            description = "With --keep: write rows as they were read, without the new fields; of text, the text.")
    private boolean bare;

    @Option(
            names = "--strict",
            description =
                    "Stop at the first row that cannot be scored. Default: keep it, and say why in the field error.")
    private boolean strict;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Without --learn: threads that score, 1 or more. Default: one a processor.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Mixin
    private DocumentLimits limits;

    private long started;

    @Override
    public Integer call() throws IOException {
        ScoreOptions options = options();
        boolean toStandardOutput = TextInput.isStandardInput(out);
        List<ScoreJob> jobs = jobs(toStandardOutput);
        started = System.nanoTime();
        try (CtrlC ctrlC = CtrlC.then(() -> {});
                Screen screen = Screen.on(spec.commandLine().getErr());
                ScoringModel model = source.scoring(Optional.ofNullable(snapshot), learn, order, threads)) {
            FileScoring scoring = new FileScoring(model, options, new Progress(screen), ctrlC::pressed);
            Optional<Percentiles> given = Optional.empty();
            boolean isDone;
            try {
                if (reference != null) {
                    given = Optional.of(scoring.reference(reference, formatOfReference(reference)));
                    started = System.nanoTime();
                }
                isDone = !ctrlC.pressed() && scoring.run(jobs, given);
            } catch (ClosedPipeException e) {
                return ExitCodes.OK;
            }
            screen.clear();
            report(scoring.totals(), isDone, toStandardOutput);
            return isDone ? ExitCodes.OK : ExitCodes.INTERRUPTED;
        }
    }

    private ScoreOptions options() {
        Optional<Buckets> named = Optional.empty();
        if (!buckets.isEmpty()) {
            try {
                named = Optional.of(
                        cuts.isEmpty()
                                ? Buckets.even(buckets)
                                : new Buckets(
                                        buckets,
                                        cuts.stream().map(Double::valueOf).toList()));
            } catch (NumberFormatException e) {
                throw usage("--cut " + String.join(",", cuts) + ": must be numbers, as in 30,60");
            } catch (IllegalArgumentException e) {
                throw usage("--bucket " + String.join(",", buckets) + ": " + e.getMessage());
            }
        }
        Set<String> kept = new TreeSet<>(keep);
        kept.removeAll(buckets);
        if (!kept.isEmpty()) {
            throw usage("--keep " + String.join(",", kept) + ": must be among the names of --bucket");
        }
        return new ScoreOptions(
                new RowFields(Optional.ofNullable(textField), idField),
                source.language(),
                part,
                prefix,
                named,
                new TreeSet<>(keep),
                bare,
                strict,
                overwrite,
                threads,
                limits.tokens(),
                limits.tokenBytes());
    }

    private List<ScoreJob> jobs(boolean toStandardOutput) throws IOException {
        boolean intoFolder = !toStandardOutput && (files.size() > 1 || Files.isDirectory(out));
        if (intoFolder) {
            if (Files.exists(out) && !Files.isDirectory(out)) {
                throw usage("--output " + out + ": must be a folder for several files, and is a file");
            }
            Files.createDirectories(out);
        }
        List<ScoreJob> jobs = new ArrayList<>();
        Set<Path> outs = new TreeSet<>();
        for (Path file : files) {
            RowFormat known = format(file);
            if (!TextInput.isStandardInput(file) && !Files.exists(file)) {
                throw new CommandFailedException(file + " does not exist");
            }
            Optional<Path> target =
                    toStandardOutput ? Optional.empty() : Optional.of(intoFolder ? out.resolve(name(file)) : out);
            if (target.isEmpty() && known == RowFormat.PARQUET) {
                throw usage("Parquet is not written to the standard output: name a file with --output");
            }
            if (target.isPresent()) {
                requireFormat(target.get(), known);
                // Whether it may be replaced depends on what a run before has left.
                OutputPath.checkFile("--output", target.get(), true);
                if (!outs.add(target.get())) {
                    throw usage("two files would be written to " + target.get() + ": score them one by one");
                }
            }
            jobs.add(new ScoreJob(file, known, target));
        }
        return jobs;
    }

    /** The name of an output in a folder: that of the file, and where text becomes JSON lines, with another ending. */
    private String name(Path file) {
        if (TextInput.isStandardInput(file)) {
            throw usage("--output " + out + ": must be a file for the standard input");
        }
        String name = String.valueOf(file.getFileName());
        return bare || !RowFormat.LINES.equals(format(file)) && !RowFormat.WHOLE_FILE.equals(format(file))
                ? name
                : name.replaceFirst("(?i)\\.txt(?=$|\\.(gz|gzip|zst|zstd)$)", ".jsonl");
    }

    private void requireFormat(Path target, RowFormat known) {
        RowFormat wanted;
        try {
            wanted = RowFormat.of(target);
        } catch (IllegalArgumentException e) {
            return; // a name that says nothing is as good as any
        }
        RowFormat written = bare || known == RowFormat.PARQUET || known == RowFormat.TSV ? known : RowFormat.JSONL;
        boolean isText = wanted == RowFormat.LINES && (written == RowFormat.LINES || written == RowFormat.WHOLE_FILE);
        if (wanted != written && !isText) {
            throw usage("--output " + target + ": rows are written in their own format, which is "
                    + written.name().toLowerCase(Locale.ROOT) + " here");
        }
    }

    /** That of its name: it need not be of the format of the files. */
    private RowFormat formatOfReference(Path file) {
        try {
            return RowFormat.of(file);
        } catch (IllegalArgumentException e) {
            return format(file);
        }
    }

    private RowFormat format(Path file) {
        if (format != null) {
            return format;
        }
        if (TextInput.isStandardInput(file)) {
            throw usage("the standard input has no name that says its format: say it with --format");
        }
        RowFormat known;
        try {
            known = RowFormat.of(file);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        return wholeFile && known == RowFormat.LINES ? RowFormat.WHOLE_FILE : known;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void report(ScoreTotals totals, boolean isDone, boolean toStandardOutput) {
        double seconds = (System.nanoTime() - started) / 1e9;
        PrintWriter to = toStandardOutput
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
        to.printf(
                Locale.ROOT,
                "%s%,d rows%s, %,d tokens%s%s%s%s, %.1f s%n",
                isDone ? "" : "stopped: ",
                totals.rows(),
                totals.malformed() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " (%,d without a score, the first: %s)",
                                totals.malformed(),
                                totals.firstProblem()),
                totals.tokens(),
                totals.newTokens() == 0
                        ? ""
                        : String.format(Locale.ROOT, " (%,.0f tokens/s)", totals.newTokens() / seconds),
                totals.tokens() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", perplexity %.2f, %.2f %% unknown",
                                totals.perplexity(),
                                100 * totals.unknownRate()),
                isDone && totals.written() != totals.rows()
                        ? String.format(Locale.ROOT, ", %,d kept", totals.written())
                        : "",
                isDone
                        ? toStandardOutput ? "" : " → " + out
                        : isRestartable(toStandardOutput)
                                ? "; the same command goes on from here"
                                : toStandardOutput ? "" : "; nothing is kept of it",
                seconds);
        to.flush();
    }

    /** What a model has learned is gone with it, and a pipe with what was read of it. */
    private boolean isRestartable(boolean toStandardOutput) {
        return !toStandardOutput && !learn && files.stream().noneMatch(FileScoring::isReadOnce);
    }

    /** How far it is, on standard error. */
    private final class Progress implements ScoreListener {

        private final Screen screen;
        private final ProgressLine line;

        Progress(Screen screen) {
            this.screen = screen;
            line = new ProgressLine(screen, PRINTED);
        }

        @Override
        public void scored(Path file, long bytesRead, long bytesTotal, ScoreTotals totals) {
            line.show(() -> {
                double seconds = (System.nanoTime() - started) / 1e9;
                return String.format(
                        Locale.ROOT,
                        "%s:%s %,d rows, %,d tokens, %,.0f tokens/s%s",
                        file.getFileName(),
                        bytesTotal == 0 ? "" : String.format(Locale.ROOT, " %d %%,", 100 * bytesRead / bytesTotal),
                        totals.rows(),
                        totals.tokens(),
                        totals.newTokens() / seconds,
                        totals.malformed() == 0
                                ? ""
                                : String.format(Locale.ROOT, ", %,d without a score", totals.malformed()));
            });
        }

        @Override
        public void written(Path file, long rows) {
            line.show(() -> String.format(Locale.ROOT, "%s: writing, %,d rows", file.getFileName(), rows));
        }

        @Override
        public void say(String message) {
            screen.line(message);
        }
    }
}
