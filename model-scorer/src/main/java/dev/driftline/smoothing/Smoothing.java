package dev.driftline.smoothing;

import java.util.Arrays;
import java.util.Locale;

/**
 * How a probability is made from counts. Every smoothing here is linear in what it falls back to, so that
 * p(w | h) = α + γ · b(w), with α and γ from the contexts of one shard and b the base distribution of the word alone.
 *
 * <p>Notation: c(hw) the raw count, a(hw) the continuation count, T(h) the sum of either over the followers of h,
 * N1+(h) the number of distinct followers, h′ the context without its leftmost word.
 */
public enum Smoothing {

    /**
     * Interpolated modified Kneser–Ney (Chen and Goodman 1998): raw counts at the top order, continuation counts below,
     * p = max(a − D(a), 0) / T + γ · p(w | h′), γ = (D1·N1 + D2·N2 + D3·N3+) / T. An unseen context passes p(w | h′) on.
     * Where every n-gram that goes further back than a context was forgotten, its raw counts stand in for the continuation
     * counts that it does not have any more.
     */
    KNESER_NEY {
        @Override
        void coefficients(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma) {
            double a = 0;
            double g = 1;
            int matched = counts.matched();
            for (int length = 1; length <= matched; length++) {
                Discounts raw = estimates.raw(length + 1);
                double total = counts.rawTotal(length);
                double left = counts.rawMass(length, raw) / total;
                long count = counts.raw(length);
                double top = count == 0 ? 0 : (count - raw.of(count)) / total;
                alpha[length] = (float) (top + left * a);
                gamma[length] = (float) (left * g);
                if (length < matched && counts.continuationTotal(length) == 0) {
                    a = alpha[length];
                    g = gamma[length];
                } else if (length < matched) {
                    Discounts continuation = estimates.continuation(length + 1);
                    total = counts.continuationTotal(length);
                    left = counts.continuationMass(length, continuation) / total;
                    count = counts.continuation(length);
                    top = count == 0 ? 0 : (count - continuation.of(count)) / total;
                    a = top + left * a;
                    g = left * g;
                }
            }
            lastContinuation(counts, estimates, alpha, gamma, a, g);
        }

        /** The model of the next order up finds no context and passes on what the continuation counts say here. */
        private void lastContinuation(
                PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma, double a, double g) {
            int matched = counts.matched();
            int order = estimates.order();
            if (matched + 1 >= order) {
                return;
            }
            double passedAlpha = a;
            double passedGamma = g;
            if (matched > 0 && counts.continuationTotal(matched) == 0) {
                passedAlpha = alpha[matched];
                passedGamma = gamma[matched];
            } else if (matched > 0) {
                Discounts continuation = estimates.continuation(matched + 1);
                double total = counts.continuationTotal(matched);
                double left = counts.continuationMass(matched, continuation) / total;
                long count = counts.continuation(matched);
                passedAlpha = (count == 0 ? 0 : (count - continuation.of(count)) / total) + left * a;
                passedGamma = left * g;
            }
            alpha[matched + 1] = (float) passedAlpha;
            gamma[matched + 1] = (float) passedGamma;
        }
    },

    /** p = c / T; in a context never seen, and for the word alone where nothing has been seen, uniform over the vocabulary. */
    MAXIMUM_LIKELIHOOD {
        @Override
        void coefficients(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma) {
            relativeFrequencies(counts, alpha, gamma);
            pass(counts, estimates, alpha, gamma, 0, 1);
        }

        @Override
        Base base() {
            return Base.UNIFORM;
        }
    },

    /** p = (c + δ) / (T + δ·V). */
    ADD_DELTA {
        @Override
        void coefficients(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma) {
            double mass = estimates.delta() * estimates.vocabulary();
            for (int length = 1; length <= counts.matched(); length++) {
                double total = counts.rawTotal(length) + mass;
                alpha[length] = (float) (counts.raw(length) / total);
                gamma[length] = (float) ((mass + counts.forgottenRaw(length)) / total);
            }
            pass(counts, estimates, alpha, gamma, 0, 1);
        }

        @Override
        Base base() {
            return Base.UNIFORM;
        }
    },

    /** p = c / T in the longest context that has been seen, however short. */
    BACKOFF {
        @Override
        void coefficients(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma) {
            relativeFrequencies(counts, alpha, gamma);
            if (counts.matched() == 0) {
                pass(counts, estimates, alpha, gamma, 0, 1);
            } else {
                pass(counts, estimates, alpha, gamma, alpha[counts.matched()], gamma[counts.matched()]);
            }
        }

        @Override
        Base base() {
            return Base.RELATIVE_FREQUENCY;
        }
    },

