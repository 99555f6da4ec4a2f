package dev.driftline.pages;

import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
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

    /**
     * Called between two pages of a write-back, where all that is decoded can be read: a store that other threads wait for lets them
     * read then, and pages may be read and dropped meanwhile. Nothing happens unless an implementation overrides it.
     */
    default void letOthersRead() {}

    /** Visits every entry whose key starts with {@code prefix}, in key order. */
    void scan(byte[] prefix, BiConsumer<byte[], byte[]> visitor);

    /**
     * Visits the entries whose keys are {@code first} or come after it, in key order, until {@code visitor} says false. So a
     * large store can be read in pieces. An implementation that does not override it reads on to the end.
     */
    default void scanFrom(byte[] first, BiPredicate<byte[], byte[]> visitor) {
        boolean[] goesOn = {true};
        scan(new byte[0], (key, value) -> {
            if (goesOn[0] && Arrays.compareUnsigned(key, first) >= 0) {
                goesOn[0] = visitor.test(key, value);
            }
        });
    }
}
