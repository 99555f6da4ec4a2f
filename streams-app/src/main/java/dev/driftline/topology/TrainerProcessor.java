package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.heap.HeapBudget;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.network.trainer.BackgroundTrainer;
import dev.driftline.network.trainer.Decisions;
import dev.driftline.network.trainer.RetractPolicy;
import dev.driftline.network.trainer.RoundRunner;
import dev.driftline.network.trainer.SnapshotView;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.TrainerState;
import dev.driftline.network.trainer.Training;
import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.online.Basis;
import dev.driftline.neural.online.FineTuner;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.OpenRetractions;
import dev.driftline.neural.online.ReplayBuffer;
import dev.driftline.neural.online.RetractedDocument;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.online.TrainingBatch;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainer's task: puts documents into the replay buffer, and checks a few times a second whether a round is due, under
 * way or done. What a finished round publishes is forwarded here, on the stream thread: chunks a few at a time, so that no
 * transaction is so large that it runs out of its time; then the manifest, the pointer, the audit record and what the round
 * has come to in one transaction. A snapshot is on the topic whole, with its audit record, or it has no manifest, and the next
 * owner of the task takes its chunks off again.
 *
 * <p>The active snapshot is the one that this instance scores with. After a promotion no round begins until the snapshot has
 * come back over the topic. A round whose incumbent is no longer active when it ends, since an operator has moved the
 * pointer, is dropped, and the record says so.
 *
 * <p>A retraction takes its document out of the buffer at once. The state keeps it open until no network in use may have seen
 * the document; {@link RetractPolicy} says what is done about that.
 */
public final class TrainerProcessor implements Processor<byte[], byte[], Object, Object> {

    /** Source of documents, of the trainer. */
    public static final String TRAINING_SOURCE = "training-source";

    /** Teaches the network. */
    public static final String NAME = "train";

    /** Sink of the snapshots topic: text keys, bytes. */
    public static final String SNAPSHOTS_SINK = "snapshots-sink";

    /** Sink of the decisions: text keys, {@link PromotionDecision}. */
    public static final String PROMOTIONS_SINK = "promotions-sink";

    /** Store of the replay buffer. */
    public static final String REPLAY_STORE = "replay-buffer";

    private static final Logger LOG = LoggerFactory.getLogger(TrainerProcessor.class);

    private static final Duration LOOK = Duration.ofMillis(250);
    /** Chunks that are sent at a time: 16 MiB a second. */
    static final int CHUNKS_AT_ONCE = 8;

    private static final long SAY_PROGRESS_MS = 10_000;

    /** How long no retraction must have come before a fresh network is trained, and after which it is trained anyway. */
    private static final long RETRACTIONS_SETTLE_MS = 10_000;

    private static final long RETRACTIONS_WAIT_AT_MOST_MS = 60_000;

    /** How long the trainer believes that a snapshot of its own is still on its way back to it. */
    private static final long ON_ITS_WAY_MS = 15_000;

    private final TrainerSettings settings;
    private final OnlineSettings online;
    private final SnapshotView snapshots;
    private final TrainerProgress progress;
    private final RoundRunner rounds;
    private final int recordBytes;
    private final HeapBudget heap;
    private final InternalRecords records;
    private final Punctuations punctuations = new Punctuations();

    private ProcessorContext<Object, Object> context;
    private StoreHeader taken;
    private TrainerState state;
    private BackgroundTrainer background;
    /** A round whose candidate is being sent, and how many of its messages have been. */
    private BackgroundTrainer.@Nullable Finished publishing;

    private int sent;
    private boolean activeSeen;
    private long lookingSince = -1;
    private long lastRoundAt;
    /** Tokens that the buffer must have been given before a first round is tried again. */
    private long notBefore;

    private long saidAt;
    /** What the network of the round under way will have seen. */
    private SeenText taught = SeenText.NOTHING;
    /** Whether the pointer was taken away here, and may not be gone yet. */
    private boolean deactivated;
    /** Versions that were taken off the topic for what they have seen, and may not be gone yet. */
    private final Set<String> removed = new HashSet<>();

    private long firstRetractionAt;
    private long lastRetractionAt;

