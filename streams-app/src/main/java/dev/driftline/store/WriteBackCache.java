package dev.driftline.store;

/**
 * Decoded state in front of a {@link WriteBackStore}, some of it newer than what the store holds.
 *
 * <p>Both methods are called by the store, on the stream thread that owns the task; an implementation need not be
 * thread-safe.
 */
public interface WriteBackCache {

    /** Puts everything that is newer than the store into the store. Called before every commit. */
    void writeBack();

    /**
     * Drops all decoded state, also what was never written back; it is read again from the store on next use. Called
     * when the store may be written past this cache (a task that becomes a standby) and when it closes.
     */
    void forget();
}
