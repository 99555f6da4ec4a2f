package dev.driftline.threads;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that does its work again and again until it is stopped, whatever the work throws: an {@link Error}, too,
 * such as the heap that was full for a moment. A helper thread that ended by one would be missed by nobody, and what it does
 * would be missing for good.
 *
 * <p>All threads of the service are of this class, or are workers of a pool, which replaces one that dies. One start and one
 * stop, from any thread; the work and what is told of its failures are called on the thread itself.
 */
public final class LastingThread {

    /** What is done again and again. */
    public interface Work {

        /** Does it once. An {@link InterruptedException} ends the thread. */
        void run() throws InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(LastingThread.class);

    private final Work work;
    private final Consumer<Throwable> failed;
    private final Duration retry;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * A thread that has not been started.
     *
     * @param name of the thread
     * @param work done until the thread is stopped or interrupted
     * @param failed told what the work has thrown
     * @param retry how long to wait then, before it is done again
     */
    public LastingThread(String name, Work work, Consumer<Throwable> failed, Duration retry) {
        this.work = work;
        this.failed = failed;
        this.retry = retry;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** A thread, not started, that does {@code work} every {@code period}, the first time after one; it logs failures. */
    public static LastingThread ticking(String name, Duration period, Runnable work) {
        LastingThread[] ticking = new LastingThread[1];
        ticking[0] = new LastingThread(
                name,
                () -> {
                    if (!ticking[0].pause(period)) {
                        work.run();
                    }
                },
                failure -> LOG.error("{} failed, and goes on", name, failure),
                Duration.ZERO);
        return ticking[0];
    }

    /** Begins to work. */
    public void start() {
        thread.start();
    }

    /** Whether it is to end. */
    public boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /**
     * Waits, on the thread itself.
     *
     * @return whether the thread is to end, which ends the waiting
     */
    public boolean pause(Duration duration) throws InterruptedException {
        return stopped.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run() {
        try {
            while (!isStopped()) {
                doOnce();
            }
        } catch (InterruptedException e) {
            stopped.countDown();
        }
    }

    private void doOnce() throws InterruptedException {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            tell(e);
            pause(retry);
        }
    }

    private void tell(Throwable failure) {
        try {
            failed.accept(failure);
        } catch (RuntimeException | Error e) {
            // Nothing could be said: with a full heap, for example.
            failure.addSuppressed(e);
        }
    }

    /** Has it end after the work that it is at; does not wait for that. */
    public void stop() {
        stopped.countDown();
    }

    /** Has it end now: interrupts the work that it is at. */
    public void interrupt() {
        stop();
        thread.interrupt();
    }

    /** Waits for its end, for at most {@code limit}. An interrupt ends the waiting, and is kept. */
    public void join(Duration limit) {
        try {
            thread.join(limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it has been started and has not ended. */
    public boolean isAlive() {
        return thread.isAlive();
    }
}
