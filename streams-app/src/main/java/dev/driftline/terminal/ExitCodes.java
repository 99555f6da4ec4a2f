package dev.driftline.terminal;

/** What a command's process ends with, for scripts that call it. */
public final class ExitCodes {

    /** Done. */
    public static final int OK = 0;

    /** Failed; the message says why. */
    public static final int FAILED = 1;

    /** The command line or the configuration is wrong. */
    public static final int USAGE = 2;

    /** {@code verify} could prove nothing, for a reason that is said. */
    public static final int UNVERIFIED = 2;

    /** What was waited for did not come in time. */
    public static final int TIMED_OUT = 3;

    /** {@code retract}: what is to be taken out is not in the topics. */
    public static final int NOT_FOUND = 4;

    /** {@code retract}: it is there more than once, and it must be said which is meant. */
    public static final int SEVERAL = 5;

    /** Ctrl-C ended the command early, as a shell reports it: 128 plus the number of the signal. */
    public static final int INTERRUPTED = 130;

    private ExitCodes() {}
}
