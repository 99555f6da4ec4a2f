package dev.driftline.corpus;

import java.nio.file.Path;

/** A line of a corpus file does not follow the format. The message names the file, the line and what was expected. */
public final class CorpusFormatException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long line;

    /** @param line number of the line in {@code file}, from 1 */
    public CorpusFormatException(Path file, long line, String reason) {
        super(file + ", line " + line + ": " + reason);
        this.line = line;
    }

    /** The line, from 1. */
    public long line() {
        return line;
    }
}
