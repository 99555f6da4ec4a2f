package dev.driftline.store;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.util.Map;
import java.util.Properties;
import java.util.function.IntConsumer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.api.MockProcessorContext;

/** Pages that never came before, written by a stream thread that commits when Kafka Streams does. */
public final class UncommittedWrites {

    private UncommittedWrites() {}

    /** What takes the input of each step. */
    public static IntConsumer of(HeapBudget budget) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG, true);
        SimulatedStore inner = new SimulatedStore("pages", new SimulatedChangelog());
        WriteBackStore store = new WriteBackStore(inner, EarlyCommits.off(), budget.account(HeapUse.UNCOMMITTED));
        store.init(new MockProcessorContext<Void, Void>(properties).getStateStoreContext(), store);
        store.header();
        return step -> {
            store.put(new byte[] {1, (byte) (step >> 8), (byte) step}, new byte[1_000]);
            // StreamThread.shouldCommitDueToUncommittedBytes, which looks between two polls.
            if (budget.used(HeapUse.UNCOMMITTED) > budget.bound(HeapUse.UNCOMMITTED)) {
                inner.publish();
                store.commit(Map.of());
            }
        };
    }
}
