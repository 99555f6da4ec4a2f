package dev.driftline.neural.online;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.training.NetworkTrainer;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A network that scores documents and goes on learning from them, in one thread and without Kafka: score, learn, and after
 * enough text fine-tune, compare, promote. The rounds are those of the topology, at fixed places of the stream.
 * Not thread-safe.
 */
public final class OnlineNetwork {

    private final OnlineSettings settings;
    private final ReplayBuffer buffer;
    private final FineTuner tuner;
    private final Map<String, Snapshot> kept = new HashMap<>();

    private Consumer<Round> listener = round -> {};
    private LongConsumer progress = tokens -> {};
    private @Nullable Snapshot active;
    private @Nullable NetworkReader reader;
    private @Nullable NetworkTrainer adapting;
    /** The position of the first document: the one up to which the start snapshot was trained. */
    private final long begin;

    private long number;
    private long sinceRound;

    /** Starts without a network. */
    public OnlineNetwork(OnlineSettings settings) {
        this(settings, new HeapPageStore(), Optional.empty());
    }

    /**
     * Starts from a snapshot, or without a network.
     *
     * @param store holds the replay buffer, and may hold documents from before
     */
    public OnlineNetwork(OnlineSettings settings, PageStore store, Optional<Snapshot> start) {
        this.settings = settings;
        buffer = new ReplayBuffer(
                store, settings.buffer().newestTokens(), settings.buffer().reservoirTokens(), settings.seed());
        tuner = new FineTuner(settings);
        start.ifPresent(this::activate);
        begin = start.map(FineTuner::trainedUpTo).orElse(0L);
        number = start.map(snapshot -> SnapshotVersion.number(snapshot.version()))
                .orElse(0L);
    }

    /** Calls {@code listener} after every round from now on. */
    public void onRound(Consumer<Round> listener) {
        this.listener = listener;
    }

    /** Calls {@code progress} with the tokens of the current pass, about once a second. */
    public void onProgress(LongConsumer progress) {
        this.progress = progress;
    }

    /** The snapshot that documents are scored with; empty before the first. */
    public Optional<Snapshot> active() {
        return Optional.ofNullable(active);
    }

    /**
     * The network that documents are scored with: the active snapshot's, as changed by dynamic evaluation. Empty
     * before the first.
     */
    public Optional<Network> network() {
        return Optional.ofNullable(reader).map(NetworkReader::network);
    }

    /** The network's score of a document that it has not learned; empty before the first network. */
    public Optional<NetworkScore> score(DocumentTokens document) {
        if (reader == null) {
            return Optional.empty();
        }
        int[] encoded = reader.network().vocabulary().encode(document);
        return Optional.of(reader.score(List.of(encoded)).get(0));
    }

    /**
     * Learns a document: buffers it, adapts to it if the settings say so, and runs a round if one is due.
     *
     * @throws InterruptedException if the thread is interrupted in a round, which is then as if it had not begun
     */
    public void learn(DocumentTokens document) throws InterruptedException {
        buffer.add(Math.max(buffer.end(), begin), document);
        sinceRound += document.tokens().length;
        boolean due = active == null
                ? buffer.tokensSeen() >= settings.bootstrap().tokens()
                : sinceRound >= settings.rounds().tokens();
        if (due && round()) {
            return;
        }
        adapt(document);
    }

    /** Writes the replay buffer to its store. */
    public void writeBack() {
        buffer.writeBack();
    }

    /** Runs a round; returns whether another snapshot is active after it. */
    private boolean round() throws InterruptedException {
        TrainingBatch batch = buffer.batch(
                tuner.trainedUpTo(active()),
                settings.rounds().holdOutTokens(),
                settings.mostFreshTokens(active == null),
                settings.rounds().replay(),
                number);
        Optional<Snapshot> parent = active().flatMap(
                        snapshot -> Optional.ofNullable(snapshot.manifest().parent()))
                .flatMap(version -> Optional.ofNullable(kept.get(version)));
        Optional<Round> round = tuner.round(batch, active(), parent, number + 1, progress);
        if (round.isEmpty()) {
            // One long document is all held out, so nothing is left to train on: the round is due again with the next.
            return false;
        }
        sinceRound = 0;
        number++;
        Round done = round.get();
        if (done.isPromotion()) {
            activate(done.candidate().orElseThrow());
        } else if (done.outcome() == Round.Outcome.ROLLED_BACK) {
            activate(parent.orElseThrow());
        }
        listener.accept(done);
        return done.outcome() != Round.Outcome.REJECTED;
    }

    private void activate(Snapshot snapshot) {
        active = snapshot;
        reader = snapshot.network().reader();
        kept.put(snapshot.version(), snapshot);
        kept.keySet()
                .removeIf(version -> !version.equals(snapshot.version())
                        && !version.equals(snapshot.manifest().parent()));
        adapting = settings.dynamic()
                .map(training -> new NetworkTrainer(snapshot.network(), training))
                .orElse(null);
    }

    private void adapt(DocumentTokens document) throws InterruptedException {
        if (adapting != null && active != null) {
            adapting.pass(List.of(active.network().vocabulary().encode(document)), tokens -> {});
            reader = adapting.network().reader();
        }
    }
}
