package dev.driftline.verify.order;

import org.jspecify.annotations.Nullable;

/** The documents of a shard in the order in which it took them in. One thread at a time. */
public interface LearnedOrder extends AutoCloseable {

    /** Whether every place is that of a document that the shard took in; else records that are not documents may be among them. */
    default boolean namesDocumentsOnly() {
        return true;
    }

    /** The next document that the state of {@code shard} contains; null after the last one. */
    @Nullable
    Place next(int shard);

    /**
     * The next document that {@code shard} was to take in when the end was fixed, and that its state does not contain; null
     * after the last one. To be called when {@link #next} has come to its end.
     */
    @Nullable
    Place nextUnderWay(int shard);

    /** Is told what a shard heard of others. */
    interface Hearer {
        void hear(int shard, byte[] message);
    }

    /** Has {@code hearer} told, within {@link #next}, what the shard heard between the document before and the next one. */
    default void tell(Hearer hearer) {}

    /** How many of {@link #total} records {@code shard} has read. */
    long done(int shard);

    /** Records that say the order of {@code shard}, at most. */
    long total(int shard);

    @Override
    void close();
}
