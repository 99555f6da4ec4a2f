package dev.driftline.bench.baseline;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.store.WriteBackStore;
import dev.driftline.store.WriteBackStoreBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A baseline that counts as fast as it can be done: a document's n-grams are counted within the document first, one record a
 * document and shard goes through the broker, and the shard adds it to counts on the heap. It only counts: no score, no
 * prediction, nothing that smoothing needs, and all counts on the heap.
 */
final class CombinerTopology implements Supplier<Topology> {

    /** Part of the name of the topic between the two halves. */
    static final String REPARTITION = "combined";

    private static final String STORE = "combined-counts";

    private final String documents;
    private final int order;
    private final int shards;
    private final boolean durable;
    private final SchemaRegistrySerdes serdes;
    private final CountsListener listener;

    /** Gets the counts of a task when it begins, on its thread. */
    interface CountsListener {

        void opened(CombinedCounts counts);
    }

    /**
     * @param documents topic of the documents
     * @param order n-grams of 1 to this many words are counted
     * @param shards partitions of the counts
     * @param durable whether counts go to RocksDB and a changelog; otherwise they are gone with the process
     */
    CombinerTopology(
            String documents,
            int order,
            int shards,
            boolean durable,
            SchemaRegistrySerdes serdes,
            CountsListener listener) {
        this.documents = documents;
        this.order = order;
        this.shards = shards;
        this.durable = durable;
        this.serdes = serdes;
        this.listener = listener;
    }

    @Override
    @SuppressWarnings("removal") // abstract still: what comes in its place calls it
    public Topology get() {
        DocumentCombiner combiner = new DocumentCombiner(order, shards);
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(documents, Consumed.with(Serdes.String(), serdes.serde(Document.class)))
                .flatMap((id, document) -> messages(combiner.combine(document.getSentences())))
                .repartition(Repartitioned.with(Serdes.Integer(), Serdes.ByteArray())
                        .withName(REPARTITION)
                        .withNumberOfPartitions(shards)
                        .withStreamPartitioner((topic, shard, message, partitions) -> Optional.of(Set.of(shard))))
                .process(new Counting());
        return builder.build();
    }

    private static List<KeyValue<Integer, byte[]>> messages(List<Optional<byte[]>> ofShards) {
        List<KeyValue<Integer, byte[]>> messages = new ArrayList<>(ofShards.size());
        for (int shard = 0; shard < ofShards.size(); shard++) {
            int to = shard;
            ofShards.get(shard).ifPresent(message -> messages.add(KeyValue.pair(to, message)));
        }
        return messages;
    }

    private final class Counting implements ProcessorSupplier<Integer, byte[], Void, Void> {

        @Override
        public Processor<Integer, byte[], Void, Void> get() {
            return new Processor<>() {
                private CombinedCounts counts = CombinedCounts.onHeap();

                @Override
                public void init(ProcessorContext<Void, Void> context) {
                    if (durable) {
                        WriteBackStore store = context.getStateStore(STORE);
                        counts = store.cache(CombinedCounts.class, CombinedCounts::over);
                    }
                    listener.opened(counts);
                }

                @Override
                public void process(Record<Integer, byte[]> message) {
                    counts.add(message.value());
                }
            };
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return durable ? Set.of(new WriteBackStoreBuilder(STORE, Map.of(), EarlyCommits.off())) : Set.of();
        }
    }
}
