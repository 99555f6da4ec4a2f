package dev.driftline.topology;

import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.failures.Stage;
import dev.driftline.heap.HeapBudget;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.network.trainer.BackgroundTrainer;
import dev.driftline.network.trainer.Decisions;
import dev.driftline.network.trainer.RoundRunner;
import dev.driftline.network.trainer.SnapshotView;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.network.trainer.TrainerState;
import dev.driftline.network.trainer.Training;
import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.ReplayBuffer;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.online.TrainingBatch;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotDescription;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.store.StoreHeader;
import dev.driftline.store.WriteBackStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 */
public final class TrainerProcessor implements Processor<byte[], byte[], Object, Object> {

    /** Source of documents, of the trainer. */
    public static final String TRAINING_SOURCE = "training-source";

    /** Teaches the network. */
    public static final String NAME = "train";

    /** Sink of the snapshots topic: text keys, bytes. */
    public static final String SNAPSHOTS_SINK = "snapshots-sink";

    /** Sink of the decisions: text keys, {@link dev.driftline.schemas.PromotionDecision}. */
    public static final String PROMOTIONS_SINK = "promotions-sink";

    /** Store of the replay buffer. */
    public static final String REPLAY_STORE = "replay-buffer";

    private static final Logger LOG = LoggerFactory.getLogger(TrainerProcessor.class);

    private static final Duration LOOK = Duration.ofMillis(250);
    /** Chunks that are sent at a time: 16 MiB a second. */
    static final int CHUNKS_AT_ONCE = 8;

    private static final long SAY_PROGRESS_MS = 10_000;

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
        records.change(record.value(), () -> buffer(trained, from));
    }

    private void buffer(TrainingRecord record, RecordMetadata from) {
        long offset = from.offset();
        if (!state.buffer().add(taken.position(from.topic(), offset), record.document())) {
            LOG.debug("Ignored a repeated document at offset {} of the training topic", offset);
        }
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
        if (isDue(active, now)) {
            begin(active, now);
        }
    }

    /** Whether this instance is up to date with the topic; notes what an operator has made active. */
    private boolean follow(long now) {
        if (!snapshots.caughtUp()) {
            return false;
        }
        Optional<String> active = snapshots.active().map(Snapshot::version);
        if (active.equals(state.active())) {
            activeSeen = true;
            lookingSince = -1;
            return true;
        }
        if (!activeSeen) {
            // What the trainer has made active, here or before it moved here, is still on its way.
            lookingSince = lookingSince < 0 ? now : lookingSince;
            if (state.active().isPresent() && now - lookingSince < ON_ITS_WAY_MS) {
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
        lookingSince = -1;
        return true;
    }

    private boolean isDue(Optional<Snapshot> active, long now) {
        ReplayBuffer buffer = state.buffer();
        if (active.isEmpty()) {
            return buffer.tokensSeen() >= Math.max(online.bootstrap().tokens(), notBefore);
        }
        long since = buffer.tokensSeen() - state.tokensAtRound();
        return since >= online.rounds().tokens()
                || settings.roundSeconds() > 0
                        && now - lastRoundAt >= settings.roundSeconds() * 1000L
                        && since >= 2 * online.rounds().holdOutTokens();
    }

    private void begin(Optional<Snapshot> active, long now) {
        long number = 1 + newestNumber();
        TrainingBatch batch = state.buffer()
                .batch(
                        background.trainedUpTo(active),
                        online.rounds().holdOutTokens(),
                        online.mostFreshTokens(active.isEmpty()),
                        online.rounds().replay(),
                        number);
        LOG.info(
                "Round {}: {} new documents and {} older ones, {} held out, from {}",
                number,
                batch.fresh().size(),
                batch.replayed().size(),
                batch.heldOut().size(),
                active.map(Snapshot::version).orElse("nothing"));
        progress.taught(0);
        progress.becomes(TrainerProgress.Activity.TEACHING);
        saidAt = now;
        background.begin(batch, active, number);
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
        return snapshots
                .active()
                .map(Snapshot::version)
                .equals(finished.round().orElseThrow().incumbent());
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
        Optional<String> active = snapshots.active().map(Snapshot::version);
        if (!active.equals(round.incumbent())) {
            if (sent > 0) {
                SnapshotMessages.remove(round.candidate().orElseThrow().version(), sent)
                        .forEach(this::forward);
                state.endPublishing();
            }
            String reason = "dropped: while it was trained from "
                    + round.incumbent().orElse("nothing") + ", " + active.orElse("none") + " became active";
            LOG.info("A round is {}", reason);
            round.candidate()
                    .ifPresent(candidate -> context.forward(
                            decision(Decisions.dropped(round, candidate, active, reason, at)), PROMOTIONS_SINK));
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

    private Record<Object, Object> decision(dev.driftline.schemas.PromotionDecision decision) {
        return new Record<>(decision.getCandidate(), decision, decision.getAt().toEpochMilli());
    }
}
