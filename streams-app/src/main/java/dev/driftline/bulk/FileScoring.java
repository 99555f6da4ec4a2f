package dev.driftline.bulk;

import dev.driftline.bulk.models.ScoringModel;
import dev.driftline.codec.WholeFile;
import dev.driftline.corpus.TextInput;
import dev.driftline.input.DocumentRules;
import dev.driftline.rows.Row;
import dev.driftline.rows.RowConflictException;
import dev.driftline.rows.RowFiles;
import dev.driftline.rows.RowFormat;
import dev.driftline.rows.RowReader;
import dev.driftline.rows.RowWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Scores files of rows: see the package. Beside an output {@code OUT} there is {@code OUT.costs} while the run lasts, the
 * {@link CostLog}, and {@code OUT.part} while it is written; both are gone when the run is complete. What comes from a
 * pipe can be read but once: it is written as it is scored, and percentiles are then only those of a reference. One thread.
 */
public final class FileScoring {

    private static final String COSTS = ".costs";
    private static final String PART = ".part";

    private final ScoringModel model;
    private final ScoreOptions options;
    private final ScoreListener listener;
    private final BooleanSupplier stopped;
    private final ScoreTotals totals = new ScoreTotals();

    /**
     * @param stopped ends the run soon when true; what is done is kept
     */
    public FileScoring(ScoringModel model, ScoreOptions options, ScoreListener listener, BooleanSupplier stopped) {
        this.model = model;
        this.options = options;
        this.listener = listener;
        this.stopped = stopped;
    }

    /** What was done so far. */
    public ScoreTotals totals() {
        return totals;
    }

    /**
     * The percentiles of a reference: a file that was scored before, or one whose rows are scored now.
     *
     * @throws IOException if it cannot be read, or has no row with a score
     */
    public Percentiles reference(Path file, RowFormat format) throws IOException {
        Percentiles percentiles = new Percentiles();
        if (!readScores(file, format, percentiles)) {
            if (model.learns()) {
                throw new IOException(file + " has no field '" + options.prefix() + ScoreColumns.BITS_PER_TOKEN
                        + "': with a model that learns, a reference must have been scored before");
            }
            try (RowReader rows = RowFiles.read(file, format, options.fields());
                    OrderedScoring scoring = scoring()) {
                ScoreTotals reference = new ScoreTotals();
                scoring.run(rows, stopped, (batch, costs) -> {
                    for (RowCost cost : costs) {
                        reference.add(cost, false);
                        addTo(percentiles, cost);
                    }
                    listener.scored(file, rows.bytesRead(), rows.bytesTotal(), reference);
                });
            }
        }
        if (percentiles.count() == 0 && !stopped.getAsBoolean()) {
            throw new IOException(file + " has no row with a score: it cannot be a reference");
        }
        return percentiles;
    }

    /** Whether the first row has been scored; then all are read. */
    private boolean readScores(Path file, RowFormat format, Percentiles into) throws IOException {
        if (format != RowFormat.JSONL && format != RowFormat.PARQUET) {
            return false;
        }
        try (RowReader rows = RowFiles.read(file, format, options.fields())) {
            boolean any = false;
            for (Row row = rows.next(); row != null && !stopped.getAsBoolean(); row = rows.next()) {
                OptionalDouble bits = row.number(options.prefix() + ScoreColumns.BITS_PER_TOKEN);
                OptionalDouble perplexity = row.number(options.prefix() + ScoreColumns.PERPLEXITY);
                if (bits.isPresent()) {
                    into.add(bits.getAsDouble());
                } else if (perplexity.isPresent()) {
                    into.add(Math.log(perplexity.getAsDouble()) / Math.log(2));
                } else if (!any && row.problem().isEmpty()) {
                    return false;
                }
                any = true;
            }
            return any;
        }
    }

