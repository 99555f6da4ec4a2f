package dev.driftline.topology;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.Progress;
import dev.driftline.drift.Observation;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.network.scoring.NeuralOutcome;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.Pooling;
import dev.driftline.output.FilterRequest;
import dev.driftline.pending.CompleteDocuments;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.pending.Ticket;
import dev.driftline.scoring.Gather;
import dev.driftline.sources.OwnedSources;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.WriteBackStore;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the replies to a document and for what the network says of it, puts them together, mixes, and emits the score
 * and the prediction.
 *
 * <p>A document whose replies do not all come stays pending; it is never half-scored. One that is complete but for the
 * network stays pending, too, and those complete after it wait their turn. It goes out after a later reply or from a
 * punctuation: nothing here waits for the network on the stream thread.
 */
final class GatherProcessor implements Processor<byte[], byte[], Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(GatherProcessor.class);

    /** How often it is looked whether the network has caught up with documents that wait for it. */
    private static final Duration TICK = Duration.ofMillis(25);

    /** How often it is looked for sources that are idle. */
    static final Duration IDLE_TICK = Duration.ofSeconds(10);

    private final TopologySettings settings;
    private final Progress progress;
    private final boolean trains;
    private final Optional<NeuralScoring> neural;
    private final OwnedSources live;
    private final EarlyCommits commits;
    private final CompleteDocuments complete = new CompleteDocuments();

    private ProcessorContext<Object, Object> context;
    private int partition;
    private Gather gather;
    private PendingDocuments pending;
    private WriteBackStore sources;
    private DocumentScoring scoring;

    /**
     * @param trains whether scored documents go to the trainer
     * @param neural what scores with the network; empty where there is none
     * @param live told which partitions are here
     * @param commits told what a punctuation has sent
     */
    GatherProcessor(
            TopologySettings settings,
            Progress progress,
            boolean trains,
            Optional<NeuralScoring> neural,
            OwnedSources live,
            EarlyCommits commits) {
        this.commits = commits;
        this.live = live;
        this.neural = neural;
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
        sources = context.getStateStore(DriftlineTopology.SOURCES_STORE);
        SourceModels models = sources.cache(SourceModels.class, store -> new SourceModels(store, settings));
        scoring = new DocumentScoring(settings, models);
        context.schedule(IDLE_TICK, PunctuationType.WALL_CLOCK_TIME, now -> {
            synchronized (sources) {
                models.forgetIdle(now);
            }
        });
        live.opened(partition, sources, source -> scoring.state(partition, source));
        // Those that were waiting for the network when the task was stopped.
        pending.complete().forEach(ticket -> complete.add(ticket, context.currentSystemTimeMs()));
        if (neural.isPresent() || !complete.isEmpty()) {
            context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, now -> tick());
        }
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
        complete.add(ticket, context.currentSystemTimeMs());
        emitComplete();
        if (!complete.isEmpty()) {
            // The last of those that wait.
            pending.update(ticket, waiting);
        }
    }

    /** Sends out what can go, in order, up to the first that has to wait for the network. */
    private void emitComplete() {
        while (!complete.isEmpty()) {
            CompleteDocuments.Complete first = complete.first();
            PendingDocument document = pending.get(first.ticket());
            NeuralOutcome network = null;
            if (neural.isPresent()) {
                network = neural.get()
                        .partition(partition)
                        .fetch(
                                first.ticket(),
                                document.document.tokens(),
                                context.currentSystemTimeMs() - first.since())
                        .orElse(null);
                if (network == null) {
                    return;
                }
                progress.network(network.status());
            }
            emit(first.ticket(), document, network);
            complete.removeFirst();
            pending.remove(first.ticket());
            progress.pending(partition, pending.size());
        }
    }

    private void tick() {
        neural.ifPresent(network -> network.partition(partition).tick());
        int waiting = pending.size();
        emitComplete();
        if (pending.size() < waiting) {
            commits.ofThread().sent(context);
        }
    }

    private void emit(long ticket, PendingDocument waiting, NeuralOutcome network) {
        IncomingDocument document = waiting.document;
        DocumentOrigin origin = new DocumentOrigin(
                Ticket.isText(ticket)
                        ? settings.topics().text()
                        : settings.topics().documents(),
                partition,
                Ticket.offset(ticket));
        long now = context.currentSystemTimeMs();
        Gather.Gathered gathered = gather.gather(document.tokens(), waiting.replies);
        DocumentScore scored;
        synchronized (sources) {
            scored = scoring.score(document, gathered, network, now);
        }
        neural.ifPresent(scoringWithNetwork -> scoringWithNetwork
                .knownRows()
                .learn(document.tokens(), gathered.positions().unknown()));
        context.forward(
                new Record<>(document.id(), scoring.toScore(document, scored, network, origin, now), waiting.timestamp),
                DriftlineTopology.SCORES_SINK);
        if (settings.predictions() > 0) {
            context.forward(
                    new Record<>(document.id(), scoring.toPrediction(document, scored, origin, now), waiting.timestamp),
                    DriftlineTopology.PREDICTIONS_SINK);
        }
        Pooling pooling =
                settings.neural().map(NeuralScoringSettings::encodings).orElse(null);
        if (pooling != null && network.isScored()) {
            context.forward(
                    new Record<>(
                            document.id(),
                            DocumentScoring.toEncoding(document, network, pooling, origin),
                            waiting.timestamp),
                    DriftlineTopology.ENCODINGS_SINK);
        }
        if (settings.observes() && scored.tokens() > 0) {
            Observation observation;
            synchronized (sources) {
                observation = scoring.toObservation(document, gathered, scored, ticket, partition);
            }
            Headers headers = new RecordHeaders();
            if (settings.filter().isPresent()) {
                FilterRequest request =
                        FilterRequest.of(document, scored, settings.mixture().neural(), origin);
                headers.add(FilterProcessor.DOCUMENT_HEADER, request.encode());
            }
            context.forward(
                    new Record<>(observation.key(), observation.encode(), waiting.timestamp, headers),
                    DriftlineTopology.OBSERVATIONS_SINK);
        }
        if (trains && document.learn()) {
            byte[] taught = new TrainingRecord(document.source(), document.tokens()).encode();
            context.forward(new Record<>(null, taught, waiting.timestamp), DriftlineTopology.TRAINING_SINK);
        }
        progress.scored(waiting, scored, now);
        if (scored.neuralTokens() > 0) {
            progress.networkWeighed(scored.meanWeights()[scored.experts().size() - 1]);
        }
    }

    @Override
    public void close() {
        live.closed(partition);
    }
}
