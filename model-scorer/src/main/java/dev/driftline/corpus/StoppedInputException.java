package dev.driftline.corpus;

import java.io.IOException;

/** What was waited for on a pipe or the standard input is not wanted any more: {@link StoppableInput#stopAll()}. */
public final class StoppedInputException extends IOException {

    private static final long serialVersionUID = 1L;

    StoppedInputException() {
        super("stopped while waiting for input");
    }
}