    /**
     * Scores the files and writes their rows.
     *
     * @param reference what percentiles are of; empty for all rows of the run
     * @return whether all of it was done; else it was stopped
     * @throws RowProblemException at the first row without a score, where that ends the run
     * @throws RowConflictException if rows have a field already that would be added
     * @throws IOException if a file cannot be read or written, with a message that says why
     */
    public boolean run(List<ScoreJob> jobs, Optional<Percentiles> reference) throws IOException {
        if (jobs.size() == 1 && isReadOnce(jobs.get(0).in())) {
            return stream(jobs.get(0), reference);
        }
        for (ScoreJob job : jobs) {
            if (isReadOnce(job.in())) {
                throw new IOException(
                        job.in() + " can be read but once, and is scored alone: leave the other files out");
            }
            checkOutput(job);
            checkFields(job);
        }
        Percentiles all = new Percentiles();
        List<Path> logs = new ArrayList<>();
        boolean isKept = jobs.stream().allMatch(job -> job.out().isPresent());
        try {
            for (ScoreJob job : jobs) {
                Path log = job.out().isPresent()
                        ? beside(job.out().get(), COSTS)
                        : Files.createTempFile("driftline-score", COSTS);
                logs.add(log);
                if (!score(job, log, all)) {
                    return false;
                }
            }
            Percentiles percentiles = reference.orElse(all);
            for (int i = 0; i < jobs.size(); i++) {
                if (!write(jobs.get(i), logs.get(i), percentiles)) {
                    return false;
                }
            }
            isKept = false;
            return true;
        } finally {
            if (!isKept) {
                for (Path log : logs) {
                    Files.deleteIfExists(log);
                }
            }
        }
    }

