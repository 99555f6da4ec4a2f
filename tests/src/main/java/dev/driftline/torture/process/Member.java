package dev.driftline.torture.process;

import dev.driftline.embedded.ChildProcess;
import java.util.Optional;

/** A process that can be killed, frozen and started again. Thread-safe. */
public abstract class Member {

    /** After which a frozen process is thawed by another one, should this JVM be gone. */
    private static final int LONGEST_FREEZE_SECONDS = 120;

    private static final long STOP_SECONDS = 45;

    private final String name;
    /** Whether it is meant to be down, so that its end surprises nobody. */
    private boolean downOnPurpose;

    Member(String name) {
        this.name = name;
    }

    /** Its name in the log and in the report. */
    public String name() {
        return name;
    }

    /** The process of its present life, or of its last one. */
    public abstract ChildProcess process();

    /** Whether it does what it is there for. */
    public abstract boolean isHealthy();

    abstract void launch();

    /** Whether it runs, if only frozen. */
    public boolean isAlive() {
        return process().isAlive();
    }

    /** {@code kill -9}; false if it was down. It stays down until {@link #start()}. */
    public synchronized boolean kill() {
        boolean wasAlive = isAlive();
        downOnPurpose = true;
        process().kill();
        return wasAlive;
    }

    /** Stops it in an orderly way; false if it was down. It stays down until {@link #start()}. */
    public boolean stop() {
        ChildProcess process;
        synchronized (this) {
            if (!isAlive()) {
                downOnPurpose = true;
                return false;
            }
            downOnPurpose = true;
            process = process();
        }
        process.end(STOP_SECONDS);
        return true;
    }

    /** Freezes it; false if it was down. */
    public boolean freeze() {
        ChildProcess process = process();
        if (!process.isAlive()) {
            return false;
        }
        process.freeze(LONGEST_FREEZE_SECONDS);
        return true;
    }

    /** Ends {@link #freeze()}. */
    public void thaw() {
        process().thaw();
    }

    /** Starts it if it is down, and does not wait for it. */
    public synchronized void start() {
        // One that is about to stop is started by whoever stops it.
        if (!isAlive()) {
            launch();
            downOnPurpose = false;
        }
    }

    /**
     * Does something to the files of a process that is down, and then starts it.
     *
     * @return false if it runs; then nothing is done
     */
    public synchronized boolean startAfter(Runnable work) {
        if (isAlive()) {
            return false;
        }
        try {
            work.run();
        } finally {
            start();
        }
        return true;
    }

    /** Starts it again if it ended without being asked to, and says how it ended. */
    public synchronized Optional<String> revive() {
        ChildProcess process = process();
        if (process.isAlive() || downOnPurpose) {
            return Optional.empty();
        }
        String end = name + " ended by itself, exit code " + process.exitCode().orElse(-1) + ": "
                + process.logTail().lines().reduce("", (before, last) -> last);
        start();
        return Optional.of(end);
    }

    @Override
    public String toString() {
        return name;
    }
}
