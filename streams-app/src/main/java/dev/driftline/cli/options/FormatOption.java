package dev.driftline.cli.options;

import dev.driftline.corpus.CorpusFormat;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The format of corpus files. Use as {@code @Mixin}. */
public final class FormatOption {

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "The format: tsv, lines, whole_file or jsonl. Default: the one that the ending of the file's name stands"
                            + " for.")
    private @Nullable CorpusFormat format;

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
}
