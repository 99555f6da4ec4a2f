package dev.driftline.evaluation;

import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.events.KnownRows;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.online.OnlineNetwork;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.training.DynamicEvaluation;
import dev.driftline.neural.training.GradientStatistics;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Vocabulary;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The network of an {@link Evaluation}: one that goes on learning, as in the topology, or a snapshot as it is. Either may
 * follow each document while it scores it (dynamic evaluation), and goes back to its weights after it. Not thread-safe.
 */
public final class EvaluatedNetwork {

    /** The newest text, whose gradients say how much each weight matters. */
    private static final int STATISTICS_TOKENS = 20_000;

    /** A network with what reads it, and what follows documents with it once there is text to follow. */
    private static final class InUse {

        private final Network network;
        private final NetworkReader reader;
        private @Nullable DynamicEvaluation following;

        private InUse(Network network) {
            this.network = network;
            reader = network.reader();
        }
    }

    private final Optional<OnlineNetwork> online;
    private final Optional<TrainingSettings> dynamic;
    private final Deque<DocumentTokens> newest = new ArrayDeque<>();
    private final List<NetworkRound> rounds = new ArrayList<>();

    private Optional<InUse> inUse;
    private KnownRows known = new KnownRows(Vocabulary.growing());
    private long newestTokens;
    private long scoringNanos;
    private long learningNanos;

    private EvaluatedNetwork(
            Optional<OnlineNetwork> online, Optional<Network> start, Optional<TrainingSettings> dynamic) {
        this.online = online;
        this.dynamic = dynamic;
        inUse = start.map(InUse::new);
    }

    /**
     * A network that learns every document after it is scored.
     *
     * @param dynamic how it follows a document while it scores it; empty for not at all
     * @param listener is told of every round
     */
    public static EvaluatedNetwork online(
            OnlineNetwork network, Optional<TrainingSettings> dynamic, Consumer<Round> listener) {
        EvaluatedNetwork evaluated = new EvaluatedNetwork(Optional.of(network), network.network(), dynamic);
        network.onRound(round -> {
            evaluated.rounds.add(NetworkRound.of(round));
            listener.accept(round);
        });
        return evaluated;
    }

    /** A snapshot that stays as it is. */
    public static EvaluatedNetwork frozen(Snapshot snapshot, Optional<TrainingSettings> dynamic) {
        return new EvaluatedNetwork(Optional.empty(), Optional.of(snapshot.network()), dynamic);
    }

    /** Tells which words the n-gram model beside it has; before the first document. */
    void beside(Vocabulary vocabulary) {
        known = new KnownRows(vocabulary);
    }

    /**
     * What the network says of a document that it has not learned; empty before there is one.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    Optional<NeuralExpert> score(DocumentTokens document) throws InterruptedException {
        if (inUse.isEmpty()) {
            return Optional.empty();
        }
        long start = System.nanoTime();
        InUse used = inUse.get();
        Network network = used.network;
        follow(used);
        // Words that the n-gram model has not learned: where it is the same text, there are none.
        BitSet foreign = known.foreign(network);
        int[] encoded = network.vocabulary().encode(document);
        NetworkScore score = used.following != null
                ? used.following.score(encoded)
                : used.reader.score(List.of(encoded), false, null, foreign).get(0);
        scoringNanos += System.nanoTime() - start;
        return Optional.of(new NeuralExpert(network, score, foreign));
    }

    /**
     * Learns a document, where this network learns.
     *
     * @throws InterruptedException if the thread is interrupted in a round, which is then as if it had not begun
     */
    void learn(DocumentTokens document) throws InterruptedException {
        known.learnAll(document);
        if (dynamic.isPresent()) {
            newest.addLast(document);
            newestTokens += document.tokens().length;
            while (newestTokens - newest.getFirst().tokens().length >= STATISTICS_TOKENS) {
                newestTokens -= newest.removeFirst().tokens().length;
            }
        }
        if (online.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        try {
            online.get().learn(document);
            Optional<Network> now = online.get().network();
            if (!now.equals(inUse.map(used -> used.network))) {
                inUse = now.map(InUse::new);
            }
        } finally {
            learningNanos += System.nanoTime() - start;
        }
    }

    /** Only a network that has learned something has gradients worth following. */
    private void follow(InUse used) throws InterruptedException {
        if (dynamic.isPresent() && used.following == null && !newest.isEmpty()) {
            TrainingSettings settings = dynamic.get();
            List<int[]> encoded = newest.stream()
                    .map(document -> used.network.vocabulary().encode(document))
                    .toList();
            GradientStatistics statistics = settings.optimizer() == Optimizer.RMS_DECAY
                    ? DynamicEvaluation.gather(used.network, encoded, settings.steps())
                    : null;
            used.following = new DynamicEvaluation(used.network, settings, statistics, false);
        }
    }

    /** The name of the model; empty before there is a network. */
    public Optional<String> model() {
        return inUse.map(used -> used.network.model());
    }

    /** All rounds so far. */
    public List<NetworkRound> rounds() {
        return List.copyOf(rounds);
    }

    /** Seconds spent on scoring. */
    public double scoringSeconds() {
        return scoringNanos / 1e9;
    }

    /** Seconds spent on learning. */
    public double learningSeconds() {
        return learningNanos / 1e9;
    }
}
