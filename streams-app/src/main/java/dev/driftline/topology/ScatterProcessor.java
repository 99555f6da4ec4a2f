package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.NextWordPredictor;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.scoring.Scatter;
import dev.driftline.shards.ShardKey;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.WriteBackStore;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Sends each document to the shards that own a part of it and keeps it until they have replied. */
final class ScatterProcessor implements Processor<Long, IncomingDocument, byte[], byte[]> {

    /** Sends documents to the shards. */
    static final String NAME = "scatter";

    /** Sink of requests to the shards. */
    static final String REQUESTS_SINK = "requests-sink";

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final Optional<NeuralScoring> neural;
    private final byte[][] shardKeys;

    private ProcessorContext<byte[], byte[]> context;
    private int partition;
    private Scatter scatter;
    private PendingDocuments pending;
    private WriteBackStore sourcesStore;
    private SourceModels sources;

    ScatterProcessor(TopologySettings settings, ServiceCounters counters, Optional<NeuralScoring> neural) {
        this.settings = settings;
        this.counters = counters;
        this.neural = neural;
        shardKeys = ShardKey.upTo(settings.shards());
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        partition = context.taskId().partition();
        scatter = new Scatter(settings.model(), settings.shards());
        pending = context.<WriteBackStore>getStateStore(PendingDocuments.STORE)
                .cache(
                        PendingDocuments.class,
                        store -> new PendingDocuments(store, counters.heap().account(HeapUse.PENDING)));
        sourcesStore = context.getStateStore(SourceModels.STORE);
        sources = sourcesStore.cache(SourceModels.class, settings::sourceModels);
        counters.pending(partition, pending.size());
    }

    @Override
    public void process(Record<Long, IncomingDocument> record) {
        IncomingDocument document = record.value();
        List<String> extraCandidates = List.of();
        if (settings.predictions() > 0) {
            synchronized (sourcesStore) {
                extraCandidates = NextWordPredictor.candidates(
                        document.tokens(),
                        sources.get(document.source(), context.currentSystemTimeMs()),
                        settings.predictions());
            }
        }
        byte[][] requests = scatter.requests(
                partition, record.key(), document.tokens(), document.learn(), settings.predictions(), extraCandidates);
        pending.add(
                record.key(),
                new PendingDocument(document, record.timestamp(), context.currentSystemTimeMs(), requests.length));
        counters.pending(partition, pending.size());
        for (int shard = 0; shard < requests.length; shard++) {
            context.forward(new Record<>(shardKeys[shard], requests[shard], record.timestamp()));
        }
        // The network reads the document while the shards do.
        neural.ifPresent(network -> network.partition(partition).scattered(record.key(), document.tokens()));
    }

    @Override
    public void close() {
        neural.ifPresent(network -> network.partitionRevoked(partition));
        counters.partitionRevoked(partition);
    }
}
