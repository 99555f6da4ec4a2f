package dev.driftline.topology;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the tasks of this instance have done and have before them, for status. Thread-safe. */
public final class Progress {

    private final Map<Integer, Integer> pending = new ConcurrentHashMap<>();
    private final LongAdder documents = new LongAdder();
    private final LongAdder tokens = new LongAdder();

    /** Nothing done, no partition owned. */
    public Progress() {}

    /** Documents that wait for replies, by the partitions that this instance owns. */
    public Map<Integer, Integer> pendingByPartition() {
        return new TreeMap<>(pending);
    }

    /** Documents scored since this instance started; under exactly-once, aborted work is counted too. */
    public long documentsScored() {
        return documents.sum();
    }

    /** Tokens scored since this instance started. */
    public long tokensScored() {
        return tokens.sum();
    }

    void partitionRevoked(int partition) {
        pending.remove(partition);
    }

    void pending(int partition, int waiting) {
        pending.put(partition, waiting);
    }

    void scored(int documentTokens) {
        documents.increment();
        tokens.add(documentTokens);
    }
}
