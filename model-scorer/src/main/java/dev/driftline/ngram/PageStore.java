package dev.driftline.ngram;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Ordered storage of encoded pages, between decoded state and RocksDB.
 *
 * <p>Keys compare as unsigned bytes. Used from one thread at a time; the caller owns its life cycle.
 */
public interface PageStore {

    /** The value under {@code key}, or null if there is none. */
    byte @Nullable [] get(byte[] key);

    /** Stores {@code value} under {@code key}; a null value removes the key. */
    void put(byte[] key, byte @Nullable [] value);

    /** Visits every entry whose key starts with {@code prefix}, in key order. */
    void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor);
}
