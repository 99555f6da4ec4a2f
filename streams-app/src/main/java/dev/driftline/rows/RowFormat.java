package dev.driftline.rows;

import dev.driftline.corpus.CorpusFormat;
import java.nio.file.Path;
import java.util.Locale;

/** The formats of files of rows. */
public enum RowFormat {
    /** A JSON object a line. */
    JSONL,

    /** Columns parted by tabs, a row a line. */
    TSV,

    /** Raw text, a document a line; blank lines are no rows. */
    LINES,

    /** Raw text, the whole file one document. */
    WHOLE_FILE,

    /** Parquet, by row groups. */
    PARQUET;

    /**
     * The format of {@code file} by its extension; one more of {@code .gz} or {@code .zst} makes no difference.
     *
     * @throws IllegalArgumentException if the extension is another one, with a message that says what to do
     */
    public static RowFormat of(Path file) {
        String name = CorpusFormat.unpackedName(file).toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return JSONL;
        }
        if (name.endsWith(".tsv")) {
            return TSV;
        }
        if (name.endsWith(".txt")) {
            return LINES;
        }
        if (name.endsWith(".parquet")) {
            return PARQUET;
        }
        if (name.endsWith(".json")) {
            throw new IllegalArgumentException(
                    file
                            + ": must be JSON lines, an object a line: make them with jq -c '.[]' FILE; if it has them, say --format jsonl");
        }
        throw new IllegalArgumentException(
                file
                        + ": unknown extension, must be .jsonl, .tsv, .txt or .parquet, and may have .gz or .zst after it; or say it with --format");
    }
}
