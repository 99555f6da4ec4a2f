package dev.driftline.verify.order;

import org.jspecify.annotations.Nullable;

/** The documents of a partition of the inputs in the order in which they were scored. One thread at a time. */
public interface GatherOrder extends AutoCloseable {

    /** Whether the order of {@code partition} is known from its first document on. */
    boolean isWhole(int partition);

    /** The next document to be scored, which stays the next one; null where there is none until the end that was fixed. */
    @Nullable
    Place peek(int partition);

    /** Goes on to the one after {@link #peek}. */
    void advance(int partition);

    @Override
    void close();
}
