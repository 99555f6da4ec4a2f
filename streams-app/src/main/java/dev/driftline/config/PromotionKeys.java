package dev.driftline.config;

/** What a snapshot must show to become active, and to stay so. */
public final class PromotionKeys {

    static final KeyGroup GROUP = new KeyGroup("Promotion of snapshots");

    public static final ConfigKey<Long> HOLD_OUT_TOKENS = GROUP.wholeLong(
            "neural.promotion.hold.out.tokens",
            "2000",
            1,
            1_000_000_000,
            "The newest documents of so many tokens are not taught in a round: candidate and incumbent are compared on them. "
                    + "Of one long document it is the end. A candidate is taught them once it is promoted, else in the next round.");

    public static final ConfigKey<Double> MARGIN = GROUP.real(
            "neural.promotion.margin",
            "0.002",
            0,
            100,
            "Bits a token that a candidate must save there to become active.");

    public static final ConfigKey<Double> ROLLBACK_MARGIN = GROUP.real(
            "neural.promotion.rollback.margin",
            "0.05",
            0,
            100,
            "Bits a token by which the active snapshot must be worse than its parent, on live documents before either is "
                    + "taught them, to be rolled back.");

    public static final ConfigKey<Double> STANDARD_ERRORS = GROUP.real(
            "neural.promotion.standard.errors",
            "1.0",
            0,
            100,
            "How many standard errors a difference must be away from 0 to count, for promotions and rollbacks. 1 lets one in "
                    + "six pass that is only chance, 1.64 one in twenty.");

    private PromotionKeys() {}
}
