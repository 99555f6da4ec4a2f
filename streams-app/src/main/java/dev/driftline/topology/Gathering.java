package dev.driftline.topology;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.FailureKind;
import dev.driftline.failures.RecordPlace;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.network.scoring.NeuralOutcome;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.output.EncodingOutput;
import dev.driftline.output.ObservationOutput;
import dev.driftline.output.Output;
import dev.driftline.output.PredictionOutput;
import dev.driftline.output.ScoreOutput;
import dev.driftline.output.ScoringResult;
import dev.driftline.output.SourceDrop;
import dev.driftline.output.TrainingOutput;
import dev.driftline.pending.CompleteDocuments;
import dev.driftline.pending.PendingDocument;
import dev.driftline.pending.PendingDocuments;
import dev.driftline.pending.Ticket;
import dev.driftline.retraction.RetractionOutput;
import dev.driftline.retraction.Retractions;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.messages.ShardFailure;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.shards.ShardKey;
import dev.driftline.sources.OwnedSources;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last step of a document's way: waits for the shards' replies and for the network's score, mixes them, and emits what goes
 * out. Of one life of a processor, and called by its stream thread.
 *
 * <p>A document whose replies do not all come stays pending; it is never half-scored. One that only lacks
 * the network's score stays pending, too, and later ones wait their turn. It is emitted after a later reply or from a
 * punctuation: the stream thread never waits for the network.
 */
final class Gathering {

    private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

    /** How often to check whether the network has caught up. */
    private static final Duration TICK = Duration.ofMillis(25);

    /** For how long at a time to look through a backlog, and to emit documents of one: others have to go on, too. */
    private static final Duration LOOK = Duration.ofMillis(20);

    private static final Duration AT_ONCE = Duration.ofMillis(500);

    /** How often to evict idle sources. */
    static final Duration IDLE_TICK = Duration.ofSeconds(10);

    private final TopologySettings settings;
    private final ServiceCounters counters;
    private final boolean trains;
    private final Optional<NeuralScoring> neural;
    private final OwnedSources live;
    private final EarlyCommits commits;
    private final RecordTries tries;
    private final Origins origins;
    private final InternalRecords records;
    private final Punctuations punctuations = new Punctuations();

    private final ProcessorContext<Object, Object> context;
    private final int partition;
    private final Gather gather;
    private final StoreHeader taken;
    private final PendingDocuments pending;
    private final CompleteDocuments complete;
    private final WriteBackStore sources;
    private final SourceModels models;
    private final DocumentScorer scorer;
    private final List<Output> outputs;
    private final Retractions retractions;
    private final byte[][] shardKeys;

    /**
     * @param trains whether scored documents go to the trainer
     * @param neural what scores with the network; empty where there is none
     * @param live receives the partitions that are on this instance
     * @param commits learns of what a punctuation has sent
     * @param tries which documents have failed before
     * @param deadLetters the sink of the processor's dead letters
     * @param context of the processor that is initialised
     */
    Gathering(
            TopologySettings settings,
            ServiceCounters counters,
            boolean trains,
            Optional<NeuralScoring> neural,
            OwnedSources live,
            EarlyCommits commits,
            RecordTries tries,
            String deadLetters,
            ProcessorContext<Object, Object> context) {
        this.tries = tries;
        origins = new Origins(settings.topics());
        records = new InternalRecords(GatherProcessor.NAME, deadLetters, Stage.GATHER, counters, tries);
        this.commits = commits;
        this.live = live;
        this.neural = neural;
        this.settings = settings;
        this.counters = counters;
        this.trains = trains;
        this.context = context;
        records.init(context);
        partition = context.taskId().partition();
        gather = new Gather(settings.model(), settings.shards());
        WriteBackStore pendingStore = context.getStateStore(PendingDocuments.STORE);
        taken = pendingStore.header();
        pending = pendingStore.cache(
                PendingDocuments.class,
                store -> new PendingDocuments(store, counters.heap().account(HeapUse.PENDING)));
        sources = context.getStateStore(SourceModels.STORE);
        models = sources.cache(SourceModels.class, pages -> settings.sourceModels(pages, counters.heap()));
        scorer = new DocumentScorer(settings.mixture());
        outputs = outputs();
        retractions = settings.retractions(context);
        shardKeys = ShardKey.upTo(settings.shards());
        complete = new CompleteDocuments(pending);
    }

