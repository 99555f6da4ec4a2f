package dev.driftline.mixture;

import dev.driftline.codec.Varints;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Mixture weights learned by online expectation–maximisation, one set of weights a bucket: formulas (1) and (2) of the
 * package.
 *
 * <p>η is 1 / (tokens of the bucket + first steps) at first, which makes the weights the exact average of the posteriors so
 * far, and never less than the learning rate, so that weights follow a source that changes. Not thread-safe.
 */
final class OnlineWeights {

    /** Rounding takes the sum of a bucket's weights less far from 1 than this, however long it learns. */
    private static final double FAR_FROM_ONE = 0.5;

    private final int experts;
    private final double rate;
    private final int firstSteps;
    private final double[] initial;
    private final double[] weights;
    private final int[] steps;
    /** How often each bucket has learned since the last {@link #teach}. */
    private final int[] fresh;

    /** Where buckets begin that have learned nothing here; null where the weights stand alone. */
    private @Nullable OnlineWeights common;

    private final int stepsUntilRate;

    /** Weights that start at {@code initial[bucket * experts + expert]}, which sum to 1 in each bucket. */
    OnlineWeights(int experts, double[] initial, double rate, int firstSteps) {
        this.experts = experts;
        this.rate = rate;
        this.firstSteps = firstSteps;
        this.initial = initial;
        weights = initial.clone();
        steps = new int[initial.length / experts];
        fresh = new int[steps.length];
        stepsUntilRate = Math.max(0, (int) Math.ceil(1 / rate) - firstSteps);
    }

    /** Σ w·p over the experts' probabilities of one event. */
    double mix(int bucket, double[] probabilities) {
        begin(bucket);
        int at = bucket * experts;
        double mixed = 0;
        for (int i = 0; i < experts; i++) {
            mixed += weights[at + i] * probabilities[i]; // (1)
        }
        return mixed;
    }

    /** What {@link #mix} would give without {@code left}, the weights of the others renormalised. */
    double mixOthers(int bucket, double[] probabilities, int left) {
        begin(bucket);
        int at = bucket * experts;
        double mixed = 0;
        double sum = 0;
        for (int i = 0; i < experts; i++) {
            if (i != left) {
                mixed += weights[at + i] * probabilities[i];
                sum += weights[at + i];
            }
        }
        return sum > 0 ? mixed / sum : 0;
    }

    double weight(int bucket, int expert) {
        return weights[bucket * experts + expert];
    }

    /** Learns from an event to which the experts gave {@code probabilities} and {@link #mix} gave {@code mixed}. */
    void learn(int bucket, double[] probabilities, double mixed) {
        if (!(mixed > 0 && mixed < Double.POSITIVE_INFINITY)) {
            return;
        }
        double eta = step(bucket);
        fresh[bucket]++;
        double keep = 1 - eta;
        double gain = eta / mixed;
        int at = bucket * experts;
        if (gain == Double.POSITIVE_INFINITY) {
            // 1 / p(mixture) is more than a double holds, and 0 · ∞ would be NaN.
            for (int i = 0; i < experts; i++) {
                weights[at + i] = keep * weights[at + i] + eta * (weights[at + i] * probabilities[i] / mixed); // (2)
            }
            return;
        }
        for (int i = 0; i < experts; i++) {
            weights[at + i] *= keep + gain * probabilities[i]; // (2)
        }
    }

    /** η of a bucket's next step. */
    private double step(int bucket) {
        int step = steps[bucket];
        if (step >= stepsUntilRate) {
            return rate;
        }
        steps[bucket] = step + 1;
        return 1.0 / (step + 1 + firstSteps);
    }

    /** Has buckets that have learned nothing here take the weights that {@code others} have at the time. */
    void beginWith(OnlineWeights others) {
        common = others;
    }

    private void begin(int bucket) {
        if (steps[bucket] == 0 && common != null) {
            System.arraycopy(common.weights, bucket * experts, weights, bucket * experts, experts);
        }
    }