    /**
     * @param training its settings, what it knows of the snapshots topic, and where its rounds run
     * @param recordBytes the most bytes of a dead letter
     * @param counters counts dead letters, and the heap of the buffer
     * @param tries which records have failed before
     */
    public TrainerProcessor(Training training, int recordBytes, ServiceCounters counters, RecordTries tries) {
        this.recordBytes = recordBytes;
        heap = counters.heap();
        records = new InternalRecords(NAME, InternalRecords.deadLettersSink(NAME), Stage.TRAIN, counters, tries);
        settings = training.settings();
        online = settings.online();
        snapshots = training.snapshots();
        progress = training.progress();
        rounds = training.rounds();
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        records.init(context);
        WriteBackStore store = context.getStateStore(REPLAY_STORE);
        taken = store.header();
        state = store.cache(TrainerState.class, pages -> new TrainerState(pages, online, heap));
        background = new BackgroundTrainer(online, snapshots, state.watch(), progress::taught, rounds);
        publishing = null;
        sent = 0;
        lastRoundAt = context.currentSystemTimeMs();
        activeSeen = false;
        lookingSince = -1;
        notBefore = 0;
        taught = SeenText.NOTHING;
        deactivated = false;
        removed.clear();
        firstRetractionAt = 0;
        lastRetractionAt = 0;
        progress.becomes(TrainerProgress.Activity.FOLLOWING);
        punctuations.every(LOOK, context, this::look);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata from = context.recordMetadata().orElseThrow();
        if (!taken.isNew(Optional.of(from))) {
            return;
        }
        TrainingRecord trained;
        try {
            trained = TrainingRecord.decode(record.value());
        } catch (RuntimeException e) {
            records.reject(context, record, recordBytes, e.toString());
            return;
        }
        Optional<String> spent = records.spent(record.value());
        if (spent.isPresent()) {
            records.reject(context, record, recordBytes, spent.get());
            return;
        }
        records.change(record.value(), () -> {
            long position = taken.position(from.topic(), from.offset());
            if (trained instanceof TrainingRecord.Retraction retraction) {
                retract(retraction.retracted(), position);
            } else if (trained instanceof TrainingRecord.Text text
                    && !state.buffer().add(position, text.document(), text.id(), text.place())) {
                LOG.debug("Ignored a repeated document at offset {} of the training topic", from.offset());
            }
        });
    }

    private void retract(RetractedDocument document, long position) {
        Optional<ReplayBuffer.Retracted> retracted = state.buffer().retract(position, document);
        if (retracted.isEmpty()) {
            LOG.debug("Ignored a repeated retraction at position {} of the training topic", position);
            return;
        }
        state.open(state.open().plus(position, document.input(), retracted.get().from()));
        lastRetractionAt = context.currentSystemTimeMs();
        firstRetractionAt = firstRetractionAt == 0 ? lastRetractionAt : firstRetractionAt;
    }

    @Override
    public void close() {
        punctuations.cancel();
        if (background != null) {
            if (background.isBusy()) {
                LOG.info("Stopping a round, since the trainer moves or stops: the next round trains on its text");
            }
            background.close();
        }
        progress.becomes(TrainerProgress.Activity.ELSEWHERE);
    }

    private void look(long now) {
        progress.buffered(state.buffer().tokens());
        if (publishing != null) {
            publish(publishing);
            return;
        }
        Optional<BackgroundTrainer.Finished> finished = background.take();
        if (finished.isPresent() && finished.get().messages().size() > 1 + CHUNKS_AT_ONCE) {
            publishing = finished.get();
            sent = 0;
            publish(finished.get());
            return;
        }
        finished.ifPresent(this::end);
        if (background.isBusy()) {
            if (isForgotten(taught)) {
                LOG.info("Dropping the round under way: its network sees a document that was taken out");
                background.abandon();
                taught = SeenText.NOTHING;
            }
            sayProgress(now);
            return;
        }
        if (!follow(now)) {
            progress.becomes(TrainerProgress.Activity.FOLLOWING);
            return;
        }
        progress.becomes(TrainerProgress.Activity.IDLE);
        state.publishing().ifPresent(this::cleanUp);
        Optional<Snapshot> active = snapshots.active();
        if (forget(active)) {
            return;
        }
        if (isDue(active, now)) {
            begin(active, now);
        }
    }