    /** Begins, at the end of the processor's {@code init}, since what fails there is never closed. */
    void open() {
        punctuations.every(IDLE_TICK, context, now -> {
            sources.turns().take();
            try {
                models.evictIdle(now);
            } finally {
                sources.turns().end();
            }
        });
        // Documents that were waiting for the network when the task stopped.
        lookForComplete();
        // Without a network too: what was complete and not sent at once must not wait for another reply.
        punctuations.every(TICK, context, now -> tick());
        live.opened(partition, sources, source -> models.state(partition, source));
    }

    private List<Output> outputs() {
        List<Output> wanted = new ArrayList<>();
        wanted.add(new ScoreOutput(
                settings.model(), settings.mixture(), settings.surprisals(), settings.expertSurprisals()));
        if (settings.predictions() > 0) {
            wanted.add(new PredictionOutput(settings.model().order()));
        }
        settings.encodings().ifPresent(pooling -> wanted.add(new EncodingOutput(pooling)));
        if (settings.observes()) {
            wanted.add(new ObservationOutput(
                    sources.turns(),
                    models,
                    settings.filter().isPresent(),
                    settings.mixture().neural().orElse(null)));
        }
        if (trains) {
            wanted.add(new TrainingOutput());
        }
        return List.copyOf(wanted);
    }

    /** Takes in a message of a shard, with its replies to one document or several; one that is none becomes a dead letter. */
    void reply(Record<byte[], byte[]> record) {
        List<byte[]> replies;
        List<Gather.Address> from;
        try {
            replies = gather.split(record.value());
            from = replies.stream().map(gather::address).toList();
        } catch (ShardMessageException e) {
            if (e.isForOperator()) {
                throw e;
            }
            records.reject(context, record, settings.limits().recordBytes(), String.valueOf(e.getMessage()));
            return;
        }
        for (int i = 0; i < replies.size(); i++) {
            add(from.get(i), replies.get(i));
        }
        emitComplete();
    }

    private void add(Gather.Address from, byte[] reply) {
        long ticket = from.ticket();
        PendingDocument waiting = pending.get(ticket);
        if (waiting == null
                || !waiting.expects(from.shard())
                || waiting.step.isPresent() && !Retractions.isExpected(waiting.step.get(), reply)) {
            // Under at-least-once only: a shard answered again after a crash.
            LOG.debug("Ignored a repeated reply of shard {} to ticket {}", from.shard(), ticket);
            return;
        }
        boolean isComplete = waiting.add(reply);
        if (isComplete && waiting.step.isPresent()) {
            Optional<Retractions.Next> next = retractions.next(partition, ticket, waiting);
            if (next.isPresent()) {
                ask(ticket, next.get());
                return;
            }
        }
        // Before others are read, which may push it out of the heap.
        pending.update(ticket, waiting);
        if (isComplete) {
            complete.add(ticket, context.currentSystemTimeMs());
        }
    }

    private void ask(long ticket, Retractions.Next next) {
        pending.update(ticket, next.waiting());
        for (int shard = 0; shard < shardKeys.length; shard++) {
            Optional<byte[]> request = next.requests().get(shard);
            if (request.isPresent()) {
                context.forward(
                        new Record<>(shardKeys[shard], request.get(), next.waiting().timestamp),
                        ScatterProcessor.REQUESTS_SINK);
            }
        }
    }

    /** Takes in a document that the one shard has replied to: it becomes pending only if it has to wait. */
    void replied(long ticket, PendingDocument document) {
        if (complete.isEmpty() && !complete.isLooking()) {
            Optional<Optional<NeuralOutcome>> network = network(ticket, document, 0);
            if (network.isPresent()) {
                emit(ticket, document, network.get());
                return;
            }
        }
        pending.add(ticket, document);
        counters.pending(partition, pending.size());
        complete.add(ticket, context.currentSystemTimeMs());
        emitComplete();
    }

    /** Looks for documents that were complete when the task stopped, or for which there was no place, for a moment. */
    private void lookForComplete() {
        if (complete.isLooking()) {
            long until = System.nanoTime() + LOOK.toNanos();
            complete.look(context.currentSystemTimeMs(), () -> System.nanoTime() - until > 0);
            counters.pending(partition, pending.size());
        }
    }

