package dev.driftline.heap;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The heap that what arrives may take on an instance: a bound for each {@link HeapUse}, and what it takes at the moment,
 * summed over its {@link HeapAccount accounts}. It counts and divides; whoever has an account keeps to its bound.
 *
 * <p>One an instance; thread-safe.
 */
public final class HeapBudget {

    private final Map<HeapUse, Long> bounds = new EnumMap<>(HeapUse.class);
    private final Map<HeapUse, Set<HeapAccount>> accounts = new EnumMap<>(HeapUse.class);

    /** Every bound at its default. */
    public HeapBudget() {
        this(Map.of());
    }

    /**
     * @param bounds in bytes; a use that is not among them has its default
     * @throws IllegalArgumentException if one is below 1
     */
    public HeapBudget(Map<HeapUse, Long> bounds) {
        for (HeapUse use : HeapUse.values()) {
            long bound = bounds.getOrDefault(use, use.defaultBytes());
            if (bound < 1) {
                throw new IllegalArgumentException(use + " may take " + bound + " bytes, expected at least 1");
            }
            this.bounds.put(use, bound);
            accounts.put(use, ConcurrentHashMap.newKeySet());
        }
    }

    /** A new account, which counts from its first {@link HeapAccount#set} until its {@link HeapAccount#close}. */
    public HeapAccount account(HeapUse use) {
        return new HeapAccount(this, use);
    }

    /** Bytes that a use takes at the moment. */
    public long used(HeapUse use) {
        return accounts(use).stream().mapToLong(HeapAccount::bytes).sum();
    }

    /** Bytes that a use may take: for {@link HeapUse.Scope#EACH_SHARD}, by the number of accounts that are open. */
    public long bound(HeapUse use) {
        long bound = setBound(use);
        return use.scope() == HeapUse.Scope.EACH_SHARD ? bound * accounts(use).size() : bound;
    }

    /** Bytes that everything may take that is in the budget, where the instance owns {@code shards} shards. */
    public long total(int shards) {
        long total = 0;
        for (HeapUse use : HeapUse.values()) {
            total += setBound(use) * (use.scope() == HeapUse.Scope.EACH_SHARD ? shards : 1);
        }
        return total;
    }

    /** The share of one account. */
    long share(HeapUse use) {
        long bound = setBound(use);
        return use.scope() == HeapUse.Scope.EACH_SHARD
                ? bound
                : bound / Math.max(1, accounts(use).size());
    }

    void opened(HeapAccount account, HeapUse use) {
        accounts(use).add(account);
    }

    void closed(HeapAccount account, HeapUse use) {
        accounts(use).remove(account);
    }

    private long setBound(HeapUse use) {
        return Objects.requireNonNull(bounds.get(use));
    }

    private Set<HeapAccount> accounts(HeapUse use) {
        return Objects.requireNonNull(accounts.get(use));
    }
}
