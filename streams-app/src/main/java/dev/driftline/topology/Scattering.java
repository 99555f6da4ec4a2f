package dev.driftline.topology;

import dev.driftline.background.BackgroundRows;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.input.DeadLetters;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.ReadDocument;
import dev.driftline.input.Rejection;
import dev.driftline.mixture.NextWordPredictor;
import dev.driftline.pending.RetractionStep;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.retraction.RetractionOutput;
import dev.driftline.retraction.Retractions;
import dev.driftline.schemas.Retraction;
import dev.driftline.scoring.Scatter;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.WriteBackStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first step of a document's way: makes the requests to the shards, of one document or of several together. Of one
 * processor, and called by its stream thread.
 */
final class Scattering {

    private static final Logger LOG = LoggerFactory.getLogger(Scattering.class);

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final RecordTries tries;

    private final ProcessorContext<?, ?> context;
    private final int partition;
    private final Scatter scatter;
    private final WriteBackStore sourcesStore;
    private final SourceModels sources;
    private final Retractions retractions;

    /** @param context of the processor that is initialised */
    Scattering(TopologySettings settings, ServiceCounters counters, RecordTries tries, ProcessorContext<?, ?> context) {
        this.settings = settings;
        this.counters = counters;
        this.tries = tries;
        this.context = context;
        partition = context.taskId().partition();
        scatter = new Scatter(settings.model(), settings.shards());
        sourcesStore = context.getStateStore(SourceModels.STORE);
        retractions = settings.retractions(context);
        sources = sourcesStore.cache(SourceModels.class, pages -> settings.sourceModels(pages, counters.heap()));
    }

    /**
     * The request of a document to each shard; empty where none can be made. Nothing has been changed then.
     *
     * @param deadLetters is given its dead letter then
     */
    Optional<byte[][]> requests(
            long ticket, ReadDocument read, long timestamp, Consumer<Record<byte[], byte[]>> deadLetters) {
        IncomingDocument document = read.document();
        try {
            tries.reached(Stage.SCATTER);
            return Optional.of(scatter.requests(
                    partition,
                    ticket,
                    document.tokens(),
                    document.learn(),
                    settings.predictions(),
                    extraCandidates(document)));
        } catch (RuntimeException | StackOverflowError e) {
            reject(read, timestamp, deadLetters, e);
            return Optional.empty();
        }
    }

    /**
     * Adds a document to the open batch, or opens one; false where it cannot be asked about. Nothing has been changed then.
     *
     * @param send sends the open batch, where the document does not fit in it
     * @param deadLetters is given its dead letter then
     */
    boolean add(
            long ticket,
            ReadDocument read,
            long timestamp,
            Runnable send,
            Consumer<Record<byte[], byte[]>> deadLetters) {
        IncomingDocument document = read.document();
        List<String> extraCandidates;
        boolean isIn;
        try {
            tries.reached(Stage.SCATTER);
            extraCandidates = extraCandidates(document);
            isIn = add(ticket, document, extraCandidates);
        } catch (RuntimeException | StackOverflowError e) {
            reject(read, timestamp, deadLetters, e);
            return false;
        }
        if (!isIn) {
            send.run();
            try {
                add(ticket, document, extraCandidates);
            } catch (RuntimeException | StackOverflowError e) {
                reject(read, timestamp, deadLetters, e);
                return false;
            }
        }
        return true;
    }

    /**
     * The first request of a retraction to each shard; empty where none is needed, or none can be made.
     *
     * @param answers is given its answer where no shard need be asked
     * @param deadLetters is given its dead letter where no request can be made
     */
    Optional<byte[][]> retraction(
            long ticket,
            ReadDocument read,
            long timestamp,
            Consumer<Record<String, Retraction>> answers,
            Consumer<Record<byte[], byte[]>> deadLetters) {
        IncomingDocument document = read.document();
        Optional<RetractionOutput.Answer> answer;
        byte[][] requests = {};
        try {
            tries.reached(Stage.SCATTER);
            sourcesStore.turns().take();
            try {
                answer = retractions.answer(document, read.origin());
                if (answer.isEmpty()) {
                    requests = retractions.requests(partition, ticket, document);
                    retractions.begin(document, read.origin());
                }
            } finally {
                sourcesStore.turns().end();
            }
        } catch (RuntimeException | StackOverflowError e) {
            reject(read, timestamp, deadLetters, e);
            return Optional.empty();
        }
        if (answer.isEmpty()) {
            return Optional.of(requests);
        }
        Record<String, Retraction> record = RetractionOutput.record(
                document, read.origin(), answer.get(), timestamp, context.currentSystemTimeMs());
        answers.accept(record);
        counters.retracted(record.value());
        return Optional.empty();
    }

    /** What the shards are asked first about a retraction. */
    RetractionStep firstStep() {
        return new RetractionStep(retractions.first());
    }

    private boolean add(long ticket, IncomingDocument document, List<String> extraCandidates) {
        return scatter.add(
                partition, ticket, document.tokens(), document.learn(), settings.predictions(), extraCandidates);
    }

    private List<String> extraCandidates(IncomingDocument document) {
        if (settings.predictions() == 0) {
            return List.of();
        }
        List<String> candidates = new ArrayList<>(settings.model()
                .background()
                .map(background -> BackgroundRows.bestAfter(
                        background,
                        document.tokens().words(),
                        document.tokens().tokens(),
                        WordPrefix.NONE,
                        settings.predictions()))
                .orElse(List.of()));
        sourcesStore.turns().take();
        try {
            for (String word : NextWordPredictor.candidates(
                    document.tokens(),
                    sources.get(document.source(), context.currentSystemTimeMs()),
                    settings.predictions())) {
                if (!candidates.contains(word)) {
                    candidates.add(word);
                }
            }
        } finally {
            sourcesStore.turns().end();
        }
        return candidates;
    }

    /** Throws what does not lie with the document. */
    private void reject(
            ReadDocument read, long timestamp, Consumer<Record<byte[], byte[]>> deadLetters, Throwable failure) {
        if (!FailureKind.isOfRecord(failure)) {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
        LOG.error("A document cannot be sent to the shards, and becomes a dead letter", failure);
        Rejection why = Rejection.failed("sending it to the shards", failure);
        counters.refused(why.reason());
        deadLetters.accept(
                DeadLetters.of(read.origin(), read.document().id(), timestamp, ScatterProcessor.NAME, why, "no"));
    }

    /** Whether the open batch is to be sent before another document is added. */
    boolean isFull() {
        return scatter.isFull();
    }

    /** Whether no batch is open. */
    boolean isEmpty() {
        return scatter.documents() == 0;
    }

    /** The requests of the open batch, one for each shard; closes it. */
    byte[][] take() {
        return scatter.take();
    }

    /** Forgets the open batch. */
    void clear() {
        scatter.clear();
    }
}