    /** Whether a network that was trained on {@code text} must not serve. */
    private boolean isForgotten(SeenText text) {
        return settings.retract() == RetractPolicy.REPLACE && state.open().mayBeIn(text);
    }

    /**
     * Sees to the retractions that networks in use may not honour.
     *
     * @return whether another snapshot is active now, or none
     */
    private boolean forget(Optional<Snapshot> active) {
        OpenRetractions open = state.open();
        if (open.isEmpty()) {
            removed.clear();
            return false;
        }
        if (settings.retract() != RetractPolicy.KEEP) {
            background.discardIfSaw(open);
        }
        boolean isSeen =
                active.map(snapshot -> open.mayBeIn(snapshot.manifest().text())).orElse(false);
        if (settings.retract() == RetractPolicy.REPLACE) {
            List<PublishedSnapshot> seeing = snapshots.list().stream()
                    .filter(snapshot -> open.mayBeIn(text(snapshot)))
                    .toList();
            if (isSeen || !seeing.isEmpty()) {
                replace(active.filter(snapshot -> isSeen), seeing);
                return isSeen;
            }
        }
        if (!isSeen && !background.mayHaveSeen(open)) {
            state.open(OpenRetractions.NONE);
            firstRetractionAt = 0;
        }
        return false;
    }

    /** Takes {@code seeing} off the topic; where {@code active} may have seen what was taken out, it serves no more. */
    private void replace(Optional<Snapshot> active, List<PublishedSnapshot> seeing) {
        Instant at = Instant.ofEpochMilli(context.currentSystemTimeMs());
        for (PublishedSnapshot snapshot : seeing) {
            if (removed.add(snapshot.version())) {
                LOG.info(
                        "Taking snapshot {} off the topic: it may have seen documents that were taken out",
                        snapshot.version());
                SnapshotMessages.remove(snapshot.version(), snapshot.chunks()).forEach(this::forward);
            }
        }
        if (active.isEmpty()) {
            return;
        }
        Optional<SnapshotManifest> clean = cleanAncestor(active.get().manifest());
        if (clean.isPresent()) {
            activate(clean.get().version());
        } else {
            forward(SnapshotMessages.deactivate());
            state.activate(Optional.empty());
            activeSeen = false;
            lookingSince = -1;
            deactivated = true;
        }
        PromotionDecision decision = Decisions.retracted(active.get().version(), clean, at);
        LOG.info("{}", decision.getReason());
        context.forward(decision(decision), PROMOTIONS_SINK);
    }

    private static SeenText text(PublishedSnapshot snapshot) {
        return snapshot.description().manifest().text();
    }

    /** The newest ancestor on the topic that saw no document that was taken out. */
    private Optional<SnapshotManifest> cleanAncestor(SnapshotManifest of) {
        Map<String, PublishedSnapshot> byVersion = new HashMap<>();
        snapshots.list().forEach(snapshot -> byVersion.put(snapshot.version(), snapshot));
        String parent = of.parent();
        // Each version is looked at once, whatever manifests from elsewhere name as their parents.
        while (parent != null) {
            PublishedSnapshot ancestor = byVersion.remove(parent);
            if (ancestor == null) {
                return Optional.empty();
            }
            if (ancestor.problem().isEmpty() && !state.open().mayBeIn(text(ancestor))) {
                return Optional.of(ancestor.description().manifest());
            }
            parent = ancestor.description().manifest().parent();
        }
        return Optional.empty();
    }

    private Basis basis(Optional<Snapshot> active) {
        OpenRetractions open = state.open();
        if (settings.retract() == RetractPolicy.KEEP
                || active.isEmpty()
                || !open.mayBeIn(active.get().manifest().text())) {
            return Basis.active(open);
        }
        return new Basis(open, true, cleanAncestor(active.get().manifest()));
    }

    /** Whether no more retractions are to be expected at once: several in a row cost one round. */
    private boolean isSettled(long now) {
        return lastRetractionAt == 0
                || now - lastRetractionAt >= RETRACTIONS_SETTLE_MS
                || firstRetractionAt > 0 && now - firstRetractionAt >= RETRACTIONS_WAIT_AT_MOST_MS;
    }

