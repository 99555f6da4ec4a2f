package dev.driftline.neural.online;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.training.NetworkTrainer;
import dev.driftline.ngram.HeapPageStore;
import dev.driftline.ngram.PageStore;
import dev.driftline.scoring.DocumentTokens;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A network that scores documents and goes on learning from them, in one thread and without Kafka: score, learn, and when
 * enough text has gone by fine-tune, compare, promote. The same rounds as in the topology, at fixed places of the stream.
 * Not thread-safe.
 */
public final class OnlineNetwork {

    private final OnlineSettings settings;
    private final ReplayBuffer buffer;
    private final FineTuner tuner;
    private final Map<String, Snapshot> kept = new HashMap<>();

    private Consumer<Round> listener = round -> {};
    private LongConsumer progress = tokens -> {};
    private Snapshot active;
    private NetworkReader reader;
    private NetworkTrainer adapting;
    /** The position of the first document: where the snapshot that it goes on from has been taught to. */
    private long begin;

    private long number;
    private long sinceRound;

    /** A network that begins from nothing. */
    public OnlineNetwork(OnlineSettings settings) {
        this(settings, new HeapPageStore(), Optional.empty());
    }

    /**
     * A network that goes on from a snapshot, or from nothing.
     *
     * @param store where the replay buffer is kept; what is in it goes on
     */
    public OnlineNetwork(OnlineSettings settings, PageStore store, Optional<Snapshot> start) {
        this.settings = settings;
        buffer = new ReplayBuffer(
                store, settings.buffer().newestTokens(), settings.buffer().reservoirTokens(), settings.seed());
        tuner = new FineTuner(settings);
        start.ifPresent(this::activate);
        begin = start.map(FineTuner::taughtTo).orElse(0L);
        number = start.map(snapshot -> SnapshotVersion.number(snapshot.version()))
                .orElse(0L);
    }

    /** Tells {@code listener} of every round from now on. */
    public void onRound(Consumer<Round> listener) {
        this.listener = listener;
    }

    /** Tells {@code progress} the tokens taught in the pass under way, about once a second. */
    public void onProgress(LongConsumer progress) {
        this.progress = progress;
    }

    /** The snapshot that documents are scored with; empty before the first. */
    public Optional<Snapshot> active() {
        return Optional.ofNullable(active);
    }

    /**
     * The network that documents are scored with: the active snapshot's, or what dynamic evaluation has made of it. Empty
     * before the first.
     */
    public Optional<Network> network() {
        return Optional.ofNullable(reader).map(NetworkReader::network);
    }

    /** What the network says of a document that it has not learned; empty before there is one. */
    public Optional<NetworkScore> score(DocumentTokens document) {
        if (reader == null) {
            return Optional.empty();
        }
        int[] encoded = reader.network().vocabulary().encode(document);
        return Optional.of(reader.score(List.of(encoded)).get(0));
    }

    /**
     * Learns a document: buffers it, adapts to it where settings say so, and runs a round if one is due.
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

    /** Puts what was learned into the store of the replay buffer. */
    public void writeBack() {
        buffer.writeBack();
    }

    /** Runs a round; true if another snapshot is active after it. */
    private boolean round() throws InterruptedException {
        TrainingBatch batch = buffer.batch(
                tuner.taughtTo(active()),
                settings.rounds().holdOutTokens(),
                settings.mostFreshTokens(active == null),
                settings.rounds().replay(),
                number);
        Optional<Snapshot> parent =
                active().map(snapshot -> kept.get(snapshot.manifest().parent()));
        Optional<Round> round = tuner.round(batch, active(), parent, number + 1, progress);
        if (round.isEmpty()) {
            // A document so long that nothing is left beside what is held out: it is due again with the next.
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
        if (adapting != null) {
            adapting.pass(List.of(active.network().vocabulary().encode(document)), tokens -> {});
            reader = adapting.network().reader();
        }
    }
}
