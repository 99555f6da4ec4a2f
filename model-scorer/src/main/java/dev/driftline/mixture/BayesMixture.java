package dev.driftline.mixture;

import dev.driftline.codec.Varints;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * The Bayes mixture of K distributions under a uniform prior: formula (5) of the package.
 *
 * <p>Its probability of a whole sequence is the mean of what the K distributions give it. So, whatever the sequence, it
 * costs at most log2 K bits more than the best of them: not per token, but in all. The posterior weights carry an
 * exponent of their own, since a distribution that is a thousand bits behind must still be able to come back. Not
 * thread-safe.
 */
final class BayesMixture {

    private static final int SHIFT = 256;
    private static final double SMALL = 0x1p-256;

    /** A distribution that is this far behind stays there: years of one bit a token. */
    private static final int LEAST_EXPONENT = -(1 << 30);

    private final double[] posterior;
    /** {@code posterior[i] · 2^(256 · exponent[i])} is the weight; those with an exponent below 0 are too small to add. */
    private final int[] exponent;

    BayesMixture(int components) {
        posterior = new double[components];
        exponent = new int[components];
        Arrays.fill(posterior, 1.0 / components);
    }

    double weight(int component) {
        return exponent[component] == 0 ? posterior[component] : 0;
    }

    double mix(double[] probabilities) {
        double mixed = 0;
        for (int i = 0; i < posterior.length; i++) {
            if (exponent[i] == 0) {
                mixed += posterior[i] * probabilities[i]; // (5)
            }
        }
        return mixed;
    }

    /** Learns from an event to which the components gave {@code probabilities} and {@link #mix} gave {@code mixed}. */
    void learn(double[] probabilities, double mixed) {
        if (!(mixed > 0 && mixed < Double.POSITIVE_INFINITY)) {
            return;
        }
        double inverse = 1 / mixed;
        boolean isTiny = inverse == Double.POSITIVE_INFINITY;
        for (int i = 0; i < posterior.length; i++) {
            double weight = isTiny
                    ? posterior[i] * probabilities[i] / mixed
                    : posterior[i] * (probabilities[i] * inverse); // (5)
            if (Double.isNaN(weight)) {
                // It said nothing that is a probability, and is too small to add, or the mixture would be none.
                continue;
            }
            if (weight == 0) {
                // The event had no probability at all, or next to none: nothing would ever bring a weight of 0 back.
                weight = posterior[i] * SMALL;
            }
            // One of those too small to add may overtake all at once: as far as a weight goes.
            weight = Math.min(weight, Double.MAX_VALUE);
            if (weight < SMALL && weight > 0) {
                weight = Math.scalb(weight, SHIFT);
                exponent[i] = Math.max(exponent[i] - 1, LEAST_EXPONENT);
            } else if (exponent[i] < 0 && weight >= 1) {
                weight *= SMALL;
                exponent[i]++;
            }
            posterior[i] = weight;
        }
    }

    BayesMixture copy() {
        BayesMixture copy = new BayesMixture(posterior.length);
        copy.set(this);
        return copy;
    }

    void set(BayesMixture other) {
        System.arraycopy(other.posterior, 0, posterior, 0, posterior.length);
        System.arraycopy(other.exponent, 0, exponent, 0, exponent.length);
    }

    /**
     * Takes over what {@code other} has learned of the components that both have. One that only this has begins with its part of
     * the prior, and the others share the rest as they did.
     *
     * @param componentOf the other's column of a component here; −1 where it has none
     */
    void carry(BayesMixture other, IntUnaryOperator componentOf) {
        int highest = LEAST_EXPONENT;
        int added = 0;
        for (int i = 0; i < posterior.length; i++) {
            int from = componentOf.applyAsInt(i);
            added += from < 0 ? 1 : 0;
            highest = from < 0 ? highest : Math.max(highest, other.exponent[from]);
        }
        double kept = 0;
        for (int i = 0; i < posterior.length; i++) {
            int from = componentOf.applyAsInt(i);
            kept += from >= 0 && other.exponent[from] == highest ? other.posterior[from] : 0;
        }
        double prior = 1.0 / posterior.length;
        for (int i = 0; i < posterior.length; i++) {
            int from = componentOf.applyAsInt(i);
            exponent[i] = from < 0 ? 0 : Math.max(LEAST_EXPONENT, other.exponent[from] - highest);
            posterior[i] = from < 0 ? prior : (1 - added * prior) * other.posterior[from] / kept;
        }
        if (!Double.isFinite(Arrays.stream(posterior).sum())) {
            Arrays.fill(posterior, prior);
            Arrays.fill(exponent, 0);
        }
    }

    void write(Varints.Writer out) {
        for (int i = 0; i < posterior.length; i++) {
            out.writeDouble(posterior[i]);
            out.writeInt(-exponent[i]);
        }
    }

    /**
     * Reads what {@link #write} wrote; a posterior that is none begins again with the prior, and a component that an earlier
     * version multiplied by 0 far behind the others.
     */
    void read(Varints.Reader in) {
        double sum = 0;
        for (int i = 0; i < posterior.length; i++) {
            posterior[i] = in.readDouble();
            exponent[i] = -in.readInt();
            sum += posterior[i] >= 0 && exponent[i] <= 0 ? weight(i) : Double.NaN;
        }
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)
                || !Double.isFinite(Arrays.stream(posterior).sum())) {
            Arrays.fill(posterior, 1.0 / posterior.length);
            Arrays.fill(exponent, 0);
        }
        for (int i = 0; i < posterior.length; i++) {
            if (posterior[i] == 0) {
                posterior[i] = SMALL;
                exponent[i] = Math.min(exponent[i], -1);
            }
        }
    }
}