    /**
     * Draws {@code others} towards these weights, each bucket as far as it would have gone by as many steps as it has
     * learned here since the last time.
     */
    void teach(OnlineWeights others) {
        for (int bucket = 0; bucket < fresh.length; bucket++) {
            if (fresh[bucket] == 0) {
                continue;
            }
            double keep = 1;
            for (; fresh[bucket] > 0; fresh[bucket]--) {
                keep *= 1 - others.step(bucket);
            }
            int at = bucket * experts;
            for (int i = 0; i < experts; i++) {
                others.weights[at + i] = keep * others.weights[at + i] + (1 - keep) * weights[at + i];
            }
        }
    }

    /** Whether a bucket has learned anything. */
    boolean hasLearned(int bucket) {
        return steps[bucket] > 0;
    }

    /** The steps of all buckets. */
    long stepsOfAll() {
        return Arrays.stream(steps).asLongStream().sum();
    }

    OnlineWeights copy() {
        OnlineWeights copy = new OnlineWeights(experts, initial, rate, firstSteps);
        copy.set(this);
        return copy;
    }

    void set(OnlineWeights other) {
        System.arraycopy(other.weights, 0, weights, 0, weights.length);
        System.arraycopy(other.steps, 0, steps, 0, steps.length);
        System.arraycopy(other.fresh, 0, fresh, 0, fresh.length);
    }

    /**
     * Takes over what {@code other} has learned of the experts that both have. One that only this has begins with the weight that
     * nothing learned would give it, and the others share the rest as they did.
     *
     * @param expertOf the other's column of an expert here; −1 where it has none
     */
    void carry(OnlineWeights other, IntUnaryOperator expertOf) {
        for (int bucket = 0; bucket < steps.length; bucket++) {
            int at = bucket * experts;
            steps[bucket] = other.steps[bucket];
            double fresh = 0;
            double kept = 0;
            for (int i = 0; i < experts; i++) {
                int from = expertOf.applyAsInt(i);
                fresh += from < 0 ? initial[at + i] : 0;
                kept += from < 0 ? 0 : other.weights[bucket * other.experts + from];
            }
            if (steps[bucket] == 0 || !(kept > 0)) {
                System.arraycopy(initial, at, weights, at, experts);
                steps[bucket] = 0;
                continue;
            }
            for (int i = 0; i < experts; i++) {
                int from = expertOf.applyAsInt(i);
                weights[at + i] =
                        from < 0 ? initial[at + i] : (1 - fresh) * other.weights[bucket * other.experts + from] / kept;
            }
        }
    }

    /** Appends the buckets that have learned something. */
    void write(Varints.Writer out) {
        int used = 0;
        for (int step : steps) {
            used += step > 0 ? 1 : 0;
        }
        out.writeInt(used);
        for (int bucket = 0; bucket < steps.length; bucket++) {
            if (steps[bucket] > 0) {
                out.writeInt(bucket);
                out.writeInt(steps[bucket]);
                for (int i = 0; i < experts; i++) {
                    out.writeDouble(weights[bucket * experts + i]);
                }
            }
        }
    }

    /** Reads what {@link #write} wrote; a bucket whose weights are not a distribution begins again. */
    void read(Varints.Reader in) {
        System.arraycopy(initial, 0, weights, 0, weights.length);
        Arrays.fill(steps, 0);
        for (int used = in.readInt(); used > 0; used--) {
            int bucket = in.readInt();
            steps[bucket] = in.readInt();
            double sum = 0;
            for (int i = 0; i < experts; i++) {
                double weight = in.readDouble();
                weights[bucket * experts + i] = weight;
                sum += weight >= 0 ? weight : Double.NaN;
            }
            if (!(Math.abs(sum - 1) < FAR_FROM_ONE)) {
                System.arraycopy(initial, bucket * experts, weights, bucket * experts, experts);
                steps[bucket] = 0;
            }
        }
    }
}
