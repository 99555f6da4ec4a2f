package dev.driftline.terminal;

import dev.driftline.corpus.StoppableInput;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command stop cleanly when the process is asked to end (Ctrl-C, {@code kill}): tells the command, then holds the
 * JVM until the command has closed what it opened. A command that waits for a pipe or the standard input waits no more.
 *
 * <pre>{@code
 * try (CtrlC ctrlC = CtrlC.then(consumer::wakeup)) {
 *     while (!ctrlC.pressed()) { … }
 * }
 * }</pre>
 *
 * <p>Open it before, and so close it after, everything that needs an orderly end. {@link #pressed()} may be asked from any
 * thread.
 */
public final class CtrlC implements AutoCloseable {

    private static final long GRACE_SECONDS = 60;

    private final CountDownLatch pressed = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    private CtrlC(Runnable stop) {
        this.hook = new Thread(
                () -> {
                    pressed.countDown();
                    StoppableInput.stopAll();
                    stop.run();
                    try {
                        closed.await(GRACE_SECONDS, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "ctrl-c");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Runs {@code stop} when the process is asked to end.
     *
     * @param stop makes the command's thread return soon; called from another thread, at most once
     */
    public static CtrlC then(Runnable stop) {
        return new CtrlC(stop);
    }

    /** Whether the process has been asked to end. */
    public boolean pressed() {
        return pressed.getCount() == 0;
    }

    /** Waits until the process is asked to end. */
    public void awaitPressed() throws InterruptedException {
        pressed.await();
    }

    /** Waits until the process is asked to end, or {@code millis} have passed; true if it was asked to end. */
    public boolean awaitPressed(long millis) throws InterruptedException {
        return pressed.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Lets the process end: everything is closed. */
    @Override
    public void close() {
        closed.countDown();
        if (!pressed()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException shuttingDown) {
                // The hook has begun meanwhile and finds the latch open.
            }
        }
    }
}
