package dev.driftline.bulk;

import dev.driftline.codec.WholeFile;
import dev.driftline.corpus.TextInput;
import dev.driftline.rows.Row;
import dev.driftline.rows.RowFiles;
import dev.driftline.rows.RowReader;
import dev.driftline.rows.RowWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Where the rows of a job go with what they cost: the standard output, or a file, which appears when it is complete. What is written
 * of it before is in {@code OUT.part}, which is gone when this is closed. One thread.
 */
final class ScoredOutput implements AutoCloseable {

    private static final String PART = ".part";

    private final Optional<Path> out;
    private final Path part;
    private final RowWriter rows;
    private final ScoreColumns columns;
    private final Percentiles percentiles;
    private final Set<String> kept;
    private boolean isOpen = true;

    private ScoredOutput(
            Optional<Path> out,
            Path part,
            RowWriter rows,
            ScoreColumns columns,
            Percentiles percentiles,
            Set<String> kept) {
        this.out = out;
        this.part = part;
        this.rows = rows;
        this.columns = columns;
        this.percentiles = percentiles;
        this.kept = kept;
    }

    /**
     * Begins the output of {@code job}.
     *
     * @param rows where its rows come from
     * @param percentiles what those of rows are among
     */
    static ScoredOutput open(
            ScoreJob job, RowReader rows, ScoreColumns columns, Percentiles percentiles, ScoreOptions options)
            throws IOException {
        Path name = job.out().orElse(Path.of(TextInput.STANDARD_INPUT));
        Path part = job.out()
                .map(out -> out.resolveSibling(out.getFileName() + PART))
                .orElse(name);
        RowWriter writer = RowFiles.write(part, name, job.format(), rows, columns.columns(), options.isBare());
        return new ScoredOutput(job.out(), part, writer, columns, percentiles, options.keep());
    }

    /** Writes a row if its bucket is kept, and returns whether it is. */
    boolean write(Row row, RowCost cost) throws IOException {
        boolean isKept = kept.isEmpty()
                || columns.bucket(cost, percentiles).filter(kept::contains).isPresent();
        if (isKept) {
            rows.write(row, columns.values(cost, percentiles));
        }
        return isKept;
    }

    /** Gives the file its name: these were all rows. */
    void complete() throws IOException {
        closeRows();
        if (out.isPresent()) {
            WholeFile.replace(part, out.get());
        }
    }

    private void closeRows() throws IOException {
        if (isOpen) {
            isOpen = false;
            rows.close();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            closeRows();
        } finally {
            if (out.isPresent()) {
                Files.deleteIfExists(part);
            }
        }
    }
}
