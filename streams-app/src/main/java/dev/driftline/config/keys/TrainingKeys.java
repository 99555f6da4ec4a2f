package dev.driftline.config.keys;

import dev.driftline.neural.training.Optimizer;
import java.util.Arrays;

/** When the network is fine-tuned, on what text, and how. */
public final class TrainingKeys {

    static final KeyGroup GROUP = new KeyGroup("Training of the neural model");

    public static final ConfigKey<Long> BOOTSTRAP_TOKENS = GROUP.wholeLong(
            "neural.train.bootstrap.tokens",
            "20000",
            1,
            1_000_000_000,
            "Tokens to collect before the first snapshot is trained on them.");

    public static final ConfigKey<Integer> BOOTSTRAP_PASSES = GROUP.whole(
            "neural.train.bootstrap.passes", "4", 1, 1000, "Passes over the text when the first snapshot is trained.");

    public static final ConfigKey<Long> TOKENS = GROUP.wholeLong(
            "neural.train.tokens",
            "10000",
            1,
            1_000_000_000,
            "Start a fine-tuning round after this many tokens since the previous one. Text that arrives during a "
                    + "round waits for the next round, which then has more of it.");

    public static final ConfigKey<Integer> SECONDS = GROUP.whole(
            "neural.train.seconds",
            "300",
            0,
            604_800,
            "Start a round after this many seconds, too, if at least twice neural.promotion.hold.out.tokens have "
                    + "arrived since the previous one. 0: start rounds by neural.train.tokens alone.");

    public static final ConfigKey<Integer> PASSES = GROUP.whole(
            "neural.train.passes",
            "2",
            1,
            1000,
            "Passes of a round over its new text and the older text drawn with it.");

    public static final ConfigKey<Double> REPLAY = GROUP.real(
            "neural.train.replay",
            "1.0",
            0,
            100,
            "Tokens of older text in each pass, as a multiple of the new tokens. Older text keeps the network "
                    + "from losing what it learned before.");

    public static final ConfigKey<Long> NEWEST_TOKENS = GROUP.wholeLong(
            "neural.train.newest.tokens",
            "200000",
            1,
            1_000_000_000,
            "Capacity of the replay buffer for the newest documents, in tokens. If text arrives faster than the "
                    + "network can be trained on it, documents leave this part untrained; they may still be drawn as older "
                    + "text.");

    public static final ConfigKey<Long> RESERVOIR_TOKENS = GROUP.wholeLong(
            "neural.train.reservoir.tokens",
            "500000",
            0,
            1_000_000_000,
            "Capacity of the replay buffer for older documents, in tokens: a uniform sample of all documents ever "
                    + "learned. About 5 bytes per token in RocksDB and the changelog.");

    public static final ConfigKey<String> OPTIMIZER = GROUP.oneOf(
            "neural.train.optimizer",
            "adam",
            "How a gradient changes the network. rms-decay is the rule of dynamic evaluation, which pulls the "
                    + "weights back towards the snapshot that the round started from.",
            Arrays.stream(Optimizer.values()).map(Optimizer::label).toList());

    public static final ConfigKey<Double> LEARNING_RATE =
            GROUP.real("neural.train.learning.rate", "0.003", 1e-9, 1000, "Step size of the optimizer.");

    public static final ConfigKey<Double> CLIP = GROUP.real(
            "neural.train.clip",
            "1.0",
            0,
            1e9,
            "Maximum norm of a step's whole gradient; a larger gradient is scaled down to it. 0: no limit.");

    public static final ConfigKey<Double> DECAY = GROUP.real(
            "neural.train.decay",
            "0.001",
            0,
            1,
            "Strength with which rms-decay pulls the weights back. No effect on other optimizers.");

    public static final ConfigKey<Integer> STREAMS = GROUP.whole(
            "neural.train.streams",
            "8",
            1,
            1024,
            "Streams of text that are trained on in parallel. More streams are faster but make fewer steps of the "
                    + "same text.");

    public static final ConfigKey<Integer> STEPS = GROUP.whole(
            "neural.train.steps", "35", 1, 1024, "Number of tokens that back-propagation through time goes back.");

    public static final ConfigKey<Integer> AVERAGING = GROUP.whole(
            "neural.train.averaging",
            "100",
            0,
            1_000_000,
            "Number of last steps over which the weights of a snapshot are averaged, approximately; never more "
                    + "than a tenth of all steps so far. 0: use the weights of the last step.");

    public static final ConfigKey<Long> SEED = GROUP.wholeLong(
            "neural.train.seed",
            "1",
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            "Seed of all randomness in training. The same text and seed give the same snapshots.");

    private TrainingKeys() {}
}
