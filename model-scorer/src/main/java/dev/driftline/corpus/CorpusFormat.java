package dev.driftline.corpus;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** The formats of corpus files. */
public enum CorpusFormat {
    /** {@code id TAB source TAB sentence </s> sentence}, a document a line, tokens separated by spaces. */
    TSV,
    /** Raw text, a document a line; blank lines are skipped. */
    LINES,
    /** Raw text, the whole file one document. */
    WHOLE_FILE,
    /** A JSON object a line; {@link JsonLines} lists the fields. */
    JSONL,
    /** JSON objects with the same fields: one array of them, or one after the other, on any number of lines. */
    JSON;

    private static final Pattern PACKED = Pattern.compile("(?i)\\.(gz|gzip|zst|zstd)$");

    /** Whether {@code file} is raw text by its extension: {@link #LINES}, or {@link #WHOLE_FILE} where that is asked for. */
    public static boolean isText(Path file) {
        return unpackedName(file).toLowerCase(Locale.ROOT).endsWith(".txt");
    }

    /** The name of a file without the ending that says how it is compressed. */
    public static String unpackedName(Path file) {
        return TextInput.isStandardInput(file)
                ? "stdin"
                : PACKED.matcher(String.valueOf(file.getFileName())).replaceFirst("");
    }

    /**
     * The format of {@code file} by its extension; {@code .txt} is {@link #LINES}. One more of {@code .gz} or {@code .zst}
     * makes no difference.
     *
     * @throws IllegalArgumentException if the extension is none of .tsv, .txt, .jsonl and .json
     */
    public static CorpusFormat of(Path file) {
        String name = unpackedName(file).toLowerCase(Locale.ROOT);
        if (name.endsWith(".tsv")) {
            return TSV;
        }
        if (name.endsWith(".txt")) {
            return LINES;
        }
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return JSONL;
        }
        if (name.endsWith(".json")) {
            return JSON;
        }
        throw new IllegalArgumentException(
                TextInput.isStandardInput(file)
                        ? "the standard input has no name that says its format"
                        : file
                                + ": unknown extension, must be .tsv, .txt, .jsonl or .json, and may have .gz or .zst after it");
    }
}
