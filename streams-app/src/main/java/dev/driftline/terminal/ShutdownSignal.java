package dev.driftline.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets the thread that made it finish its work when the JVM is told to end (Ctrl-C, SIGTERM).
 *
 * <p>On the signal the thread is interrupted, and the JVM waits until {@link #close()}, so that what the thread has in
 * {@code try}-with-resources is closed and what it has to say is said. Open it before any other resource.
 */
public final class ShutdownSignal implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean raised;

    private ShutdownSignal(Thread worker) {
        this.hook = new Thread(
                () -> {
                    raised = true;
                    worker.interrupt();
                    awaitFinished();
                },
                "stop-" + worker.getName());
    }

    /** Starts listening, for the calling thread. */
    public static ShutdownSignal listen() {
        ShutdownSignal signal = new ShutdownSignal(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** Whether the JVM has been told to end. */
    public boolean raised() {
        return raised;
    }

    /** Lets the JVM end, where it is waiting. */
    @Override
    public void close() {
        finished.countDown();
        if (!raised) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException shuttingDown) {
                // The hook is running and finds the latch open.
            }
        }
    }

    private void awaitFinished() {
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("still not stopped after " + PATIENCE_SECONDS + " s; ending anyway");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
