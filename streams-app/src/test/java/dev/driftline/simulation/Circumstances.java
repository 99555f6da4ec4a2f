package dev.driftline.simulation;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.scoring.NeuralPolicy;
import dev.driftline.network.trainer.TrainerSettings;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.Cell;
import dev.driftline.neural.online.OnlineSettings;
import dev.driftline.neural.online.Promotion;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.training.Optimizer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.ngram.Forgetting;
import dev.driftline.topics.Layout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Under which a history happens.
 *
 * @param name for messages
 * @param layout of the topics
 * @param settings of the service
 * @param exactlyOnce whether there are transactions
 * @param keepsState whether committed state on disk outlives a crash, or is wiped
 * @param ngrams bound of a shard, below what a service may be given; 0 for none
 */
record Circumstances(
        String name, Layout layout, Map<String, String> settings, boolean exactlyOnce, boolean keepsState, int ngrams) {

    /** So few that a history forgets most of what it has learned, and words with it. */
    private static final int FEW_NGRAMS = 25;

    private static final String NETWORK = "neural.model";
    private static final String HALF_LIFE = "10000";

    private static final Map<String, String> COMMON = Map.of(
            NETWORK,
            "none",
            "model.order",
            "3",
            "predictions.k",
            "2",
            "drift.detectors",
            "adwin",
            "drift.unit.tokens",
            "5",
            "sources.idle.ms",
            Long.toString(100L * 365 * 24 * 3_600_000));

    /** A tiny network that has a round every few documents, and keeps so few snapshots that old ones are taken off the topic. */
    private static final TrainerSettings TRAINER = new TrainerSettings(
            new OnlineSettings(
                    Architecture.recurrent(Cell.GRU, 4, 0, List.of()),
                    new TrainingSettings(Optimizer.ADAM, 0.01, 1, 0, 2, 4, 1),
                    new OnlineSettings.Vocabulary(new VocabularyTurnover(12, 1, 2), Optional.empty()),
                    new OnlineSettings.Bootstrap(4, 1),
                    new OnlineSettings.Rounds(6, 1, 0.5, 2),
                    new OnlineSettings.Buffer(40, 40),
                    // Nothing is rolled back, so versions rise.
                    Promotion.ALWAYS,
                    1_000,
                    Optional.empty(),
                    1,
                    "words"),
            0,
            2);

    /** Every layout, with each guarantee, and with state that is kept and that is wiped; then some with a network. */
    static final List<Circumstances> ALL;

    private static final List<Circumstances> WITHOUT_NETWORK = Stream.of(
                    new Parts(Layout.ONE_TASK, 1, 1, true),
                    new Parts(Layout.ONE_SHARD, 1, 3, false),
                    new Parts(Layout.SHARDS, 1, 2, false),
                    new Parts(Layout.SHARDS, 2, 2, true),
                    new Parts(Layout.SHARDS, 4, 1, false))
            .flatMap(parts -> Stream.of(of(parts, true, true), of(parts, true, false), of(parts, false, true)))
            .toList();

    /** With a network that is trained on the way, for which documents wait or do not. */
    static final List<Circumstances> WITH_NETWORK = List.of(
            of(new Parts(Layout.ONE_TASK, 1, 1, true), true, true).withNetwork(NeuralPolicy.WAIT),
            of(new Parts(Layout.ONE_SHARD, 1, 3, false), true, false).withNetwork(NeuralPolicy.NGRAM_ONLY),
            of(new Parts(Layout.SHARDS, 2, 2, true), true, true).withNetwork(NeuralPolicy.WAIT),
            of(new Parts(Layout.SHARDS, 2, 1, false), false, true).withNetwork(NeuralPolicy.NGRAM_ONLY));

    /** With counts that fade, so that nothing can be counted: scores are those of a serial replay that forgets as much. */
    private static final List<Circumstances> FORGETTING = Stream.of(
                    new Parts(Layout.ONE_TASK, 1, 1, false), new Parts(Layout.SHARDS, 2, 2, false))
            .map(parts -> of(parts, true, true).forgetting())
            .toList();

    /** With a bound that is reached soon: shards tell each other of words that are gone. */
    private static final List<Circumstances> BOUNDED = List.of(
            of(new Parts(Layout.ONE_TASK, 1, 1, false), true, false).bounded(),
            of(new Parts(Layout.SHARDS, 2, 2, false), true, false).bounded(),
            of(new Parts(Layout.SHARDS, 4, 1, false), true, true).bounded(),
            of(new Parts(Layout.SHARDS, 2, 1, false), false, true).bounded());

    static {
        ALL = Stream.of(WITHOUT_NETWORK, WITH_NETWORK, FORGETTING, BOUNDED)
                .flatMap(List::stream)
                .toList();
    }

    /** @param filters whether documents are filtered */
    private record Parts(Layout layout, int shards, int partitions, boolean filters) {}

    private static Circumstances of(Parts parts, boolean exactlyOnce, boolean keepsState) {
        Map<String, String> settings = new HashMap<>(COMMON);
        settings.put("filter.rules", parts.filters() ? "default" : "none");
        settings.put("shards", Integer.toString(parts.shards()));
        settings.put("partitions", Integer.toString(parts.partitions()));
        return new Circumstances(
                parts.layout() + ", " + parts.shards() + " shards, " + parts.partitions() + " partitions, "
                        + (exactlyOnce ? "exactly once, state " + (keepsState ? "kept" : "wiped") : "at least once"),
                parts.layout(),
                settings,
                exactlyOnce,
                keepsState,
                0);
    }

    private Circumstances withNetwork(NeuralPolicy policy) {
        Map<String, String> more = new HashMap<>(settings);
        more.put(NETWORK, "gru");
        more.put("neural.scoring.policy", policy.label());
        more.put("neural.scoring.patience.ms", "300");
        return new Circumstances(name + ", network, " + policy.label(), layout, more, exactlyOnce, keepsState, ngrams);
    }

    private Circumstances bounded() {
        return new Circumstances(
                name + ", " + FEW_NGRAMS + " n-grams", layout, settings, exactlyOnce, keepsState, FEW_NGRAMS);
    }

    private Circumstances forgetting() {
        Map<String, String> more = new HashMap<>(settings);
        more.put("model.half.life.tokens", HALF_LIFE);
        return new Circumstances(name + ", forgetting", layout, more, exactlyOnce, keepsState, ngrams);
    }

    boolean hasNetwork() {
        return !settings.get(NETWORK).equals("none");
    }

    Blueprint blueprint() {
        return new Blueprint(
                DriftlineConfig.of(settings),
                layout,
                hasNetwork() ? Optional.of(TRAINER) : Optional.empty(),
                ngrams == 0 ? Optional.empty() : Optional.of(new Forgetting(0, ngrams, 0)));
    }

    @Override
    public String toString() {
        return name;
    }
}
