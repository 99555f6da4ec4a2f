package dev.driftline.cli;

/** A command cannot do what it was asked to. The message is one line that says why and what to do. */
public class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /** Fails with {@link Driftline#FAILED}. */
    public CommandFailedException(String message) {
        this(message, Driftline.FAILED);
    }

    /** Fails with {@code exitCode}. */
    public CommandFailedException(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** What the process ends with. */
    public int exitCode() {
        return exitCode;
    }
}
