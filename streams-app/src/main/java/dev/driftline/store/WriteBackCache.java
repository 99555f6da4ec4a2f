package dev.driftline.store;

/**
 * Decoded state in front of a {@link WriteBackStore}; parts of it may be newer than the store.
 *
 * <p>Both methods are called by the store, on the stream thread that owns the task; an implementation need not be
 * thread-safe.
 */
public interface WriteBackCache {

    /** Writes everything that is newer than the store to the store. Called before every commit. */
    void writeBack();

    /**
     * Drops all decoded state, even if it was not written back; it is read again from the store at the next use. Called
     * when a task becomes a standby, whose restoration bypasses this cache, and when the store closes.
     */
    void forget();
}
