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

/**
 * The network of an {@link Evaluation}: one that goes on learning, as in the topology, or a snapshot as it is. Either may
 * follow each document while it scores it (dynamic evaluation), and goes back to its weights after it. Not thread-safe.
 */
public final class EvaluatedNetwork {

    /** The newest text, whose gradients say how much each weight matters. */
    private static final int STATISTICS_TOKENS = 20_000;

    private final OnlineNetwork onlineOrNull;
    private final Optional<TrainingSettings> dynamic;
    private final Deque<DocumentTokens> newest = new ArrayDeque<>();
    private final List<NetworkRound> rounds = new ArrayList<>();

    private Network network;
    private NetworkReader reader;
    private DynamicEvaluation following;
    private KnownRows known = new KnownRows(Vocabulary.growing());
    private long newestTokens;
    private long scoringNanos;
    private long learningNanos;

    private EvaluatedNetwork(OnlineNetwork onlineOrNull, Network start, Optional<TrainingSettings> dynamic) {
        this.onlineOrNull = onlineOrNull;
        this.dynamic = dynamic;
        if (start != null) {
            use(start);
        }
    }

    /**
     * A network that learns every document after it is scored.
     *
     * @param dynamic how it follows a document while it scores it; empty for not at all
     * @param listener is told of every round
     */
    public static EvaluatedNetwork online(
            OnlineNetwork network, Optional<TrainingSettings> dynamic, Consumer<Round> listener) {
        EvaluatedNetwork evaluated =
                new EvaluatedNetwork(network, network.network().orElse(null), dynamic);
        network.onRound(round -> {
            evaluated.rounds.add(NetworkRound.of(round));
            listener.accept(round);
        });
        return evaluated;
    }

    /** A snapshot that stays as it is. */
    public static EvaluatedNetwork frozen(Snapshot snapshot, Optional<TrainingSettings> dynamic) {
        return new EvaluatedNetwork(null, snapshot.network(), dynamic);
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
        if (network == null) {
            return Optional.empty();
        }
        long start = System.nanoTime();
        follow();
        // Words that the n-gram model has not learned: where it is the same text, there are none.
        BitSet foreign = known.foreign(network);
        int[] encoded = network.vocabulary().encode(document);
        NetworkScore score = following != null
                ? following.score(encoded)
                : reader.score(List.of(encoded), false, null, foreign).get(0);
        scoringNanos += System.nanoTime() - start;
        return Optional.of(new NeuralExpert(network, score, foreign));
    }

    /**
     * Learns a document, where this network learns.
     *
     * @throws InterruptedException if the thread is interrupted in a round, which is then as if it had not begun
     */
    void learn(DocumentTokens document) throws InterruptedException {
        known.learn(document, null);
        if (dynamic.isPresent()) {
            newest.addLast(document);
            newestTokens += document.tokens().length;
            while (newestTokens - newest.getFirst().tokens().length >= STATISTICS_TOKENS) {
                newestTokens -= newest.removeFirst().tokens().length;
            }
        }
        if (onlineOrNull == null) {
            return;
        }
        long start = System.nanoTime();
        try {
            onlineOrNull.learn(document);
            Network now = onlineOrNull.network().orElse(null);
            if (now != network) {
                use(now);
            }
        } finally {
            learningNanos += System.nanoTime() - start;
        }
    }

    private void use(Network now) {
        network = now;
        reader = now.reader();
        following = null;
    }

    /** Only a network that has learned something has gradients worth following. */
    private void follow() throws InterruptedException {
        if (dynamic.isPresent() && following == null && !newest.isEmpty()) {
            TrainingSettings settings = dynamic.get();
            List<int[]> encoded =
                    newest.stream().map(network.vocabulary()::encode).toList();
            GradientStatistics statistics = settings.optimizer() == Optimizer.RMS_DECAY
                    ? DynamicEvaluation.gather(network, encoded, settings.steps())
                    : null;
            following = new DynamicEvaluation(network, settings, statistics, false);
        }
    }

    /** The name of the model; empty before there is a network. */
    public Optional<String> model() {
        return Optional.ofNullable(network).map(Network::model);
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
