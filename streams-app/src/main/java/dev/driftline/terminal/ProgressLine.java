package dev.driftline.terminal;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * A line that says how far a command is: redrawn in place on a terminal, printed from time to time elsewhere. Used by one
 * thread.
 */
public final class ProgressLine {

    private static final Duration REDRAWN = Duration.ofMillis(250);

    private final Screen screen;
    private final long pauseNanos;
    private long shown = System.nanoTime();

    /** A line on {@code screen}; where that is not a terminal, it is printed at most once in {@code printed}. */
    public ProgressLine(Screen screen, Duration printed) {
        this.screen = screen;
        this.pauseNanos = (screen.live() ? REDRAWN : printed).toNanos();
    }

    /** Shows {@code text} if the last one was shown long enough ago. Call it as often as there is progress. */
    public void show(Supplier<String> text) {
        long now = System.nanoTime();
        if (now - shown < pauseNanos) {
            return;
        }
        shown = now;
        if (screen.live()) {
            screen.block(List.of(text.get()));
        } else {
            screen.line(text.get());
        }
    }
}
