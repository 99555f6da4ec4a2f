package dev.driftline.corpus;

import java.nio.file.Path;
import java.util.Locale;

/** The formats of corpus files. */
public enum CorpusFormat {
    /** {@code id TAB source TAB sentence </s> sentence}, a document a line, tokens separated by spaces. */
    TSV,
    /** Raw text, a document a line; blank lines are skipped. */
    LINES,
    /** Raw text, the whole file one document. */
    WHOLE_FILE,
    /** A JSON object a line; {@link JsonLines} lists the fields. */
    JSONL;

    /** Whether {@code file} is raw text by its extension: {@link #LINES}, or {@link #WHOLE_FILE} where that is asked for. */
    public static boolean isText(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".txt");
    }

    /**
     * The format of {@code file} by its extension; {@code .txt} is {@link #LINES}.
     *
     * @throws IllegalArgumentException if the extension is none of .tsv, .txt and .jsonl
     */
    public static CorpusFormat of(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".tsv")) {
            return TSV;
        }
        if (name.endsWith(".txt")) {
            return LINES;
        }
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return JSONL;
        }
        throw new IllegalArgumentException(file + ": unknown extension, must be .tsv, .txt or .jsonl");
    }
}