    /** Whether this instance is up to date with the topic; notes what an operator has made active. */
    private boolean follow(long now) {
        if (!snapshots.caughtUp()) {
            return false;
        }
        Optional<String> active = snapshots.active().map(Snapshot::version);
        if (active.equals(state.active())) {
            activeSeen = true;
            deactivated = false;
            lookingSince = -1;
            return true;
        }
        if (!activeSeen) {
            // What the trainer has made active, here or before it moved here, is still on its way.
            lookingSince = lookingSince < 0 ? now : lookingSince;
            if ((state.active().isPresent() || deactivated) && now - lookingSince < ON_ITS_WAY_MS) {
                return false;
            }
        }
        // The command that moves the pointer writes the audit record of it.
        if (active.isPresent()) {
            LOG.info(
                    "Snapshot {} is active, which the trainer did not activate (it had {})",
                    active.get(),
                    state.active().orElse("none"));
        } else {
            LOG.warn("No snapshot is active any more; the trainer makes another from its buffer");
        }
        state.activate(active);
        activeSeen = true;
        deactivated = false;
        lookingSince = -1;
        return true;
    }

    private boolean isDue(Optional<Snapshot> active, long now) {
        ReplayBuffer buffer = state.buffer();
        if (active.isEmpty()) {
            return buffer.tokensSeen() >= Math.max(online.bootstrap().tokens(), notBefore)
                    && buffer.documents() > 0
                    && isSettled(now);
        }
        long since = buffer.tokensSeen() - state.tokensAtRound();
        return since >= online.rounds().tokens()
                || settings.roundSeconds() > 0
                        && now - lastRoundAt >= settings.roundSeconds() * 1000L
                        && since >= 2 * online.rounds().holdOutTokens();
    }

    private void begin(Optional<Snapshot> active, long now) {
        long number = 1 + newestNumber();
        Basis basis = basis(active);
        FineTuner.Start start = background.start(active, basis);
        TrainingBatch batch = state.buffer()
                .batch(
                        start.position(),
                        online.rounds().holdOutTokens(),
                        online.mostFreshTokens(start.isFresh()),
                        online.rounds().replay(),
                        number);
        LOG.info(
                "Round {}: {} new documents and {} older ones, {} held out, from {}",
                number,
                batch.fresh().size(),
                batch.replayed().size(),
                batch.heldOut().size(),
                basis.isRequired()
                        ? basis.clean().map(SnapshotManifest::version).orElse("nothing")
                                + ", since documents were taken out"
                        : active.map(Snapshot::version).orElse("nothing"));
        // With what was taken out before the batch it has nothing to do, unless it starts from a network that has.
        taught = batch.seenAfter(start.seen());
        if (!state.open().mayBeIn(start.seen())) {
            taught = taught.honouring(batch.end());
        }
        progress.taught(0);
        progress.becomes(TrainerProgress.Activity.TEACHING);
        saidAt = now;
        background.begin(batch, active, basis, number);
    }

    private long newestNumber() {
        long newest = state.number();
        for (PublishedSnapshot snapshot : snapshots.list()) {
            newest = Math.max(newest, SnapshotVersion.number(snapshot.version()));
        }
        return newest;
    }

    private void sayProgress(long now) {
        progress.becomes(TrainerProgress.Activity.TEACHING);
        if (now - saidAt >= SAY_PROGRESS_MS) {
            saidAt = now;
            LOG.info("Training: {} tokens of the pass under way", progress.tokensTaught());
        }
    }

    /** Sends some more chunks of what a round has made; with the last of them, all else. */
    private void publish(BackgroundTrainer.Finished finished) {
        int chunks = finished.messages().size() - 1;
        if (sent == 0) {
            state.begin(new TrainerState.Publishing(version(finished), chunks));
        }
        int until = Math.min(chunks, sent + CHUNKS_AT_ONCE);
        if (isStillWanted(finished)) {
            for (; sent < until; sent++) {
                forward(finished.messages().get(sent));
            }
        }
        if (sent == chunks || !isStillWanted(finished)) {
            publishing = null;
            end(finished);
            sent = 0;
        }
    }

    private static String version(BackgroundTrainer.Finished finished) {
        return finished.round().flatMap(Round::candidate).orElseThrow().version();
    }