    /** The standard input, or a pipe that has a name. */
    private static boolean isReadOnce(Path file) {
        return TextInput.isStandardInput(file)
                || Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    private void checkOutput(ScoreJob job) throws IOException {
        if (job.out().isEmpty()) {
            return;
        }
        Path out = job.out().get();
        Path log = beside(out, COSTS);
        String before = CostLog.run(log);
        boolean goesOn = before.equals(identity(job));
        if (Files.exists(out) && Files.isSameFile(out, job.in())) {
            throw new IOException(out + " is the file that is scored: name another");
        }
        if (!before.isEmpty() && !goesOn && !options.overwrite()) {
            throw new IOException(log + " is of a run that was interrupted, and of another file, model or option ("
                    + before
                    + "): run that again to its end, or begin anew with --overwrite");
        }
        if (Files.exists(out) && !goesOn && !options.overwrite()) {
            throw new IOException(out + " exists: name another, or replace it with --overwrite");
        }
    }

    private void checkFields(ScoreJob job) throws IOException {
        try (RowReader rows = RowFiles.read(job.in(), job.format(), options.fields())) {
            if (!options.isBare()) {
                RowFiles.requireNew(job.format(), rows, columns(true).columns());
            }
        }
    }

    private String identity(ScoreJob job) throws IOException {
        return job.in().toAbsolutePath().normalize() + ", " + Files.size(job.in()) + " bytes, changed "
                + Files.getLastModifiedTime(job.in()) + ", " + job.format() + ", " + options.identity() + ", "
                + model.identity();
    }

    /** The first step. */
    private boolean score(ScoreJob job, Path path, Percentiles all) throws IOException {
        if (model.learns()) {
            // What it has learned is gone with the process that learned it.
            Files.deleteIfExists(path);
        }
        try (CostLog log = CostLog.open(path, identity(job), cost -> {
                    totals.add(cost, true);
                    addTo(all, cost);
                });
                RowReader rows = RowFiles.read(job.in(), job.format(), options.fields())) {
            if (log.isComplete()) {
                return !stopped.getAsBoolean();
            }
            if (log.rows() > 0) {
                listener.say(String.format(Locale.ROOT, "%s: going on after %,d rows", job.in(), log.rows()));
            }
            for (long row = 0; row < log.rows(); row++) {
                if (rows.next() == null) {
                    throw new IOException(path + " has more rows than " + job.in() + ": delete it and start again");
                }
            }
            try (OrderedScoring scoring = scoring()) {
                scoring.run(rows, stopped, (batch, costs) -> {
                    requireScores(batch, costs);
                    log.add(costs);
                    for (RowCost cost : costs) {
                        totals.add(cost, false);
                        addTo(all, cost);
                    }
                    listener.scored(job.in(), rows.bytesRead(), rows.bytesTotal(), totals);
                });
            }
            if (stopped.getAsBoolean()) {
                return false;
            }
            log.complete();
            return true;
        }
    }

    /** The second step. */
    private boolean write(ScoreJob job, Path log, Percentiles percentiles) throws IOException {
        Path out = job.out().orElse(Path.of(TextInput.STANDARD_INPUT));
        Path part = job.out().isPresent() ? beside(out, PART) : out;
        ScoreColumns columns = columns(true);
        try (CostLog.Reading costs = new CostLog.Reading(log);
                RowReader rows = RowFiles.read(job.in(), job.format(), options.fields());
                RowWriter writer = RowFiles.write(part, out, job.format(), rows, columns.columns(), options.isBare())) {
            long count = 0;
            for (Row row = rows.next(); row != null; row = rows.next()) {
                if (stopped.getAsBoolean()) {
                    return false;
                }
                write(row, costs.next(), columns, percentiles, writer);
                listener.written(job.in(), ++count);
            }
        }
        if (job.out().isPresent()) {
            WholeFile.replace(part, out);
        }
        return true;
    }

    private boolean stream(ScoreJob job, Optional<Percentiles> reference) throws IOException {
        if (reference.isEmpty() && options.buckets().isPresent()) {
            throw new IOException(job.in() + " can be read but once, so its percentiles are known too late for buckets:"
                    + " give a --reference, or score a file");
        }
        Percentiles percentiles = reference.orElseGet(Percentiles::new);
        ScoreColumns columns = columns(reference.isPresent());
        if (reference.isEmpty()) {
            listener.say(job.in() + " can be read but once: rows get a percentile only with --reference");
        }
        Path out = job.out().orElse(Path.of(TextInput.STANDARD_INPUT));
        Path part = job.out().isPresent() ? beside(out, PART) : out;
        if (job.out().isPresent() && Files.exists(out) && !options.overwrite()) {
            throw new IOException(out + " exists: name another, or replace it with --overwrite");
        }
        try (RowReader rows = RowFiles.read(job.in(), job.format(), options.fields());
                RowWriter writer = RowFiles.write(part, out, job.format(), rows, columns.columns(), options.isBare());
                OrderedScoring scoring = scoring()) {
            scoring.run(rows, stopped, (batch, costs) -> {
                requireScores(batch, costs);
                for (int i = 0; i < costs.size(); i++) {
                    totals.add(costs.get(i), false);
                    write(batch.get(i), costs.get(i), columns, percentiles, writer);
                }
                listener.scored(job.in(), rows.bytesRead(), rows.bytesTotal(), totals);
            });
        }
        if (stopped.getAsBoolean()) {
            return false;
        }
        if (job.out().isPresent()) {
            WholeFile.replace(part, out);
        }
        return true;
    }

    private void write(Row row, RowCost cost, ScoreColumns columns, Percentiles percentiles, RowWriter writer)
            throws IOException {
        boolean isKept = options.keep().isEmpty()
                || columns.bucket(cost, percentiles)
                        .filter(options.keep()::contains)
                        .isPresent();
        if (isKept) {
            @Nullable Object[] values = columns.values(cost, percentiles);
            writer.write(row, values);
            totals.addWritten();
        }
    }

    private ScoreColumns columns(boolean hasPercentiles) {
        return new ScoreColumns(options.prefix(), options.part(), options.buckets(), hasPercentiles);
    }

    private OrderedScoring scoring() {
        return new OrderedScoring(
                model.learns() ? 1 : options.threads(),
                () -> new RowScorer(
                        model.scorer(),
                        model.tokenizer(),
                        new DocumentRules(options.documentTokens(), options.tokenBytes()),
                        options.language(),
                        options.part()));
    }

    private void requireScores(List<Row> rows, List<RowCost> costs) {
        if (!options.isStrict()) {
            return;
        }
        for (int i = 0; i < rows.size(); i++) {
            Optional<String> problem = costs.get(i).problem();
            if (problem.isPresent()) {
                throw new RowProblemException(
                        "row " + rows.get(i).number() + " (" + rows.get(i).id() + "): " + problem.get()
                                + "; without --strict, such rows are kept with the field 'error'");
            }
        }
    }

    private static void addTo(Percentiles percentiles, RowCost cost) {
        if (cost.problem().isEmpty()) {
            percentiles.add(cost.total().bitsPerToken());
        }
    }

    private static Path beside(Path out, String ending) {
        return out.resolveSibling(out.getFileName() + ending);
    }
}
