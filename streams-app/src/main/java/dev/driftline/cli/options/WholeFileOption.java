package dev.driftline.cli.options;

import dev.driftline.corpus.CorpusFormat;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The format of files whose documents are published or learned: a {@link FormatOption}, or that of a whole file. Use as {@code @Mixin}. */
public final class WholeFileOption {

    @Option(names = "--whole-file", description = "A .txt file is one document.")
    private boolean wholeFile;

    @Mixin
    private FormatOption format;

    /** Whether a file is one document. */
    public boolean isGiven() {
        return wholeFile;
    }

    /** The other formats, and the field of the text. */
    public FormatOption format() {
        return format;
    }

    /**
     * The format of {@code file}.
     *
     * @throws dev.driftline.terminal.CommandFailedException if neither the options nor the file's name say it
     */
    public CorpusFormat of(Path file) {
        return wholeFile ? CorpusFormat.WHOLE_FILE : format.of(file);
    }
}