    /** Sends out what can go, in order, up to the first that has to wait for the network or the next tick; says how many. */
    private int emitComplete() {
        int emitted = 0;
        long until = System.nanoTime() + AT_ONCE.toNanos();
        while (!complete.isEmpty() && (emitted == 0 || System.nanoTime() - until < 0)) {
            CompleteDocuments.Complete first = complete.first();
            PendingDocument document = pending.get(first.ticket());
            if (document == null || !document.isComplete()) {
                // A score of some shards' replies would be a wrong one for good. The missing reply puts it here again.
                LOG.warn("The document of ticket {} was to be scored before every shard has replied", first.ticket());
                complete.removeFirst();
                continue;
            }
            Optional<Optional<NeuralOutcome>> network =
                    network(first.ticket(), document, context.currentSystemTimeMs() - first.since());
            if (network.isEmpty()) {
                break;
            }
            emit(first.ticket(), document, network.get());
            complete.removeFirst();
            pending.remove(first.ticket());
            counters.pending(partition, pending.size());
            emitted++;
        }
        return emitted;
    }

    /**
     * What the network has to say of a document: nothing at all where there is no network, and empty where the document is to
     * wait for it.
     *
     * @param waited milliseconds since the last reply came
     */
    private Optional<Optional<NeuralOutcome>> network(long ticket, PendingDocument document, long waited) {
        if (neural.isEmpty() || document.step.isPresent()) {
            return Optional.of(Optional.empty());
        }
        Optional<NeuralOutcome> outcome =
                neural.get().partition(partition).fetch(ticket, document.document.tokens(), waited);
        outcome.ifPresent(fetched -> counters.network(fetched.status()));
        return outcome.map(Optional::of);
    }

    private void tick() {
        neural.ifPresent(network -> network.partition(partition).tick());
        lookForComplete();
        if (emitComplete() > 0) {
            commits.ofThread().sent(context);
        }
    }