    /**
     * Stupid backoff (Brants et al. 2007): c / T where the n-gram has been seen, else 0.4 times the score in the shorter
     * context. The scores do not sum to 1, so they are not probabilities and there is no perplexity.
     */
    STUPID_BACKOFF {
        @Override
        void coefficients(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma) {
            double a = 0;
            double g = 1;
            for (int length = 1; length < estimates.order(); length++) {
                if (length <= counts.matched() && counts.raw(length) > 0) {
                    a = (double) counts.raw(length) / counts.rawTotal(length);
                    g = 0;
                } else {
                    a *= STUPID;
                    g *= STUPID;
                }
                alpha[length] = (float) a;
                gamma[length] = (float) g;
            }
        }

        @Override
        Base base() {
            return Base.RELATIVE_FREQUENCY;
        }

        @Override
        int filled(PositionCounts counts, int order) {
            return order - 1;
        }
    },

    /** p = (c + N1+ · p(w | h′)) / (T + N1+) (Witten and Bell 1991, as interpolated by Chen and Goodman 1998). */
    WITTEN_BELL {
        @Override
        void coefficients(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma) {
            double a = 0;
            double g = 1;
            for (int length = 1; length <= counts.matched(); length++) {
                double followers = counts.followers(length);
                double total = counts.rawTotal(length) + followers;
                double left = followers + counts.forgottenRaw(length);
                a = (counts.raw(length) + left * a) / total;
                g = left * g / total;
                alpha[length] = (float) a;
                gamma[length] = (float) g;
            }
            pass(counts, estimates, alpha, gamma, a, g);
        }

        @Override
        Base base() {
            return Base.WITTEN_BELL;
        }
    },

    /** p = max(c − D, 0) / T + D · N1+ / T · p(w | h′) with D = t1 / (t1 + 2 t2) of the order (Ney, Essen and Kneser 1994). */
    ABSOLUTE_DISCOUNTING {
        @Override
        void coefficients(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma) {
            double a = 0;
            double g = 1;
            for (int length = 1; length <= counts.matched(); length++) {
                double discount = estimates.raw(length + 1).absolute();
                double total = counts.rawTotal(length);
                double left = (discount * counts.followers(length) + counts.forgottenRaw(length)) / total;
                long count = counts.raw(length);
                a = (count == 0 ? 0 : (count - discount) / total) + left * a;
                g = left * g;
                alpha[length] = (float) a;
                gamma[length] = (float) g;
            }
            pass(counts, estimates, alpha, gamma, a, g);
        }

        @Override
        Base base() {
            return Base.ABSOLUTE_DISCOUNTING;
        }
    };

    /** What a smoothing falls back to when it has dropped every context word. */
    public enum Base {
        /** Modified Kneser–Ney over continuation counts (raw counts where 1 is the top order), then uniform. */
        KNESER_NEY,
        /** Witten–Bell over raw counts, then uniform. */
        WITTEN_BELL,
        /** Absolute discounting over raw counts, then uniform. */
        ABSOLUTE_DISCOUNTING,
        /** c / T over raw counts. */
        RELATIVE_FREQUENCY,
        /** 1 / V at every order but the first, which is the smoothing's own over raw counts. */
        UNIFORM
    }

    private static final double STUPID = 0.4;

    /** What a smoothing needs to know beside the counts of a position. */
    public record Estimates(int order, Discounts[] raws, Discounts[] continuations, double delta, double vocabulary) {

        Discounts raw(int k) {
            return raws[k];
        }

        Discounts continuation(int k) {
            return continuations[k];
        }
    }

    /**
     * Computes, for the model of each top order m = 2 … N, the α and γ of p = α + γ · b(w).
     *
     * @param alpha filled at index m − 1 up to {@link #filled}; models of higher order have the pair at that index
     * @param gamma filled likewise
     */
    abstract void coefficients(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma);

    /** {@link #coefficients} for callers of other packages. */
    public final void compute(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma) {
        coefficients(counts, estimates, alpha, gamma);
    }

