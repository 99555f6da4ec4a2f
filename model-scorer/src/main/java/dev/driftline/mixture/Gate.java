package dev.driftline.mixture;

import dev.driftline.codec.Varints;
import java.util.Arrays;

/**
 * Mixture weights that follow the circumstances: formulas (3) and (4) of the package.
 *
 * <p>The features x are how much context the n-gram model matched, what the caches know of the context, how sure the network
 * is, some products of these, and how each expert did lately in this source. All are known before the token, so with any
 * weights the mixture is a distribution.
 *
 * <p>Not thread-safe: {@link #learn} and {@link #weight} refer to the last {@link #mix}.
 */
final class Gate {

    /** In place of the column of an expert that says nothing, where every expert says something. */
    static final int NONE = -1;

    private static final double RATE = 0.03;
    /** What a step leaves of the sum of squares before it. */
    private static final double MEMORY = 0.9999;

    private static final double FLOOR = 1e-2;
    private static final double FAST = 0.1;
    private static final double SLOW = 0.01;
    /** The largest ln p(expert) / p(mixture), either way, that a running mean takes in. */
    private static final double MOST = 4;

    private static final double LEAST_PROBABILITY = 1e-6;

    /** An expert has at most p(mixture) / share, so a gain is at most 1 either way, but for rounding. */
    private static final double MOST_GAIN = 2;

    /** The features before those of the matched context. */
    private static final int FIRST_MATCHED = 9;

    private final MixtureColumns columns;
    private final int features;
    /** A, a row for each expert. */
    private final double[] weights;
    /** The fading sum of squared gradients, for each number of {@link #weights}. */
    private final double[] squares;

    /** x and softmax(A x) of the last {@link #mix}. */
    private final double[] feature;

    private final double[] share;

    Gate(MixtureColumns columns) {
        this.columns = columns;
        features = FIRST_MATCHED + columns.orders + 2 * columns.experts;
        weights = new double[columns.experts * features];
        squares = new double[columns.experts * features];
        feature = new double[features];
        share = new double[columns.experts];
    }

    /**
     * Σ w·p over the experts' probabilities of one event; an expert that says nothing leaves its weight to the others.
     *
     * @param recent what {@link #follow} keeps of the source
     */
    double mix(TokenEvidence evidence, double[] recent) {
        describe(evidence, recent);
        int absent = evidence.absent();
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < share.length; i++) {
            double sum = 0;
            for (int k = 0, at = i * features; k < features; k++) {
                sum += weights[at + k] * feature[k];
            }
            share[i] = i == absent ? Double.NEGATIVE_INFINITY : sum;
            largest = Math.max(largest, share[i]);
        }
        double total = 0;
        for (int i = 0; i < share.length; i++) {
            share[i] = Math.exp(share[i] - largest);
            total += share[i];
        }
        double mixed = 0;
        for (int i = 0; i < share.length; i++) {
            share[i] /= total;
            // What is absent may have no probability at all.
            mixed += i == absent ? 0 : share[i] * evidence.experts[i]; // (3)
        }
        return mixed;
    }

    private void describe(TokenEvidence evidence, double[] recent) {
        int followers = evidence.followers;
        double held = Math.log1p(followers);
        double sure = Math.log(Math.max(evidence.sureness, LEAST_PROBABILITY));
        double[] x = feature;
        x[0] = 1;
        x[1] = held / 4;
        x[2] = followers == 0 ? 1 : 0;
        x[3] = followers == 0 ? 0 : (double) evidence.followerTypes / followers;
        x[4] = sure / 4;
        x[5] = sure * sure / 16;
        x[6] = evidence.matched * sure / 8;
        x[7] = held * sure / 16;
        x[8] = evidence.matched * held / 8;
        Arrays.fill(x, FIRST_MATCHED, FIRST_MATCHED + columns.orders, 0);
        x[FIRST_MATCHED + evidence.matched] = 1;
        System.arraycopy(recent, 0, x, FIRST_MATCHED + columns.orders, recent.length);
    }

    /** The weight that an expert had in the last {@link #mix}. */
    double weight(int expert) {
        return share[expert];
    }

    /** Learns from the event of the last {@link #mix}, which gave {@code mixed}. */
    void learn(TokenEvidence evidence, double mixed) {
        if (!(mixed > 0)) {
            return;
        }
        int absent = evidence.absent();
        for (int i = 0; i < share.length; i++) {
            if (i == absent) {
                continue;
            }
            double gain = share[i] * (evidence.experts[i] / mixed - 1);
            if (!(Math.abs(gain) <= MOST_GAIN)) {
                // 0 · ∞ where an expert without a share is right about what the others hold impossible: nothing to
                // learn.
                continue;
            }
            for (int k = 0, at = i * features; k < features; k++, at++) {
                double step = gain * feature[k]; // (4)
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
    void follow(double[] recent, TokenEvidence evidence, double mixed) {
        if (!Double.isFinite(mixed)) {
            return;
        }
        int absent = evidence.absent();
        for (int i = 0; i < share.length; i++) {
            if (i == absent) {
                continue;
            }
            double gain = Math.log((evidence.experts[i] + LEAST_PROBABILITY) / (mixed + LEAST_PROBABILITY));
            gain = Math.max(-MOST, Math.min(MOST, gain));
            recent[2 * i] += FAST * (gain - recent[2 * i]);
            recent[2 * i + 1] += SLOW * (gain - recent[2 * i + 1]);
        }
    }

    /** Takes over what {@code other} has learned of the experts that both have; of one that only this has nothing is known. */
    void carry(Gate other) {
        for (int i = 0; i < share.length; i++) {
            int from = columns.expertOf(i, other.columns);
            if (from < 0) {
                continue;
            }
            int first = FIRST_MATCHED + columns.orders;
            System.arraycopy(other.weights, from * other.features, weights, i * features, first);
            System.arraycopy(other.squares, from * other.features, squares, i * features, first);
            for (int k = first; k < features; k++) {
                int of = columns.expertOf((k - first) / 2, other.columns);
                if (of >= 0) {
                    int at = from * other.features + first + 2 * of + (k - first) % 2;
                    weights[i * features + k] = other.weights[at];
                    squares[i * features + k] = other.squares[at];
                }
            }
        }
    }

    Gate copy() {
        Gate copy = new Gate(columns);
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

    /** Reads what {@link #write} wrote; a number that is not finite begins again at 0. */
    void read(Varints.Reader in) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] = finite(in.readDouble());
            squares[i] = Math.max(0, finite(in.readDouble()));
        }
    }

    /** Reads a running mean that {@link #follow} keeps; 0 in place of one that it cannot have made. */
    static double readRecent(Varints.Reader in) {
        double mean = in.readDouble();
        return Math.abs(mean) <= MOST ? mean : 0;
    }

    private static double finite(double value) {
        return Double.isFinite(value) ? value : 0;
    }
}
