package dev.driftline.bulk;

/**
 * Where numbers stand among others: counts of them in bins that are one part in 65,536 wide, from 2⁻¹⁶ to 2¹⁶, in 16 MB, however
 * many there are and in whatever order they come. Numbers of one bin count as equal. Not thread-safe while numbers are added.
 */
public final class Percentiles {

    private static final int SHIFT = 7;
    private static final int LEAST = Float.floatToIntBits(0x1p-16f) >>> SHIFT;
    private static final int BINS = (Float.floatToIntBits(0x1p16f) >>> SHIFT) - LEAST + 1;

    private final long[] counts = new long[BINS];
    private long count;
    private boolean isSummed;

    /**
     * Adds a number, 0 or more; infinity counts as the highest.
     *
     * @throws IllegalStateException if a percentile was asked for before
     */
    public void add(double number) {
        if (isSummed) {
            throw new IllegalStateException("numbers cannot be added once percentiles were asked for");
        }
        counts[bin(number)]++;
        count++;
    }

    /** Adds what a row cost a token, in bits, if it has a score. */
    void add(RowCost cost) {
        if (cost.problem().isEmpty()) {
            add(cost.total().bitsPerToken());
        }
    }

    /** How many numbers were added. */
    public long count() {
        return count;
    }

    /**
     * The share of the numbers below {@code number}, those equal to it counted half.
     *
     * @return 0 to 100; 50 where none was added
     */
    public double of(double number) {
        sum();
        int bin = bin(number);
        long below = bin == 0 ? 0 : counts[bin - 1];
        return count == 0 ? 50 : 50.0 * (below + counts[bin]) / count;
    }

    private void sum() {
        if (!isSummed) {
            for (int bin = 1; bin < BINS; bin++) {
                counts[bin] += counts[bin - 1];
            }
            isSummed = true;
        }
    }

    private static int bin(double number) {
        int bits = Float.floatToIntBits((float) Math.max(0, number)) >>> SHIFT;
        return Math.max(0, Math.min(BINS - 1, bits - LEAST));
    }
}
