package dev.driftline.heap;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one owner takes of the heap for one {@link HeapUse}: a partition, a shard, or the instance.
 *
 * <p>Changed by one thread at a time; read by any. A closed account opens again with its next {@link #set}, so that an owner
 * that drops what it holds and comes back needs no new one.
 */
public final class HeapAccount implements AutoCloseable {

    private final HeapBudget budget;
    private final HeapUse use;
    private final AtomicLong bytes = new AtomicLong();
    private boolean open;

    HeapAccount(HeapBudget budget, HeapUse use) {
        this.budget = budget;
        this.use = use;
    }

    /** Says how many bytes the owner takes now. Cheap. */
    public void set(long taken) {
        if (!open) {
            open = true;
            budget.opened(this, use);
        }
        bytes.lazySet(taken);
    }

    /** Says that the owner takes so many bytes more, or fewer. Cheap. */
    public void add(long more) {
        set(bytes.getPlain() + more);
    }

    /** Bytes that the owner takes. */
    public long bytes() {
        return bytes.get();
    }

    /** Bytes that the owner may take at the moment: its share falls when others of its use come. */
    public long bound() {
        return budget.share(use);
    }

    /** Whether the owner takes more than it may. */
    public boolean isOver() {
        return bytes.getPlain() > bound();
    }

    /** Says that the owner holds nothing more. */
    @Override
    public void close() {
        open = false;
        bytes.lazySet(0);
        budget.closed(this, use);
    }
}
