package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.ReadDocument;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.shards.ShardKey;
import dev.driftline.store.WriteBackStore;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Sends each document to the shards that own a part of it and keeps it until they have replied. */
final class ScatterProcessor implements Processor<Long, ReadDocument, byte[], byte[]> {

    /** Sends documents to the shards. */
    static final String NAME = "scatter";

    /** Sink of requests to the shards. */
    static final String REQUESTS_SINK = "requests-sink";

    private final ServiceCounters counters;
    private final Optional<NeuralScoring> neural;
    private final Scattering scattering;
    private final byte[][] shardKeys;

    private ProcessorContext<byte[], byte[]> context;
    private int partition;
    private PendingDocuments pending;

    ScatterProcessor(
            TopologySettings settings, ServiceCounters counters, Optional<NeuralScoring> neural, RecordTries tries) {
        scattering = new Scattering(settings, counters, tries);
        this.counters = counters;
        this.neural = neural;
        shardKeys = ShardKey.upTo(settings.shards());
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        partition = context.taskId().partition();
        pending = context.<WriteBackStore>getStateStore(PendingDocuments.STORE)
                .cache(
                        PendingDocuments.class,
                        store -> new PendingDocuments(store, counters.heap().account(HeapUse.PENDING)));
        scattering.init(context);
        counters.pending(partition, pending.size());
    }

    @Override
    public void process(Record<Long, ReadDocument> record) {
        scattering
                .requests(
                        record.key(),
                        record.value(),
                        record.timestamp(),
                        letter -> context.forward(letter, ReadProcessor.DEAD_LETTERS_SINK))
                .ifPresent(requests -> send(record, requests));
    }

    private void send(Record<Long, ReadDocument> record, byte[][] requests) {
        var document = record.value().document();
        pending.add(
                record.key(),
                new PendingDocument(document, record.timestamp(), context.currentSystemTimeMs(), requests.length));
        counters.pending(partition, pending.size());
        for (int shard = 0; shard < requests.length; shard++) {
            context.forward(new Record<>(shardKeys[shard], requests[shard], record.timestamp()), REQUESTS_SINK);
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
