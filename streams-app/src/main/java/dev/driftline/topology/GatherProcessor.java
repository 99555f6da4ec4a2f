package dev.driftline.topology;

import dev.driftline.mixture.DocumentScore;
import dev.driftline.scoring.Gather;
import dev.driftline.store.WriteBackStore;
import dev.driftline.training.TrainingRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the replies to a document, puts them together, mixes, and emits the score and the prediction.
 *
 * <p>A document whose replies do not all come stays pending; it is never half-scored.
 */
final class GatherProcessor implements Processor<byte[], byte[], Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(GatherProcessor.class);

    private final TopologySettings settings;
    private final Progress progress;
    private final boolean trains;

    private ProcessorContext<Object, Object> context;
    private int partition;
    private Gather gather;
    private PendingDocuments pending;
    private DocumentScoring scoring;

    /** @param trains whether scored documents go to the trainer */
    GatherProcessor(TopologySettings settings, Progress progress, boolean trains) {
        this.settings = settings;
        this.progress = progress;
        this.trains = trains;
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        partition = context.taskId().partition();
        gather = new Gather(settings.model(), settings.shards());
        pending = context.<WriteBackStore>getStateStore(DriftlineTopology.PENDING_STORE)
                .cache(PendingDocuments.class, PendingDocuments::new);
        scoring = new DocumentScoring(
                settings,
                context.<WriteBackStore>getStateStore(DriftlineTopology.SOURCES_STORE)
                        .cache(SourceModels.class, store -> new SourceModels(store, settings.mixture())));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte[] reply = record.value();
        long ticket = Gather.documentOffset(reply);
        PendingDocument waiting = pending.get(ticket);
        if (waiting == null || !waiting.expects(reply)) {
            // Only at least once: a shard answered again after a crash.
            LOG.debug("Passed over a repeated reply of shard {} to ticket {}", Gather.shard(reply), ticket);
            return;
        }
        if (!waiting.add(reply)) {
            pending.update(ticket, waiting);
            return;
        }
        Gather.Gathered gathered = gather.gather(waiting.document.tokens(), waiting.replies);
        emit(ticket, waiting, gathered);
        pending.remove(ticket);
        progress.pending(partition, pending.size());
    }

    private void emit(long ticket, PendingDocument waiting, Gather.Gathered gathered) {
        IncomingDocument document = waiting.document;
        DocumentOrigin origin = new DocumentOrigin(
                Ticket.isText(ticket)
                        ? settings.topics().text()
                        : settings.topics().documents(),
                partition,
                Ticket.offset(ticket));
        long now = context.currentSystemTimeMs();
        DocumentScore scored = scoring.score(document, gathered);
        context.forward(
                new Record<>(document.id(), scoring.toScore(document, scored, origin, now), waiting.timestamp),
                DriftlineTopology.SCORES_SINK);
        if (settings.predictions() > 0) {
            context.forward(
                    new Record<>(document.id(), scoring.toPrediction(document, scored, origin, now), waiting.timestamp),
                    DriftlineTopology.PREDICTIONS_SINK);
        }
        if (trains && document.learn()) {
            byte[] taught = new TrainingRecord(document.source(), document.tokens()).encode();
            context.forward(new Record<>(null, taught, waiting.timestamp), DriftlineTopology.TRAINING_SINK);
        }
        progress.scored(scored.tokens());
    }
}
