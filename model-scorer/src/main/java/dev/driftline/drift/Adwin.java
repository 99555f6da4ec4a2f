package dev.driftline.drift;

import dev.driftline.codec.Varints;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ADWIN2 (A. Bifet and R. Gavaldà, <em>Learning from time-changing data with adaptive windowing</em>, 2007): a window of
 * the newest units that is cut wherever the means of its two parts differ by more than chance allows. Not thread-safe.
 *
 * <p>The window is an exponential histogram: rows of at most {@value #BUCKETS} buckets of 2<sup>row</sup> units each, the
 * two oldest of a full row merged into the next; so it takes O(log n) buckets. A bucket has its units, Σw, Σw², weighted
 * mean and squared deviations, w being tokens.
 *
 * <p>The two parts of a cut, of m₀ and m₁ effective units, differ if |μ₀ − μ₁| > ε, with 1/m = 1/m₀ + 1/m₁,
 * δ' = δ / ln n and
 *
 * <pre>ε = √((2/m) σ² ln(2/δ')) + (2/3m) R ln(2/δ')</pre>
 *
 * where σ² is the variance of a unit in the window, inflated. The paper has values between 0 and 1, and so R = 1. Bits are
 * unbounded, but means of documents are nearly normal, for which the first term alone is the bound; so R is σ here.
 *
 * <p>Like the other detectors it is written here and not taken from a library: units have weights, variances are inflated
 * by the correlation of neighbours, and the state must be stored and go on to the same bit.
 */
final class Adwin {

    static final int BUCKETS = 5;

    private static final int LEAST_UNITS = 5;

    private record Bucket(long units, long weight, double weightSquares, double mean, double squares) {

        Bucket plus(Bucket newer) {
            long total = weight + newer.weight;
            double apart = newer.mean - mean;
            return new Bucket(
                    units + newer.units,
                    total,
                    weightSquares + newer.weightSquares,
                    mean + apart * newer.weight / total,
                    squares + newer.squares + apart * apart * weight * newer.weight / total);
        }

        boolean isFinite() {
            return Double.isFinite(weightSquares) && Double.isFinite(mean) && Double.isFinite(squares);
        }
    }

    private final double delta;

    /** The oldest first. */
    private final List<Bucket> buckets = new ArrayList<>();

    Adwin(double delta) {
        this.delta = delta;
    }

    /**
     * Adds a unit, and cuts the oldest buckets while the two parts of the window differ.
     *
     * @param inflation factor on the variance of a mean, since neighbours resemble each other
     * @return the cut that was made, or how near the most significant one is
     */
    Alarm add(double value, long tokens, double inflation) {
        buckets.add(new Bucket(1, tokens, (double) tokens * tokens, value, 0));
        compress();
        Alarm first = strongest(inflation);
        Alarm alarm = first;
        while (alarm.isChange()) {
            buckets.remove(0);
            alarm = strongest(inflation);
        }
        return first;
    }

    private void compress() {
        int end = buckets.size();
        for (long size = 1; end > 0; size *= 2) {
            int from = end;
            while (from > 0 && buckets.get(from - 1).units() == size) {
                from--;
            }
            if (end - from <= BUCKETS) {
                return;
            }
            buckets.set(from, buckets.get(from).plus(buckets.remove(from + 1)));
            end = from + 1;
        }
    }

    private Alarm strongest(double inflation) {
        Bucket all = total();
        if (all == null || all.units() < 2 * LEAST_UNITS) {
            return Alarm.NONE;
        }
        double variance = inflation * all.squares() / all.weight();
        double deviation = Math.sqrt(variance);
        double log = Math.log(2 * Math.log(all.units()) / delta);
        @Nullable Bucket old = null;
        Alarm strongest = Alarm.NONE;
        double oldUnits = 0;
        for (int i = 0; i < buckets.size() - 1; i++) {
            old = old == null ? buckets.get(i) : old.plus(buckets.get(i));
            oldUnits = old.units();
            if (oldUnits < LEAST_UNITS || all.units() - oldUnits < LEAST_UNITS) {
                continue;
            }
            double newWeight = all.weight() - old.weight();
            double newSquares = all.weightSquares() - old.weightSquares();
            double newMean = (all.mean() * all.weight() - old.mean() * old.weight()) / newWeight;
            double inverse =
                    old.weightSquares() / ((double) old.weight() * old.weight()) + newSquares / (newWeight * newWeight);
            double epsilon = Math.sqrt(2 * inverse * variance * log) + 2.0 / 3 * inverse * deviation * log;
            double difference = newMean - old.mean();
            if (epsilon > 0 && Math.abs(difference) / epsilon > Math.abs(strongest.ratio())) {
                strongest = new Alarm(difference / epsilon, Math.abs(difference), epsilon);
            }
        }
        return strongest;
    }

    private @Nullable Bucket total() {
        @Nullable Bucket total = null;
        for (Bucket bucket : buckets) {
            total = total == null ? bucket : total.plus(bucket);
        }
        return total;
    }

    /** The mean of the window, in bits a token; 0 if it is empty. */
    double mean() {
        Bucket total = total();
        return total == null ? 0 : total.mean();
    }

    void reset() {
        buckets.clear();
    }

    void write(Varints.Writer out) {
        out.writeInt(buckets.size());
        for (Bucket bucket : buckets) {
            out.writeLong(bucket.units());
            out.writeLong(bucket.weight());
            out.writeDouble(bucket.weightSquares());
            out.writeDouble(bucket.mean());
            out.writeDouble(bucket.squares());
        }
    }

    /** Reads what {@link #write} wrote; the window is empty where a number is not finite. */
    void read(Varints.Reader in) {
        buckets.clear();
        for (int left = in.readInt(); left > 0; left--) {
            buckets.add(new Bucket(in.readLong(), in.readLong(), in.readDouble(), in.readDouble(), in.readDouble()));
        }
        if (!buckets.stream().allMatch(Bucket::isFinite)) {
            buckets.clear();
        }
    }
}
