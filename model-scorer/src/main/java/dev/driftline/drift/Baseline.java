package dev.driftline.drift;

import dev.driftline.codec.Varints;

/**
 * The level that a series is compared with: mean, deviation, correlation of neighbours and rate of unknown words,
 * weighted by tokens and forgotten exponentially. Not thread-safe.
 *
 * <p>With w the tokens of a unit and d the decay a unit: W ← dW + w, Q ← d²Q + w², mean ← mean + (w/W)(x − mean),
 * S ← dS + w(x − mean before)(x − mean after). The effective number of units is W² / Q.
 */
final class Baseline {

    /** About as many units are remembered. */
    private static final double DECAY = 1 - 1.0 / 256;

    /** Fewer units say too little of the deviation. */
    static final int LEAST_UNITS = 24;

    /** A source that repeats itself has next to no deviation, and a change of a hundredth of a bit is none. */
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

    /** Follows a trend: the level is {@code level} from now on, the deviation stays. */
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

    /** The deviation of a unit, in bits a token; somewhat larger while it is estimated from few. */
    double deviation() {
        double count = effectiveUnits();
        double variance = weight == 0 ? 0 : squares / weight * count / Math.max(1, count - 1);
        return Math.max(LEAST_DEVIATION, Math.sqrt(Math.max(0, variance)) * (1 + 3 / Math.max(1, count)));
    }

    /** By how much neighbours that resemble each other inflate the variance of a mean: 1 or more. */
    double inflation() {
        double correlation = squares <= 0 ? 0 : Math.max(0, Math.min(MOST_CORRELATION, products / squares));
        return (1 + correlation) / (1 - correlation);
    }

    double effectiveUnits() {
        return weightSquares == 0 ? 0 : weight * weight / weightSquares;
    }

    /** The variance of {@link #mean()} as an estimate, in units of the variance of a unit. */
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
        return baseline;
    }
}
