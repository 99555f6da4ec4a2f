package dev.driftline.codec;

import java.io.IOException;
import java.util.Locale;

/** Whoever read what is written has gone, as {@code head} does when it has enough: no failure of the writer. */
public final class ClosedPipeException extends IOException {

    private static final long serialVersionUID = 1L;

    ClosedPipeException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Whether a stream that was written to says by {@code failure} that its reader has gone. */
    public static boolean isSaidBy(String failure) {
        return failure.toLowerCase(Locale.ROOT).contains("pipe");
    }
}
