package dev.driftline.terminal;

import org.jspecify.annotations.Nullable;

/** A command cannot do what it was asked to. The message is one line that says why and what to do. */
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /** Fails with {@link ExitCodes#FAILED}. */
    public CommandFailedException(@Nullable String message) {
        this(message, ExitCodes.FAILED);
    }

    /** Fails with {@code exitCode}. */
    public CommandFailedException(@Nullable String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** What the process ends with: one of {@link ExitCodes}. */
    public int exitCode() {
        return exitCode;
    }
}
