package dev.driftline.drift;

import dev.driftline.codec.Varints;

/**
 * A chart of the exponentially weighted moving average (S. W. Roberts, 1959), weighted by tokens: with λ = 0.05 a unit,
 * A ← (1 − λ)A + wx, W ← (1 − λ)W + w, Q ← (1 − λ)²Q + w². The average is A/W and its variance σ²(Q/W²) times the
 * inflation, to which that of the baseline is added. The statistic is the distance of the average from the baseline in
 * standard errors. It begins at the baseline. Not thread-safe.
 */
final class EwmaChart {

    private static final double LAMBDA = 0.05;

    private final double threshold;
    private double sum;
    private double weight;
    private double weightSquares;

    EwmaChart(double threshold) {
        this.threshold = threshold;
    }

    Alarm add(double value, double tokens, Baseline baseline) {
        if (weight == 0) {
            weight = baseline.unitWeight() / LAMBDA;
            sum = weight * baseline.mean();
        }
        double keep = 1 - LAMBDA;
        sum = keep * sum + tokens * value;
        weight = keep * weight + tokens;
        weightSquares = keep * keep * weightSquares + tokens * tokens;
        double variance = baseline.inflation() * weightSquares / (weight * weight) + baseline.uncertainty();
        double z = (sum / weight - baseline.mean()) / (baseline.deviation() * Math.sqrt(variance));
        return new Alarm(z / threshold, Math.abs(z), threshold);
    }

    void reset() {
        sum = 0;
        weight = 0;
        weightSquares = 0;
    }

    void write(Varints.Writer out) {
        out.writeDouble(sum);
        out.writeDouble(weight);
        out.writeDouble(weightSquares);
    }

    /** Reads what {@link #write} wrote; begins again where a number is not finite. */
    void read(Varints.Reader in) {
        sum = in.readDouble();
        weight = in.readDouble();
        weightSquares = in.readDouble();
        if (!Double.isFinite(sum) || !Double.isFinite(weight) || !Double.isFinite(weightSquares)) {
            reset();
        }
    }
}
