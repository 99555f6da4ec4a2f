package dev.driftline.cli.options;

import dev.driftline.corpus.CorpusFormat;
import dev.driftline.corpus.CorpusReader;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The format of corpus files. Use as {@code @Mixin}. */
public final class FormatOption {

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "The format: tsv, lines, whole_file, jsonl or json. Default: the one that the ending of the file's name stands"
                            + " for, without .gz or .zst.")
    private @Nullable CorpusFormat format;

    @Option(
            names = "--text-field",
            paramLabel = "NAME",
            description = "The field of JSON objects that has the text. Default: text.")
    private @Nullable String textField;

    /** The field that has the text. */
    public String textField() {
        return textField == null ? CorpusReader.TEXT_FIELD : textField;
    }

    /** Whether the field with the text was named. */
    public boolean hasTextField() {
        return textField != null;
    }

    /**
     * The format of {@code file}.
     *
     * @throws CommandFailedException if neither the option nor the file's name says it
     */
    public CorpusFormat of(Path file) {
        if (format != null) {
            return format;
        }
        try {
            return CorpusFormat.of(file);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(e.getMessage() + "; or say it with --format", ExitCodes.USAGE);
        }
    }

    /**
     * Opens {@code file} in its format.
     *
     * @throws CommandFailedException if neither the option nor the file's name says it
     * @throws IOException if the file cannot be read
     */
    public CorpusReader open(Path file) throws IOException {
        return open(file, of(file));
    }

    /** As {@link #open(Path)}, in a format that is known. */
    public CorpusReader open(Path file, CorpusFormat known) throws IOException {
        requireTextFieldOf(file, known);
        return CorpusReader.open(file, known, textField());
    }

    /**
     * Refuses the name of a field for a file that has none.
     *
     * @throws CommandFailedException if {@code known} is not JSON and a field was named
     */
    public void requireTextFieldOf(Path file, CorpusFormat known) {
        if (hasTextField() && known != CorpusFormat.JSONL && known != CorpusFormat.JSON) {
            throw new CommandFailedException(
                    "--text-field has an effect only on JSON, and " + file + " is not: leave it out", ExitCodes.USAGE);
        }
    }
}
