package dev.driftline.drift;

import dev.driftline.codec.Varints;

/**
 * The level that a series is compared with: mean, deviation, correlation of neighbours and rate of unknown words,
 * weighted by tokens, with exponential decay. Not thread-safe.
 *
 * <p>With w the tokens of a unit and d the decay a unit: W ← dW + w, Q ← d²Q + w², mean ← mean + (w/W)(x − mean),
 * S ← dS + w(x − mean before)(x − mean after). The effective number of units is W² / Q.
 */
final class Baseline {

    /** Remembers about 256 units. */
    private static final double DECAY = 1 - 1.0 / 256;

    /** With fewer units the deviation is not known well enough. */
    static final int LEAST_UNITS = 24;

    /** Least deviation: a source that repeats itself has almost none, and a hundredth of a bit is not a change. */
    private static final double LEAST_DEVIATION = 0.02;

    private static final double MOST_CORRELATION = 0.7;

    private long units;
    private double weight;
    private double weightSquares;
    private double mean;
    private double squares;
    private double products;
    private double unknown;
    private double lastDeviation;

    void add(double value, double tokens, double unknownRate) {
        weight = DECAY * weight + tokens;
        weightSquares = DECAY * DECAY * weightSquares + tokens * tokens;
        double before = value - mean;
        mean += tokens / weight * before;
        double after = value - mean;
        squares = DECAY * squares + tokens * before * after;
        if (units > 0) {
            products = DECAY * products + tokens * lastDeviation * after;
        }
        lastDeviation = after;
        unknown += tokens / weight * (unknownRate - unknown);
        units++;
    }

    /** Follows a trend: sets the mean to {@code level} and keeps the deviation. */
    void moveTo(double level) {
        mean = level;
        lastDeviation = 0;
    }

    boolean isReady() {
        return units >= LEAST_UNITS;
    }

    long units() {
        return units;
    }

    double mean() {
        return mean;
    }

    double unknownRate() {
        return unknown;
    }

    /** The mean weight of a unit, in tokens. */
    double unitWeight() {
        return weight == 0 ? 1 : weightSquares / weight;
    }

    /** The deviation of a unit, in bits a token; somewhat larger while it is estimated from few units. */
    double deviation() {
        double count = effectiveUnits();
        double variance = weight == 0 ? 0 : squares / weight * count / Math.max(1, count - 1);
        return Math.max(LEAST_DEVIATION, Math.sqrt(Math.max(0, variance)) * (1 + 3 / Math.max(1, count)));
    }

    /** Factor on the variance of a mean, since neighbours resemble each other: 1 or more. */
    double inflation() {
        double correlation = squares <= 0 ? 0 : Math.max(0, Math.min(MOST_CORRELATION, products / squares));
        return (1 + correlation) / (1 - correlation);
    }

    double effectiveUnits() {
        return weightSquares == 0 ? 0 : weight * weight / weightSquares;
    }

    /** The variance of {@link #mean()} as an estimate, as a multiple of the variance of a unit. */
    double uncertainty() {
        return weight == 0 ? 1 : inflation() * weightSquares / (weight * weight);
    }

    void write(Varints.Writer out) {
        out.writeLong(units);
        out.writeDouble(weight);
        out.writeDouble(weightSquares);
        out.writeDouble(mean);
        out.writeDouble(squares);
        out.writeDouble(products);
        out.writeDouble(unknown);
        out.writeDouble(lastDeviation);
    }

    /** Reads what {@link #write} wrote; begins again where a number is not finite. */
    static Baseline read(Varints.Reader in) {
        Baseline baseline = new Baseline();
        baseline.units = in.readLong();
        baseline.weight = in.readDouble();
        baseline.weightSquares = in.readDouble();
        baseline.mean = in.readDouble();
        baseline.squares = in.readDouble();
        baseline.products = in.readDouble();
        baseline.unknown = in.readDouble();
        baseline.lastDeviation = in.readDouble();
        return baseline.isFinite() ? baseline : new Baseline();
    }

    private boolean isFinite() {
        // No two of them cancel out: what is not finite stays so.
        return Double.isFinite(0 * weight
                + 0 * weightSquares
                + 0 * mean
                + 0 * squares
                + 0 * products
                + 0 * unknown
                + 0 * lastDeviation);
    }
}
