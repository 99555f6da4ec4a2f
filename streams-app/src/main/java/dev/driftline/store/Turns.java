package dev.driftline.store;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Whose turn it is to use something that one thread at a time may use: in the order in which they asked for it. One that needs it
 * for long lets others have a turn where what it uses is whole, so that a query waits for a step and not for all of the work.
 *
 * <p>A turn may be taken again by the thread that has it. Thread-safe.
 */
public final class Turns {

    /**
     * For so long, in nanoseconds, nobody is let in: else a thread that writes small pages would wait for a query after each of them,
     * and the more queries there are the less would be written.
     */
    static final long SHORTEST_NANOS = 500_000;

    private final ReentrantLock lock = new ReentrantLock(true);

    private final LongSupplier clock;

    /** When the turn began, in nanoseconds of the clock. */
    private long began;

    /** It is nobody's turn. */
    public Turns() {
        this(System::nanoTime);
    }

    Turns(LongSupplier clock) {
        this.clock = clock;
    }

    /** Waits until it is this thread's turn, behind those that wait already. To be followed by {@link #end}. */
    public void take() {
        lock.lock();
        if (lock.getHoldCount() == 1) {
            began = clock.getAsLong();
        }
    }

    /**
     * Ends the turn of this thread.
     *
     * @throws IllegalMonitorStateException if it has none
     */
    public void end() {
        lock.unlock();
    }

    /**
     * Lets those that wait have their turn first, if this one has lasted for half a millisecond. Nothing happens where nobody
     * waits, or where the caller has taken its turn more than once: then what it uses may not be whole.
     */
    public void letOthers() {
        if (lock.hasQueuedThreads() && lock.getHoldCount() == 1 && clock.getAsLong() - began >= SHORTEST_NANOS) {
            lock.unlock();
            take();
        }
    }

    /** Whether it is the turn of the calling thread. */
    public boolean isMine() {
        return lock.isHeldByCurrentThread();
    }

    /** Whether other threads wait for their turn. */
    public boolean isWaitedFor() {
        return lock.hasQueuedThreads();
    }

    /** How many threads wait for their turn, about. */
    int waiting() {
        return lock.getQueueLength();
    }
}