    /**
     * What is left of a context's probability for the shorter one, γ of p(w | h) = own + γ · p(w | h′), in the model of top order
     * {@code top}: {@link #compute} one length at a time.
     *
     * @param counts filled at {@code length}
     * @param length of the context, 1 to {@code top} − 1
     * @throws ArithmeticException if the model says more of that context than its form allows: see {@link #isBackoff}
     */
    public final double left(PositionCounts counts, Estimates estimates, int length, int top) {
        double total = counts.rawTotal(length);
        double forgotten = counts.forgottenRaw(length);
        return switch (this) {
            case KNESER_NEY ->
                isRaw(counts, length, top)
                        ? counts.rawMass(length, estimates.raw(length + 1)) / total
                        : counts.continuationMass(length, estimates.continuation(length + 1))
                                / counts.continuationTotal(length);
            case WITTEN_BELL -> (counts.followers(length) + forgotten) / (total + counts.followers(length));
            case ABSOLUTE_DISCOUNTING ->
                (estimates.raw(length + 1).absolute() * counts.followers(length) + forgotten) / total;
            case BACKOFF -> forgotten / total;
            case ADD_DELTA -> {
                double mass = estimates.delta() * estimates.vocabulary();
                yield length < top - 1 ? 1 : (mass + forgotten) / (total + mass);
            }
            case MAXIMUM_LIKELIHOOD -> {
                if (length < top - 1) {
                    yield 1;
                }
                if (length > 1 && forgotten > 0) {
                    throw new ArithmeticException(
                            "a context of " + length + " words has forgotten some of its followers");
                }
                yield forgotten / total;
            }
            case STUPID_BACKOFF -> throw new ArithmeticException("stupid backoff gives scores and not probabilities");
        };
    }

    /**
     * What a word that has been seen in a context has of its own there: see {@link #left}.
     *
     * @param raw how often it followed
     * @param continuation distinct words before the two together
     */
    public final double own(
            PositionCounts counts, Estimates estimates, int length, int top, long raw, long continuation) {
        double total = counts.rawTotal(length);
        return switch (this) {
            case KNESER_NEY ->
                isRaw(counts, length, top)
                        ? (raw - estimates.raw(length + 1).of(raw)) / total
                        : (continuation - estimates.continuation(length + 1).of(continuation))
                                / counts.continuationTotal(length);
            case WITTEN_BELL -> raw / (total + counts.followers(length));
            case ABSOLUTE_DISCOUNTING -> (raw - estimates.raw(length + 1).absolute()) / total;
            case BACKOFF -> raw / total;
            case ADD_DELTA -> length < top - 1 ? 0 : raw / (total + estimates.delta() * estimates.vocabulary());
            case MAXIMUM_LIKELIHOOD -> length < top - 1 ? 0 : raw / total;
            case STUPID_BACKOFF -> throw new ArithmeticException("stupid backoff gives scores and not probabilities");
        };
    }

    private static boolean isRaw(PositionCounts counts, int length, int top) {
        return length == top - 1 || counts.continuationTotal(length) == 0;
    }

    /** Whether p(w | h) falls back from each context to the next shorter one, so that it can be said by n-grams and backoffs. */
    public boolean isBackoff() {
        return this != STUPID_BACKOFF;
    }

    /** The last index that {@link #compute} fills: the pair there holds for every higher order too. */
    int filled(PositionCounts counts, int order) {
        return Math.min(order - 1, counts.matched() + 1);
    }

    /** {@link #filled} for callers of other packages. */
    public final int lastPair(PositionCounts counts, int order) {
        return filled(counts, order);
    }

    /** What the smoothing falls back to. */
    public Base baseDistribution() {
        return base();
    }

    Base base() {
        return Base.KNESER_NEY;
    }

    /** False where the scores are not probabilities. */
    public boolean isDistribution() {
        return this != STUPID_BACKOFF;
    }

    /** False where a possible event can have probability 0. */
    public boolean isPositive() {
        return this != MAXIMUM_LIKELIHOOD && this != BACKOFF && this != STUPID_BACKOFF;
    }

    /** c / T; the mass of what a context has forgotten goes to the shorter one, at first to the word alone. */
    private static void relativeFrequencies(PositionCounts counts, float[] alpha, float[] gamma) {
        double a = 0;
        double g = 1;
        for (int length = 1; length <= counts.matched(); length++) {
            double total = counts.rawTotal(length);
            double left = counts.forgottenRaw(length) / total;
            a = counts.raw(length) / total + left * a;
            g = left * g;
            alpha[length] = (float) a;
            gamma[length] = (float) g;
        }
    }

    void pass(PositionCounts counts, Estimates estimates, float[] alpha, float[] gamma, double a, double g) {
        int next = counts.matched() + 1;
        if (next < estimates.order()) {
            alpha[next] = (float) a;
            gamma[next] = (float) g;
        }
    }

    /** The name used in options, columns and records: {@code kneser-ney}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The smoothing of that name.
     *
     * @throws IllegalArgumentException naming the known ones
     */
    public static Smoothing named(String label) {
        for (Smoothing smoothing : values()) {
            if (smoothing.label().equals(label)) {
                return smoothing;
            }
        }
        throw new IllegalArgumentException("smoothing '" + label + "' is not one of "
                + String.join(
                        ", ", Arrays.stream(values()).map(Smoothing::label).toList()));
    }
}
