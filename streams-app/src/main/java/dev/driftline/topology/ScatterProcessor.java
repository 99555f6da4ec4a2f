package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.DeadLetters;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Rejection;
import dev.driftline.mixture.NextWordPredictor;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.scoring.Scatter;
import dev.driftline.shards.ShardKey;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends each document to the shards that own a part of it and keeps it until they have replied. */
final class ScatterProcessor implements Processor<Long, IncomingDocument, byte[], byte[]> {

    /** Sends documents to the shards. */
    static final String NAME = "scatter";

    /** Sink of requests to the shards. */
    static final String REQUESTS_SINK = "requests-sink";

    private static final Logger LOG = LoggerFactory.getLogger(ScatterProcessor.class);

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final Optional<NeuralScoring> neural;
    private final RecordTries tries;
    private final Origins origins;
    private final byte[][] shardKeys;

    private ProcessorContext<byte[], byte[]> context;
    private int partition;
    private Scatter scatter;
    private StoreHeader taken;
    private PendingDocuments pending;
    private WriteBackStore sourcesStore;
    private SourceModels sources;

    ScatterProcessor(
            TopologySettings settings, ServiceCounters counters, Optional<NeuralScoring> neural, RecordTries tries) {
        this.tries = tries;
        origins = new Origins(settings.topics());
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
        WriteBackStore pendingStore = context.getStateStore(PendingDocuments.STORE);
        taken = pendingStore.header();
        pending = pendingStore.cache(
                PendingDocuments.class,
                store -> new PendingDocuments(store, counters.heap().account(HeapUse.PENDING)));
        sourcesStore = context.getStateStore(SourceModels.STORE);
        sources = sourcesStore.cache(SourceModels.class, pages -> settings.sourceModels(pages, counters.heap()));
        counters.pending(partition, pending.size());
    }

    @Override
    public void process(Record<Long, IncomingDocument> record) {
        IncomingDocument document = record.value();
        byte[][] requests;
        try {
            tries.reached(Stage.SCATTER);
            requests = requests(record.key(), document);
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e)) {
                throw e;
            }
            // Nothing has been sent or changed yet.
            LOG.error("A document cannot be sent to the shards, and becomes a dead letter", e);
            Rejection why = Rejection.failed("sending it to the shards", e);
            counters.refused(why.reason());
            context.forward(
                    DeadLetters.of(
                            origins.of(partition, record.key(), taken),
                            document.id(),
                            record.timestamp(),
                            NAME,
                            why,
                            "no"),
                    ReadProcessor.DEAD_LETTERS_SINK);
            return;
        }
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

    private byte[][] requests(long ticket, IncomingDocument document) {
        List<String> extraCandidates = List.of();
        if (settings.predictions() > 0) {
            synchronized (sourcesStore) {
                extraCandidates = NextWordPredictor.candidates(
                        document.tokens(),
                        sources.get(document.source(), context.currentSystemTimeMs()),
                        settings.predictions());
            }
        }
        return scatter.requests(
                partition, ticket, document.tokens(), document.learn(), settings.predictions(), extraCandidates);
    }

    @Override
    public void close() {
        neural.ifPresent(network -> network.partitionRevoked(partition));
        counters.partitionRevoked(partition);
    }
}