    private boolean isStillWanted(BackgroundTrainer.Finished finished) {
        return whyDropped(finished.round().orElseThrow()).isEmpty();
    }

    /** Why what a round came to is dropped; empty where it is not. */
    private Optional<String> whyDropped(Round round) {
        Optional<String> active = snapshots.active().map(Snapshot::version);
        if (!active.equals(round.incumbent())) {
            return Optional.of("dropped: while it was trained from "
                    + round.incumbent().orElse("nothing") + ", " + active.orElse("none") + " became active");
        }
        return round.candidate()
                .filter(candidate -> isForgotten(candidate.manifest().text()))
                .map(candidate -> "dropped: a document that it may have seen was taken out");
    }

    /** Takes the chunks of a snapshot off the topic that nobody finished sending. */
    private void cleanUp(TrainerState.Publishing unfinished) {
        if (snapshots.list().stream().noneMatch(found -> found.version().equals(unfinished.version()))) {
            LOG.info(
                    "Snapshot {} was not sent whole before the trainer stopped: taking its chunks off the topic",
                    unfinished.version());
            SnapshotMessages.remove(unfinished.version(), unfinished.chunks()).forEach(this::forward);
        }
        state.endPublishing();
    }

    private void end(BackgroundTrainer.Finished finished) {
        lastRoundAt = context.currentSystemTimeMs();
        finished.failure().ifPresent(failure -> {
            progress.failed();
            notBefore = finished.tokensSeen() + online.rounds().tokens();
            LOG.error(
                    "A round failed, and the active snapshot stays; the next round begins after {} more tokens",
                    online.rounds().tokens(),
                    failure);
        });
        long number = finished.round()
                .flatMap(Round::candidate)
                .map(candidate -> SnapshotVersion.number(candidate.version()))
                .orElse(0L);
        state.round(number, finished.tokensSeen(), finished.watch());
        finished.round().ifPresent(round -> end(round, finished.messages()));
    }

    private void end(Round round, List<SnapshotMessages.Message> messages) {
        Instant at = Instant.ofEpochMilli(lastRoundAt);
        Optional<String> dropped = whyDropped(round);
        if (dropped.isPresent()) {
            String reason = dropped.get();
            if (sent > 0) {
                SnapshotMessages.remove(round.candidate().orElseThrow().version(), sent)
                        .forEach(this::forward);
                state.endPublishing();
            }
            LOG.info("A round is {}", reason);
            round.candidate()
                    .ifPresent(candidate -> context.forward(
                            decision(Decisions.dropped(
                                    round, candidate, snapshots.active().map(Snapshot::version), reason, at)),
                            PROMOTIONS_SINK));
            return;
        }
        LOG.info("Round: {}", round.describe());
        progress.ended(round);
        if (round.isPromotion()) {
            publish(round.candidate().orElseThrow(), messages);
        } else if (round.outcome() == Round.Outcome.ROLLED_BACK) {
            activate(round.parent().orElseThrow());
        }
        context.forward(decision(Decisions.of(round, online.promotion(), at)), PROMOTIONS_SINK);
    }

    private void publish(Snapshot candidate, List<SnapshotMessages.Message> messages) {
        messages.subList(sent, messages.size()).forEach(this::forward);
        if (sent > 0) {
            state.endPublishing();
        }
        activate(candidate.version());
        List<PublishedSnapshot> published = new ArrayList<>(snapshots.list());
        published.add(new PublishedSnapshot(
                SnapshotDescription.of(candidate),
                0,
                messages.size() - 1,
                "",
                Instant.ofEpochMilli(lastRoundAt),
                true,
                Optional.empty()));
        SnapshotMessages.removeOld(published, candidate.version(), settings.keepSnapshots())
                .forEach(this::forward);
    }

    private void activate(String version) {
        forward(SnapshotMessages.activate(version));
        state.activate(Optional.of(version));
        activeSeen = false;
        lookingSince = -1;
    }

    private void forward(SnapshotMessages.Message message) {
        context.forward(new Record<>(message.key(), message.value(), lastRoundAt), SNAPSHOTS_SINK);
    }

    private Record<Object, Object> decision(PromotionDecision decision) {
        return new Record<>(decision.getCandidate(), decision, decision.getAt().toEpochMilli());
    }
}
