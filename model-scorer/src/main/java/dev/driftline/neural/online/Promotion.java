package dev.driftline.neural.online;

import java.util.Locale;

/**
 * Decides when a candidate replaces the incumbent, and when an active network is rolled back to its parent: if the
 * difference is large enough to matter and too large to be chance.
 *
 * @param margin bits a token that a candidate must save at least
 * @param rollbackMargin bits a token that an active network must cost more than its parent
 * @param standardErrors least distance of a difference from 0 in standard errors; 1.64 is one-sided 5 %
 * @param always whether every candidate is promoted, compared or not, and nothing is rolled back
 */
public record Promotion(double margin, double rollbackMargin, double standardErrors, boolean always) {

    /**
     * A decision with its reason.
     *
     * @param accepted whether to promote, or to roll back
     * @param reason why, in words
     */
    public record Verdict(boolean accepted, String reason) {}

    /** Promotes every candidate: for evaluations without held-out text. */
    public static final Promotion ALWAYS = new Promotion(0, 0, 0, true);

    /** @throws IllegalArgumentException if a value is out of its range */
    public Promotion {
        if (!(margin >= 0) || !(rollbackMargin >= 0) || !(standardErrors >= 0)) {
            throw new IllegalArgumentException("margins " + margin + " and " + rollbackMargin + " and " + standardErrors
                    + " standard errors must not be below 0");
        }
    }

    /** Decides whether the candidate of {@code comparison} becomes active. */
    public Verdict promote(PairedComparison comparison) {
        if (always) {
            return new Verdict(true, "every candidate is promoted");
        }
        return judge(
                comparison,
                comparison.incumbentBits(),
                comparison.candidateBits(),
                margin,
                "better than the incumbent");
    }

    /** Decides whether the active network, the candidate of {@code comparison}, is rolled back to its parent, the incumbent. */
    public Verdict rollBack(PairedComparison comparison) {
        if (always) {
            return new Verdict(false, "nothing is rolled back");
        }
        return judge(
                comparison,
                comparison.candidateBits(),
                comparison.incumbentBits(),
                rollbackMargin,
                "worse than its parent");
    }

    private static boolean isBroken(double bits) {
        return Double.isNaN(bits) || Double.isInfinite(bits);
    }

    private Verdict judge(PairedComparison comparison, double worse, double better, double least, String what) {
        if (!(comparison.tokens() > 0)) {
            return new Verdict(false, "nothing to compare on");
        }
        double difference = (worse - better) / comparison.tokens();
        double error = comparison.standardError();
        String measured = String.format(
                Locale.ROOT,
                "%.4f ± %.4f bits a token %s on %d documents, %d tokens",
                difference,
                error,
                what,
                comparison.documents(),
                Math.round(comparison.tokens()));
        if (isBroken(difference)) {
            return new Verdict(
                    isBroken(worse) && !isBroken(better), "a network gives NaN or infinite bits: " + measured);
        }
        if (!(difference > least)) {
            return new Verdict(false, measured + String.format(Locale.ROOT, ": less than the margin of %.4f", least));
        }
        if (!(difference > standardErrors * error)) {
            return new Verdict(
                    false, measured + String.format(Locale.ROOT, ": less than %.2f standard errors", standardErrors));
        }
        return new Verdict(true, measured);
    }
}
