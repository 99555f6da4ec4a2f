package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.heap.HeapUse;
import dev.driftline.identity.Provenance;
import dev.driftline.input.ReadDocument;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.retraction.RetractionOutput;
import dev.driftline.shards.ShardKey;
import dev.driftline.store.FlushForward;
import dev.driftline.store.OpenBatch;
import dev.driftline.store.WriteBackStore;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Sends each document to the shards that own a part of it and keeps it until they have replied. It collects what the task has read
 * and sends it together, as one request a shard: when it is as much as fits, at the latest before the task commits. Under
 * exactly-once a shard reads nothing before that commit. Without transactions it would, and so a punctuation sends sooner.
 */
final class ScatterProcessor implements Processor<Long, ReadDocument, Object, Object> {

    /** Sends documents to the shards. */
    static final String NAME = "scatter";

    /** Sink of requests to the shards. */
    static final String REQUESTS_SINK = "requests-sink";

    /** For how long documents are collected without transactions. */
    private static final Duration COLLECTED = Duration.ofMillis(5);

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final Optional<NeuralScoring> neural;
    private final RecordTries tries;
    private final byte[][] shardKeys;
    private final Punctuations punctuations = new Punctuations();

    private ProcessorContext<Object, Object> context;
    private int partition;
    private Scattering scattering;
    private PendingDocuments pending;
    private OpenBatch batch;
    private long timestamp;

    ScatterProcessor(
            TopologySettings settings, ServiceCounters counters, Optional<NeuralScoring> neural, RecordTries tries) {
        this.settings = settings;
        this.tries = tries;
        this.counters = counters;
        this.neural = neural;
        shardKeys = ShardKey.upTo(settings.shards());
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        partition = context.taskId().partition();
        WriteBackStore store = context.getStateStore(PendingDocuments.STORE);
        pending = store.cache(
                PendingDocuments.class,
                pages -> new PendingDocuments(pages, counters.heap().account(HeapUse.PENDING)));
        scattering = new Scattering(settings, counters, tries, context);
        FlushForward flush = FlushForward.of(context);
        batch = store.cache(OpenBatch.class, pages -> new OpenBatch());
        batch.begin(() -> flush.run(this::send), scattering::clear);
        if (!Provenance.isExactlyOnce(context.appConfigs())) {
            punctuations.every(COLLECTED, context, now -> send());
        }
        counters.pending(partition, pending.size());
    }

    @Override
    public void process(Record<Long, ReadDocument> record) {
        if (record.value().document().retract().isPresent()) {
            retract(record);
            return;
        }
        boolean isIn = scattering.add(
                record.key(),
                record.value(),
                record.timestamp(),
                this::send,
                letter -> context.forward(letter, ReadProcessor.DEAD_LETTERS_SINK));
        if (!isIn) {
            return;
        }
        var document = record.value().document();
        pending.add(
                record.key(),
                new PendingDocument(document, record.timestamp(), context.currentSystemTimeMs(), shardKeys.length));
        counters.pending(partition, pending.size());
        timestamp = record.timestamp();
        if (scattering.isFull()) {
            send();
        }
        // The network reads the document while the shards do.
        neural.ifPresent(network -> network.partition(partition).scattered(record.key(), document.tokens()));
    }

    /** A retraction goes alone, after the documents before it. */
    private void retract(Record<Long, ReadDocument> record) {
        send();
        scattering
                .retraction(
                        record.key(),
                        record.value(),
                        record.timestamp(),
                        answer -> context.forward(answer, RetractionOutput.SINK),
                        letter -> context.forward(letter, ReadProcessor.DEAD_LETTERS_SINK))
                .ifPresent(requests -> {
                    pending.add(
                            record.key(),
                            PendingDocument.retraction(
                                    record.value().document(),
                                    record.timestamp(),
                                    context.currentSystemTimeMs(),
                                    shardKeys.length,
                                    scattering.firstStep()));
                    counters.pending(partition, pending.size());
                    for (int shard = 0; shard < requests.length; shard++) {
                        context.forward(
                                new Record<>(shardKeys[shard], requests[shard], record.timestamp()), REQUESTS_SINK);
                    }
                });
    }

    /** Sends what has been collected, with the time of the last document. */
    private void send() {
        if (scattering.isEmpty()) {
            return;
        }
        byte[][] requests = scattering.take();
        for (int shard = 0; shard < requests.length; shard++) {
            context.forward(new Record<>(shardKeys[shard], requests[shard], timestamp), REQUESTS_SINK);
        }
    }

    @Override
    public void close() {
        punctuations.cancel();
        batch.end();
        neural.ifPresent(network -> network.partitionRevoked(partition));
        counters.partitionRevoked(partition);
    }
}
