package dev.driftline.arpa;

import java.io.IOException;
import java.nio.file.Path;

/** An ARPA file does not follow the format. The message names the file, the line, what is wrong and what to do. */
public final class ArpaFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long line;

    /** @param line number of the line in {@code file}, from 1 */
    public ArpaFormatException(Path file, long line, String reason) {
        super(file + ", line " + line + ": " + reason);
        this.line = line;
    }

    /** The line, from 1. */
    public long line() {
        return line;
    }
}
