package dev.driftline.config;

import dev.driftline.neural.training.Optimizer;
import java.util.Arrays;

/** When the network is fine-tuned, and on what. */
public final class TrainingKeys {

    static final KeyGroup GROUP = new KeyGroup("Training of the neural model");

    public static final ConfigKey<Long> BOOTSTRAP_TOKENS = GROUP.wholeLong(
            "neural.train.bootstrap.tokens",
            "20000",
            1,
            1_000_000_000,
            "Tokens that must have gone by before the first snapshot is made from them.");

    public static final ConfigKey<Integer> BOOTSTRAP_PASSES =
            GROUP.whole("neural.train.bootstrap.passes", "4", 1, 1000, "Passes over the text of the first snapshot.");

    public static final ConfigKey<Long> TOKENS = GROUP.wholeLong(
            "neural.train.tokens",
            "10000",
            1,
            1_000_000_000,
            "A round of fine-tuning is due when so many tokens have gone by since the one before. While a round is under way "
                    + "text waits for the next, which then has more of it.");

    public static final ConfigKey<Integer> SECONDS = GROUP.whole(
            "neural.train.seconds",
            "300",
            0,
            604_800,
            "A round is due after so many seconds, too, if twice neural.promotion.hold.out.tokens have gone by; 0 waits for "
                    + "neural.train.tokens whatever the time.");

    public static final ConfigKey<Integer> PASSES = GROUP.whole(
            "neural.train.passes",
            "2",
            1,
            1000,
            "Passes of a round over its new text and the older text drawn beside it.");

    public static final ConfigKey<Double> REPLAY = GROUP.real(
            "neural.train.replay",
            "1.0",
            0,
            100,
            "Tokens of older text in a pass as a multiple of the new ones, so that what is new does not drive out what is "
                    + "old.");

    public static final ConfigKey<Long> NEWEST_TOKENS = GROUP.wholeLong(
            "neural.train.newest.tokens",
            "200000",
            1,
            1_000_000_000,
            "Tokens of the newest documents in the replay buffer. Text that comes faster than it can be taught leaves them "
                    + "untaught, and may still be drawn as older text.");

    public static final ConfigKey<Long> RESERVOIR_TOKENS = GROUP.wholeLong(
            "neural.train.reservoir.tokens",
            "500000",
            0,
            1_000_000_000,
            "Tokens of older documents in the replay buffer: a uniform sample of all that were ever learned. About 5 bytes a "
                    + "token in RocksDB and the changelog.");

    public static final ConfigKey<String> OPTIMIZER = GROUP.oneOf(
            "neural.train.optimizer",
            "adam",
            "How a gradient changes the network. rms-decay: the rule of dynamic evaluation, which pulls back to the snapshot "
                    + "that the round began from.",
            Arrays.stream(Optimizer.values()).map(Optimizer::label).toList());

    public static final ConfigKey<Double> LEARNING_RATE =
            GROUP.real("neural.train.learning.rate", "0.003", 1e-9, 1000, "How large the optimizer's steps are.");

    public static final ConfigKey<Double> CLIP = GROUP.real(
            "neural.train.clip",
            "1.0",
            0,
            1e9,
            "The largest norm of all gradients of a step together; larger ones are scaled down. 0 for none.");

    public static final ConfigKey<Double> DECAY = GROUP.real(
            "neural.train.decay",
            "0.001",
            0,
            1,
            "How strongly rms-decay pulls back; of no effect on other optimizers.");

    public static final ConfigKey<Integer> STREAMS = GROUP.whole(
            "neural.train.streams",
            "8",
            1,
            1024,
            "Streams of text that are taught side by side. More of them are faster, and make fewer steps of the same text.");

    public static final ConfigKey<Integer> STEPS =
            GROUP.whole("neural.train.steps", "35", 1, 1024, "Tokens that back-propagation goes back.");

    public static final ConfigKey<Integer> AVERAGING = GROUP.whole(
            "neural.train.averaging",
            "100",
            0,
            1_000_000,
            "Steps over which the weights of a snapshot are averaged: about the last so many, and never more than a tenth of "
                    + "all steps so far. 0 for the weights of the last step.");

    public static final ConfigKey<Long> SEED = GROUP.wholeLong(
            "neural.train.seed",
            "1",
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            "What everything random in training depends on: the same text and seed make the same snapshots.");

    private TrainingKeys() {}
}
