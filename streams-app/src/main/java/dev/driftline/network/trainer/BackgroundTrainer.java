package dev.driftline.network.trainer;

import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.neural.online.Basis;
import dev.driftline.neural.online.FineTuner;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.OpenRetractions;
import dev.driftline.neural.online.ParentWatch;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.online.TrainingBatch;
import dev.driftline.neural.snapshot.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs rounds on a thread of its own, one at a time, so that no stream thread ever waits for one. Everything but the round
 * itself is called from the one stream thread that owns the trainer's task.
 */
public final class BackgroundTrainer implements AutoCloseable {

    /**
     * What became of a round.
     *
     * @param round its result; empty if there was nothing to train on, or it failed
     * @param messages the records that publish its candidate; empty if it is not published
     * @param failure what went wrong; empty if nothing did
     * @param tokensSeen tokens that the buffer had been given when the round began
     * @param watch how the active network compares with its parent, this round's text included
     */
    public record Finished(
            Optional<Round> round,
            List<SnapshotMessages.Message> messages,
            Optional<Throwable> failure,
            long tokensSeen,
            ParentWatch watch) {}

    private final SnapshotView snapshots;
    private final FineTuner tuner;
    private final LongConsumer progress;
    private final AtomicReference<@Nullable Finished> finished = new AtomicReference<>();
    private final RoundRunner rounds;
    private boolean busy;
    private boolean abandoned;
    /** The round under way; null where none is, or it could not be started. */
    private RoundRunner.@Nullable Running running;

    private volatile long tokensSeen;

    /** As the other constructor; rounds run on threads of their own. */
    public BackgroundTrainer(
            OnlineSettings settings, SnapshotView snapshots, ParentWatch watch, LongConsumer progress) {
        this(settings, snapshots, watch, progress, RoundRunner.threads());
    }

    /**
     * @param watch how the active network compared with its parent after the last round
     * @param progress receives the tokens of the pass under way, on the background thread
     * @param rounds where rounds run
     */
    public BackgroundTrainer(
            OnlineSettings settings,
            SnapshotView snapshots,
            ParentWatch watch,
            LongConsumer progress,
            RoundRunner rounds) {
        this.rounds = rounds;
        this.snapshots = snapshots;
        this.progress = progress;
        tuner = new FineTuner(settings, watch);
    }

    /** Whether a round is under way, or has ended and was not taken. */
    public boolean isBusy() {
        return busy;
    }

    /** As {@link FineTuner#trainedUpTo(Optional)}; only while not busy. */
    public long trainedUpTo(Optional<Snapshot> active) {
        return tuner.trainedUpTo(active);
    }

    /** As {@link FineTuner#start}; only while not busy. */
    public FineTuner.Start start(Optional<Snapshot> active, Basis basis) {
        return tuner.start(active, basis);
    }

    /** As {@link FineTuner#mayHaveSeen}; only while not busy. */
    public boolean mayHaveSeen(OpenRetractions open) {
        return tuner.mayHaveSeen(open);
    }

    /** As {@link FineTuner#discardIfSaw}; only while not busy. */
    public void discardIfSaw(OpenRetractions open) {
        tuner.discardIfSaw(open);
    }

    /** Begins a round from the active network; only while not busy. */
    public void begin(TrainingBatch batch, Optional<Snapshot> active, long number) {
        begin(batch, active, Basis.ACTIVE, number);
    }

    /** Begins a round; only while not busy. */
    public void begin(TrainingBatch batch, Optional<Snapshot> active, Basis basis, long number) {
        if (isBusy()) {
            throw new IllegalStateException("a round is under way");
        }
        tokensSeen = batch.tokensSeen();
        busy = true;
        abandoned = false;
        try {
            running = rounds.start(() -> run(batch, active, basis, number));
        } catch (OutOfMemoryError e) {
            // The system gives no thread: the round has failed, and not the stream thread.
            finished.set(failed(e));
        }
    }

    private void run(TrainingBatch batch, Optional<Snapshot> active, Basis basis, long number) {
        Finished result;
        try {
            Optional<Snapshot> parent =
                    active.map(snapshot -> snapshot.manifest().parent()).flatMap(snapshots::snapshot);
            // Loading takes a moment, which no stream thread has.
            Optional<Snapshot> clean = basis.clean().flatMap(manifest -> snapshots.snapshot(manifest.version()));
            Optional<Round> round = tuner.round(batch, active, parent, basis, clean, number, progress);
            // Hashing and laying out some megabytes must not happen on a stream thread either.
            List<SnapshotMessages.Message> messages = round.filter(Round::isPromotion)
                    .flatMap(Round::candidate)
                    .map(SnapshotMessages::publish)
                    .orElse(List.of());
            result = new Finished(round, messages, Optional.empty(), batch.tokensSeen(), tuner.watch());
        } catch (InterruptedException e) {
            // Closed: no result is wanted.
            return;
        } catch (RuntimeException | Error e) {
            result = failed(e);
        }
        finished.set(result);
    }

    private Finished failed(Throwable failure) {
        return new Finished(Optional.empty(), List.of(), Optional.of(failure), tokensSeen, tuner.watch());
    }

    /** Takes the result of a round that has ended, and makes room for the next. */
    public Optional<Finished> take() {
        RoundRunner.Running background = running;
        boolean isOver = background != null && !background.isAlive();
        Finished result = finished.getAndSet(null);
        if (result == null && isOver && abandoned) {
            running = null;
            busy = false;
            return Optional.empty();
        }
        if (result == null && isOver) {
            // It could not even say how it ended. One that never says would keep the next round from beginning.
            result = failed(new IllegalStateException("the thread of the round ended without a result"));
        }
        if (result != null) {
            running = null;
            busy = false;
        }
        return Optional.ofNullable(result);
    }

    /** Stops the round under way and drops it; one that has come to its end meanwhile is taken as ever. */
    public void abandon() {
        abandoned = true;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Stops the round under way; its result is lost. */
    @Override
    public void close() {
        if (running != null) {
            running.interrupt();
        }
    }
}
