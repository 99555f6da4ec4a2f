package dev.driftline.scoring;

import dev.driftline.scoring.messages.UnigramTotals;
import dev.driftline.smoothing.Discounts;
import dev.driftline.smoothing.Smoothing;

/** The distribution of a word alone, over the whole vocabulary, from totals summed over the shards. */
public final class BaseDistribution {

    private final ModelSettings settings;
    private final boolean growing;
    private final double vocabulary;
    private final double rawTotal;
    private final long tokens;
    private final long shared;
    private final double continuationTotal;
    private final double rawTypes;
    private final double unknownCount;
    private final Discounts rawDiscounts;
    private final Discounts continuationDiscounts;
    private final double rawMass;
    private final double continuationMass;

    /** @param sums the totals of all shards, summed */
    BaseDistribution(ModelSettings settings, UnigramTotals sums) {
        this.settings = settings;
        growing = settings.vocabulary() instanceof Vocabulary.Growing;
        long types = sums.types();
        long unknown = settings.vocabulary() instanceof Vocabulary.Growing g && g.countUnknown() ? types : 0;
        vocabulary = settings.vocabulary() instanceof Vocabulary.Fixed fixed
                ? fixed.words().size() + 2.0
                : types + 2.0;
        unknownCount = unknown;
        tokens = sums.rawTotal();
        shared = settings.vocabulary() instanceof Vocabulary.Fixed fixed
                ? settings.background().map(fixed::sharedWith).orElse(0L)
                : sums.shared();
        rawTotal = sums.rawTotal() + unknown;
        continuationTotal = sums.continuationTotal() + unknown;
        long[] raw = new long[5];
        long[] continuation = new long[5];
        for (int j = 1; j <= 4; j++) {
            raw[j] = sums.rawCountOfCounts(j);
            continuation[j] = sums.continuationCountOfCounts(j);
        }
        long rawSeen = sums.rawTypes();
        long continuationSeen = sums.continuationTypes();
        if (unknown > 0) {
            rawSeen++;
            continuationSeen++;
            if (unknown <= 4) {
                raw[(int) unknown]++;
                continuation[(int) unknown]++;
            }
        }
        rawTypes = rawSeen;
        rawDiscounts = Discounts.of(raw[1], raw[2], raw[3], raw[4]);
        continuationDiscounts = Discounts.of(continuation[1], continuation[2], continuation[3], continuation[4]);
        rawMass = rawDiscounts.mass(raw[1], raw[2], rawSeen - raw[1] - raw[2]);
        continuationMass = continuationDiscounts.mass(
                continuation[1], continuation[2], continuationSeen - continuation[1] - continuation[2]);
    }

    /** That of a whole model. */
    public static BaseDistribution of(LocalModel model) {
        UnigramTotals totals = new UnigramTotals(model.settings().background().isPresent());
        for (int shard = 0; shard < model.shardCount(); shard++) {
            // Loads them.
            model.shard(shard).counts();
            totals.add(model.shard(shard).totals());
        }
        return new BaseDistribution(model.settings(), totals);
    }

    /** The known types, {@code </s>} and {@code <unk>} not among them. */
    public long types() {
        return (long) vocabulary - 2;
    }

    /** How many of the known types the background has; 0 without one. */
    long shared() {
        return shared;
    }

    /** Tokens that were learned. */
    long tokens() {
        return tokens;
    }

    /** Whether a word without a raw count is {@code <unk>}. */
    public boolean growing() {
        return growing;
    }

    /** Whether nothing has been learned yet. */
    public boolean isEmpty() {
        return rawTotal == 0;
    }

    /** b({@code <unk>}) under a growing vocabulary, where 1 is the top order. */
    public double unknownTop() {
        return top((long) unknownCount);
    }

    /** b({@code <unk>}) under a growing vocabulary, below the top order. */
    public double unknownBelow() {
        return below((long) unknownCount, (long) unknownCount);
    }

    /** b of the rarest known word where 1 is the top order: seen once, or, of a fixed vocabulary, never. */
    double rarestTop() {
        return top(growing ? 1 : 0);
    }

    double rarestBelow() {
        return growing ? below(1, 1) : below(0, 0);
    }

    /** b(w) where 1 is the top order. */
    public double top(long raw) {
        double uniform = 1 / vocabulary;
        if (rawTotal == 0) {
            return uniform;
        }
        return switch (settings.smoothing()) {
            case KNESER_NEY -> (raw - rawDiscounts.of(raw) + rawMass * uniform) / rawTotal;
            case WITTEN_BELL -> (raw + rawTypes * uniform) / (rawTotal + rawTypes);
            case ABSOLUTE_DISCOUNTING ->
                (Math.max(0, raw - rawDiscounts.absolute()) + rawDiscounts.absolute() * rawTypes * uniform) / rawTotal;
            case ADD_DELTA -> (raw + settings.delta()) / (rawTotal + settings.delta() * vocabulary);
            case MAXIMUM_LIKELIHOOD, BACKOFF, STUPID_BACKOFF -> raw / rawTotal;
        };
    }

    /** b(w) below the top order. */
    public double below(long raw, long continuation) {
        if (settings.smoothing().baseDistribution() == Smoothing.Base.UNIFORM) {
            return 1 / vocabulary;
        }
        if (settings.smoothing() != Smoothing.KNESER_NEY) {
            return top(raw);
        }
        if (continuationTotal == 0) {
            return 1 / vocabulary;
        }
        return (continuation - continuationDiscounts.of(continuation) + continuationMass / vocabulary)
                / continuationTotal;
    }

    /**
     * b(w) below the top order of a known word, from its share of all continuation counts alone: a distribution over the
     * same events, for where the word's own counts are not at hand.
     */
    double estimated(double share) {
        double total = settings.order() == 1 ? rawTotal : continuationTotal;
        if (settings.smoothing().baseDistribution() == Smoothing.Base.UNIFORM || total == 0) {
            return 1 / vocabulary;
        }
        double discounted = (settings.order() == 1 ? rawMass : continuationMass) / total;
        double known = 1 - unknownCount / total;
        return (1 - discounted) * known * share + discounted / vocabulary;
    }
}
