package dev.driftline.bulk;

import dev.driftline.bulk.models.ScoringModel;
import dev.driftline.corpus.TextInput;
import dev.driftline.input.DocumentRules;
import dev.driftline.rows.Row;
import dev.driftline.rows.RowConflictException;
import dev.driftline.rows.RowFiles;
import dev.driftline.rows.RowFormat;
import dev.driftline.rows.RowReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * Scores files of rows: see the package. Beside an output {@code OUT} there is {@code OUT.costs} while the run lasts, the
 * {@link CostLog}, which is gone when the run is complete. What comes from a
 * pipe can be read but once: it is written as it is scored, and percentiles are then only those of a reference. One thread.
 */
public final class FileScoring {

    private static final String COSTS = ".costs";

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
            try (RowReader rows = RowFiles.read(file, format, options.fields())) {
                scoreAll(file, rows, new ScoreTotals(), (batch, costs) -> costs.forEach(percentiles::add));
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
        requireApart(jobs);
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
                Path log =
                        job.out().isPresent() ? log(job.out().get()) : Files.createTempFile("driftline-score", COSTS);
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

    /** Whether a file is the standard input, or a pipe that has a name: it is scored and written in one go. */
    public static boolean isReadOnce(Path file) {
        return TextInput.isStandardInput(file)
                || Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    private void checkOutput(ScoreJob job) throws IOException {
        if (job.out().isEmpty()) {
            return;
        }
        Path out = job.out().get();
        Path log = log(out);
        String before = CostLog.run(log);
        boolean goesOn = before.equals(identity(job));
        if (!before.isEmpty() && !goesOn && !options.overwrite()) {
            throw new IOException(log + " is of a run that was interrupted, and of another file, model or option ("
                    + before
                    + "): run that again to its end, or begin anew with --overwrite");
        }
        if (Files.exists(out) && !goesOn && !options.overwrite()) {
            throw new IOException(out + " exists: name another, or replace it with --overwrite");
        }
    }

    /** What one job writes must not be what another reads later. */
    private static void requireApart(List<ScoreJob> jobs) throws IOException {
        for (ScoreJob writing : jobs) {
            for (ScoreJob reading : jobs) {
                Optional<Path> out = writing.out().filter(Files::exists);
                if (out.isPresent() && Files.exists(reading.in()) && Files.isSameFile(out.get(), reading.in())) {
                    throw new IOException(out.get() + " is a file that is scored: name another");
                }
            }
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
                    all.add(cost);
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
            scoreAll(job.in(), rows, totals, (batch, costs) -> {
                requireScores(batch, costs);
                log.add(costs);
                costs.forEach(all::add);
            });
            if (stopped.getAsBoolean()) {
                return false;
            }
            log.complete();
            return true;
        }
    }

    /** The second step. */
    private boolean write(ScoreJob job, Path log, Percentiles percentiles) throws IOException {
        ScoreColumns columns = columns(true);
        try (CostLog.Reading costs = new CostLog.Reading(log);
                RowReader rows = RowFiles.read(job.in(), job.format(), options.fields());
                ScoredOutput out = ScoredOutput.open(job, rows, columns, percentiles, options)) {
            long count = 0;
            for (Row row = rows.next(); row != null; row = rows.next()) {
                if (stopped.getAsBoolean()) {
                    return false;
                }
                totals.addWritten(out.write(row, costs.next()));
                listener.written(job.in(), ++count);
            }
            out.complete();
            return true;
        }
    }

    /** Both steps in one, of what can be read but once. */
    private boolean stream(ScoreJob job, Optional<Percentiles> reference) throws IOException {
        if (reference.isEmpty() && options.buckets().isPresent()) {
            throw new IOException(job.in() + " can be read but once, so its percentiles are known too late for buckets:"
                    + " give a --reference, or score a file");
        }
        if (reference.isEmpty()) {
            listener.say(job.in() + " can be read but once: rows get a percentile only with --reference");
        }
        if (job.out().isPresent() && Files.exists(job.out().get()) && !options.overwrite()) {
            throw new IOException(job.out().get() + " exists: name another, or replace it with --overwrite");
        }
        Percentiles percentiles = reference.orElseGet(Percentiles::new);
        try (RowReader rows = RowFiles.read(job.in(), job.format(), options.fields());
                ScoredOutput out = ScoredOutput.open(job, rows, columns(reference.isPresent()), percentiles, options)) {
            scoreAll(job.in(), rows, totals, (batch, costs) -> {
                requireScores(batch, costs);
                for (int i = 0; i < costs.size(); i++) {
                    totals.addWritten(out.write(batch.get(i), costs.get(i)));
                }
            });
            if (stopped.getAsBoolean()) {
                return false;
            }
            out.complete();
            return true;
        }
    }

    /** Scores the rows that are left, and counts them in {@code counted}. */
    private void scoreAll(Path file, RowReader rows, ScoreTotals counted, OrderedScoring.Sink sink) throws IOException {
        try (OrderedScoring scoring = scoring()) {
            scoring.run(rows, stopped, (batch, costs) -> {
                sink.accept(batch, costs);
                costs.forEach(cost -> counted.add(cost, false));
                listener.scored(file, rows.bytesRead(), rows.bytesTotal(), counted);
            });
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

    private static Path log(Path out) {
        return out.resolveSibling(out.getFileName() + COSTS);
    }
}
