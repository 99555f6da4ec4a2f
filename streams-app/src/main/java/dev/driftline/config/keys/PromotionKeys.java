package dev.driftline.config.keys;

/** When a snapshot becomes active, and when it is rolled back. */
public final class PromotionKeys {

    static final KeyGroup GROUP = new KeyGroup("Promotion of snapshots");

    public static final ConfigKey<Long> HOLD_OUT_TOKENS = GROUP.wholeLong(
            "neural.promotion.hold.out.tokens",
            "2000",
            1,
            1_000_000_000,
            "Tokens to hold out of each round, taken from its newest documents; from a single long document, its "
                    + "end. Candidate and incumbent are compared on them. A candidate is trained on them after its "
                    + "promotion, otherwise in the next round.");

    public static final ConfigKey<Double> MARGIN = GROUP.real(
            "neural.promotion.margin",
            "0.002",
            0,
            100,
            "Bits per token that a candidate must save on the held-out text to become active.");

    public static final ConfigKey<Double> ROLLBACK_MARGIN = GROUP.real(
            "neural.promotion.rollback.margin",
            "0.05",
            0,
            100,
            "Roll back if the active snapshot is worse than its parent by this many bits per token, on live "
                    + "documents before either is trained on them.");

    public static final ConfigKey<Double> STANDARD_ERRORS = GROUP.real(
            "neural.promotion.standard.errors",
            "1.0",
            0,
            100,
            "Number of standard errors by which a difference must exceed 0 to count, for promotions and "
                    + "rollbacks. By chance alone, 1 is exceeded one time in six and 1.64 one time in twenty.");

    private PromotionKeys() {}
}
