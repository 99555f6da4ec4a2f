package dev.driftline.service;

import dev.driftline.failures.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what happens after a stream thread has died: another replaces it if trying again may help; the service stops if
 * only an operator can help, or after too many deaths. Called from any stream thread.
 *
 * <p>After an outage, and where a disk is full, the thread that died waits before it is replaced, longer each time, so that
 * threads are not replaced, and stores not restored, over and over. {@link #waiting()} says what for.
 */
final class FailureResponse implements StreamsUncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(FailureResponse.class);

    /** Threads that may die within {@link #WITHIN} before the service stops. */
    static final int REPLACEMENTS = 20;

    static final Duration WITHIN = Duration.ofMinutes(10);

    /** The first pause after an outage; each further one within {@link #WITHIN} of the one before is twice as long. */
    static final Duration OUTAGE_PAUSE = Duration.ofSeconds(1);

    static final Duration LONGEST_OUTAGE_PAUSE = Duration.ofSeconds(30);

    /** The same where a disk is full. */
    static final Duration DISK_PAUSE = Duration.ofSeconds(10);

    static final Duration LONGEST_DISK_PAUSE = Duration.ofMinutes(5);

    /** Waits, unless the service closes meanwhile. */
    interface Pause {

        void of(Duration time) throws InterruptedException;
    }

    private final Clock clock;
    private final Pause pause;
    private final CountDownLatch closing;
    private final String stateDir;
    private final Deque<Long> replaced = new ArrayDeque<>();
    private @Nullable Throwable fatal;
    private int pauses;
    private long pausedAt;
    private Optional<String> waiting = Optional.empty();
    private int waiters;

    /** @param stateDir named where the disk is full */
    FailureResponse(String stateDir) {
        clock = Clock.systemUTC();
        closing = new CountDownLatch(1);
        pause = time -> {
            if (closing.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("Closing, so that nothing is waited for");
            }
        };
        this.stateDir = stateDir;
    }

    FailureResponse(String stateDir, Clock clock, Pause pause) {
        this.stateDir = stateDir;
        this.clock = clock;
        this.pause = pause;
        closing = new CountDownLatch(1);
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable failure) {
        String why = String.valueOf(FailureKind.innermost(failure).getMessage());
        switch (FailureKind.of(failure)) {
            case OPERATOR:
                return stop(
                        failure,
                        isTooLarge(failure)
                                ? "a topic takes smaller records than the settings lead to (start again: the start says"
                                        + " which, and how to raise its max.message.bytes)"
                                : "only an operator can help");
            case DISK:
                waitFor(
                        "the disk of state.dir (" + stateDir + ") takes no more: " + why
                                + ". Free space on it; until then nothing is scored here, and nothing is lost",
                        DISK_PAUSE,
                        LONGEST_DISK_PAUSE);
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            case OUTAGE:
                waitFor("a stream thread gave up waiting: " + why, OUTAGE_PAUSE, LONGEST_OUTAGE_PAUSE);
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            case TRY:
                // Bounded by the tries of each record.
                LOG.warn("A stream thread died of a record; another replaces it, and nothing is lost", failure);
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            default:
                return count(failure);
        }
    }

    private static boolean isTooLarge(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RecordTooLargeException) {
                return true;
            }
        }
        return false;
    }

    private synchronized StreamThreadExceptionResponse count(Throwable failure) {
        long now = clock.millis();
        while (!replaced.isEmpty() && now - replaced.peekFirst() > WITHIN.toMillis()) {
            replaced.removeFirst();
        }
        if (replaced.size() >= REPLACEMENTS) {
            return stop(
                    failure,
                    "stream threads have died " + REPLACEMENTS + " times within " + WITHIN.toMinutes() + " minutes");
        }
        replaced.addLast(now);
        LOG.warn("A stream thread died; another replaces it, and nothing is lost", failure);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** Not under the lock: the threads wait beside each other. */
    private void waitFor(String what, Duration first, Duration longest) {
        Duration time;
        synchronized (this) {
            long now = clock.millis();
            pauses = now - pausedAt > WITHIN.toMillis() ? 0 : pauses;
            pausedAt = now;
            long ms = first.toMillis() << Math.min(pauses++, 20);
            time = Duration.ofMillis(Math.min(longest.toMillis(), ms));
            waiting = Optional.of(what);
            waiters++;
        }
        LOG.warn("Waiting {} s before another thread tries again, and nothing is lost: {}", time.toSeconds(), what);
        try {
            pause.of(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (this) {
                waiters--;
            }
        }
    }

    /** What a thread that died is waiting for before another replaces it; empty where none is. */
    synchronized Optional<String> waiting() {
        return waiters == 0 ? Optional.empty() : waiting;
    }

    /** Says that the service is about to close: nobody waits any longer. */
    void closing() {
        closing.countDown();
    }

    /** What stopped the service; empty while nothing has. */
    synchronized Optional<Throwable> fatal() {
        return Optional.ofNullable(fatal);
    }

    private synchronized StreamThreadExceptionResponse stop(Throwable failure, String because) {
        if (fatal == null) {
            fatal = failure;
        }
        LOG.error(
                "Stopping, since {}: {}",
                because,
                FailureKind.innermost(failure).getMessage(),
                failure);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
}
