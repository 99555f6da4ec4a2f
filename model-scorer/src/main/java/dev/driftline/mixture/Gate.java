package dev.driftline.mixture;

import dev.driftline.codec.Varints;
import java.util.Arrays;

/**
 * Mixture weights that follow the circumstances: the softmax of a linear function of features for each expert (the gating
 * network of Jacobs et al. 1991), learned by gradient descent on −ln p, each step divided by the root of the recent mean of
 * its squares.
 *
 * <p>The features are how much context the n-gram model matched, what the caches know of the context, how sure the network
 * is, some products of these, and how each expert did lately in this source. With any weights the mixture is a
 * distribution, since the features are known before the token.
 */
final class Gate {

    private static final double RATE = 0.03;
    private static final double MEMORY = 0.9999;
    private static final double FLOOR = 1e-2;
    private static final double FAST = 0.1;
    private static final double SLOW = 0.01;
    private static final double MOST = 4;
    private static final double LEAST_PROBABILITY = 1e-6;

    private final int order;
    private final int experts;
    private final int features;
    private final double[] weights;
    private final double[] squares;

    private final double[] feature;
    private final double[] share;

    Gate(int order, int experts) {
        this.order = order;
        this.experts = experts;
        features = order + 9 + 2 * experts;
        weights = new double[experts * features];
        squares = new double[experts * features];
        feature = new double[features];
        share = new double[experts];
    }

    /**
     * Σ w·p over the experts' probabilities of one event.
     *
     * @param matched the length of the context that the n-gram model has seen
     * @param followers how many tokens after the previous word the bigram cache holds
     * @param followerTypes how many distinct ones
     * @param sureness the network's largest probability; 1 where it says nothing
     * @param recent what {@link #follow} keeps of the source
     * @param absent an expert that says nothing, whose weight the others share; −1 for none
     */
    double mix(
            double[] probabilities,
            int matched,
            int followers,
            int followerTypes,
            double sureness,
            double[] recent,
            int absent) {
        double held = Math.log1p(followers);
        double sure = Math.log(Math.max(sureness, LEAST_PROBABILITY));
        double[] x = feature;
        x[0] = 1;
        x[1] = held / 4;
        x[2] = followers == 0 ? 1 : 0;
        x[3] = followers == 0 ? 0 : (double) followerTypes / followers;
        x[4] = sure / 4;
        x[5] = sure * sure / 16;
        x[6] = matched * sure / 8;
        x[7] = held * sure / 16;
        x[8] = matched * held / 8;
        Arrays.fill(x, 9, 9 + order, 0);
        x[9 + matched] = 1;
        System.arraycopy(recent, 0, x, 9 + order, 2 * experts);
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < experts; i++) {
            double sum = 0;
            for (int k = 0, at = i * features; k < features; k++) {
                sum += weights[at + k] * x[k];
            }
            share[i] = i == absent ? Double.NEGATIVE_INFINITY : sum;
            largest = Math.max(largest, share[i]);
        }
        double total = 0;
        for (int i = 0; i < experts; i++) {
            share[i] = Math.exp(share[i] - largest);
            total += share[i];
        }
        double mixed = 0;
        for (int i = 0; i < experts; i++) {
            share[i] /= total;
            // What is absent may have no probability at all.
            mixed += i == absent ? 0 : share[i] * probabilities[i];
        }
        return mixed;
    }

    /** The weight that an expert had in the last {@link #mix}. */
    double weight(int expert) {
        return share[expert];
    }

    /** Learns from the event of the last {@link #mix}, which gave {@code mixed}. */
    void learn(double[] probabilities, double mixed, int absent) {
        if (!(mixed > 0)) {
            return;
        }
        for (int i = 0; i < experts; i++) {
            if (i == absent) {
                continue;
            }
            double gain = share[i] * (probabilities[i] / mixed - 1);
            for (int k = 0, at = i * features; k < features; k++, at++) {
                double step = gain * feature[k];
                squares[at] = MEMORY * squares[at] + step * step;
                weights[at] += RATE * step / Math.sqrt(squares[at] + FLOOR);
            }
        }
    }

    /**
     * Notes how each expert did: running means of ln p(expert) / p(mixture), over some ten and some hundred tokens.
     *
     * @param recent {@code [2 · experts]}, changed
     */
    void follow(double[] recent, double[] probabilities, double mixed, int absent) {
        for (int i = 0; i < experts; i++) {
            if (i == absent) {
                continue;
            }
            double gain = Math.log((probabilities[i] + LEAST_PROBABILITY) / (mixed + LEAST_PROBABILITY));
            gain = Math.max(-MOST, Math.min(MOST, gain));
            recent[2 * i] += FAST * (gain - recent[2 * i]);
            recent[2 * i + 1] += SLOW * (gain - recent[2 * i + 1]);
        }
    }

    Gate copy() {
        Gate copy = new Gate(order, experts);
        copy.set(this);
        return copy;
    }

    void set(Gate other) {
        System.arraycopy(other.weights, 0, weights, 0, weights.length);
        System.arraycopy(other.squares, 0, squares, 0, squares.length);
    }

    void write(Varints.Writer out) {
        for (int i = 0; i < weights.length; i++) {
            out.writeDouble(weights[i]);
            out.writeDouble(squares[i]);
        }
    }

    void read(Varints.Reader in) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] = in.readDouble();
            squares[i] = in.readDouble();
        }
    }
}