    /** Sends out what there is of a document, or its dead letter. */
    private void emit(long ticket, PendingDocument waiting, Optional<NeuralOutcome> network) {
        IncomingDocument document = waiting.document;
        DocumentOrigin origin = waiting.origin.orElseGet(() -> origins.of(partition, ticket, taken));
        if (waiting.step.isPresent()) {
            endRetraction(ticket, waiting, origin);
            return;
        }
        List<ShardFailure> failures = gather.failures(waiting.replies);
        if (!failures.isEmpty()) {
            reject(
                    waiting,
                    origin,
                    failures,
                    "shard " + failures.get(0).shard() + ": " + failures.get(0).why());
            return;
        }
        if (!tries.isEmpty()) {
            Optional<String> spent = tries.spent(place(origin, document));
            if (spent.isPresent()) {
                reject(waiting, origin, failures, spent.get());
                return;
            }
        }
        Gather.Gathered gathered;
        try {
            tries.reached(Stage.GATHER);
            gathered = gather.gather(document.tokens(), waiting.replies);
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e) && !(e instanceof ShardMessageException)) {
                throw e;
            }
            // Nothing has been changed yet.
            LOG.error("Replies do not go together, and their document becomes a dead letter", e);
            reject(waiting, origin, failures, e.toString());
            return;
        }
        try {
            emit(ticket, waiting, origin, gathered, network);
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e)) {
                throw e;
            }
            throw tries.failed(place(origin, document), e);
        }
    }

    private void emit(
            long ticket,
            PendingDocument waiting,
            DocumentOrigin origin,
            Gather.Gathered gathered,
            Optional<NeuralOutcome> network) {
        IncomingDocument document = waiting.document;
        long now = context.currentSystemTimeMs();
        DocumentScore scored;
        sources.turns().take();
        try {
            scored = score(document, gathered, network, now);
        } finally {
            sources.turns().end();
        }
        tries.reached(Stage.MIX);
        neural.ifPresent(scoring -> scoring.knownRows()
                .learn(document.tokens(), gathered.positions().unknown()));
        ScoringResult result = new ScoringResult(
                document, origin, Ticket.isText(ticket), gathered.positions(), scored, network, waiting.timestamp, now);
        for (Output output : outputs) {
            output.of(result).ifPresent(record -> context.forward(record, output.sink()));
        }
        tries.reached(Stage.WRITE);
        counters.scored(waiting, scored, now);
    }

    /** Has the source lose the document that the shards have taken out, and sends out the answer or a dead letter. */
    private void endRetraction(long ticket, PendingDocument waiting, DocumentOrigin origin) {
        IncomingDocument document = waiting.document;
        Optional<String> spent = tries.isEmpty() ? Optional.empty() : tries.spent(place(origin, document));
        if (spent.isPresent()) {
            records.reject(context, origin, document.id(), waiting.timestamp, spent.get(), "");
            return;
        }
        Retractions.End end;
        try {
            tries.reached(Stage.GATHER);
            sources.turns().take();
            try {
                end = retractions.end(waiting, origin);
            } finally {
                sources.turns().end();
            }
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e) && !(e instanceof ShardMessageException)) {
                throw e;
            }
            LOG.error("Replies to a retraction do not go together, and it becomes a dead letter", e);
            records.reject(context, origin, document.id(), waiting.timestamp, e.toString(), "");
            return;
        }
        if (end.answer().isEmpty()) {
            records.reject(context, origin, document.id(), waiting.timestamp, end.failure(), end.learned());
            return;
        }
        try {
            answer(waiting, origin, Ticket.isText(ticket), end.answer().get());
        } catch (RuntimeException | StackOverflowError e) {
            if (!FailureKind.isOfRecord(e)) {
                throw e;
            }
            throw tries.failed(place(origin, document), e);
        }
    }

    private void answer(
            PendingDocument waiting, DocumentOrigin origin, boolean isText, RetractionOutput.Answer answer) {
        IncomingDocument document = waiting.document;
        long now = context.currentSystemTimeMs();
        sources.turns().take();
        try {
            if (answer.outcome() == RetractionOutcome.SOURCE_DROPPED) {
                models.remove(document.source());
            } else if (answer.tokens() > 0) {
                models.retract(document.source(), document.tokens(), now);
            }
        } finally {
            sources.turns().end();
        }
        tries.reached(Stage.MIX);
        Record<String, Retraction> record = RetractionOutput.record(document, origin, answer, waiting.timestamp, now);
        context.forward(record, RetractionOutput.SINK);
        if (trains) {
            RetractionOutput.training(document, origin, isText, answer, waiting.timestamp)
                    .ifPresent(training -> context.forward(training, TrainingOutput.SINK));
        }
        if (answer.outcome() == RetractionOutcome.SOURCE_DROPPED && settings.observes()) {
            context.forward(SourceDrop.of(document.source(), waiting.timestamp), ObservationOutput.SINK);
        }
        tries.reached(Stage.WRITE);
        counters.retracted(record.value());
    }

    /** A hash of what distinguishes a document from another in its place. */
    static int print(IncomingDocument document) {
        return Objects.hash(document.id(), document.source(), document.publishedAt());
    }

    private static RecordPlace place(DocumentOrigin origin, IncomingDocument document) {
        return new RecordPlace(
                GatherProcessor.NAME, origin.topic(), origin.partition(), origin.offset(), print(document));
    }

    /** The shards have learned the document but for those among {@code failures} that have not. */
    private void reject(PendingDocument waiting, DocumentOrigin origin, List<ShardFailure> failures, String why) {
        IncomingDocument document = waiting.document;
        long without = failures.stream().filter(failure -> !failure.learned()).count();
        String learned = !document.learn() || without == settings.shards() ? "no" : without == 0 ? "yes" : "partly";
        records.reject(context, origin, document.id(), waiting.timestamp, why, learned);
    }

    /** Scores the document; its source learns from it, if it is to be learned. */
    private DocumentScore score(
            IncomingDocument document, Gather.Gathered gathered, Optional<NeuralOutcome> network, long now) {
        Optional<NeuralExpert> expert = network.filter(NeuralOutcome.Scored.class::isInstance)
                .map(NeuralOutcome.Scored.class::cast)
                .map(by -> new NeuralExpert(by.snapshot().network(), by.score(), by.foreign()));
        return scorer.score(ScoreRequest.of(document.tokens(), gathered.positions(), models.get(document.source(), now))
                .withLearning(document.learn())
                .withSurprisals(surprisals())
                .withNextWords(gathered.candidates(), settings.predictions())
                .withNetwork(expert));
    }

    private ScoreRequest.Surprisals surprisals() {
        if (settings.expertSurprisals()) {
            return ScoreRequest.Surprisals.EVERY_MODEL;
        }
        return settings.surprisals() || settings.observes()
                ? ScoreRequest.Surprisals.MIXTURE
                : ScoreRequest.Surprisals.NONE;
    }

    void close() {
        punctuations.cancel();
        live.closed(partition, sources);
    }
}
