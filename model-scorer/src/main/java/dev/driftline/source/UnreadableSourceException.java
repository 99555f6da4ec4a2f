package dev.driftline.source;

/** The stored state of a source was written with other settings or by another version, or is incomplete. */
public final class UnreadableSourceException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    UnreadableSourceException(String source, IllegalStateException cause) {
        super("the state of source '" + source + "': " + cause.getMessage(), cause);
    }
}
