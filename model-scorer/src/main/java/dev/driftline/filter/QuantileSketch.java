package dev.driftline.filter;

import dev.driftline.codec.SplitMix64;
import dev.driftline.codec.Varints;
import java.util.Arrays;

/**
 * The ranks of a stream of numbers in about 3 KiB, whatever its length: the KLL sketch of Karnin, Lang and Liberty ("Optimal
 * quantile approximation in streams", 2016).
 *
 * <p>A number is kept on level 0 with weight 1. A level that is full is sorted, every other number of it, from the first or
 * the second on, moves up a level with twice the weight, and the others are dropped. Up to {@value #SIZE} numbers ranks are
 * exact. Past that a rank is off by at most {@link #RANK_ERROR} of the count for 99 of 100 queries, whatever the numbers and
 * their order; the sum of all weights stays exactly the count.
 *
 * <p>Which half moves up is decided by a hash of how many halvings came before, not by chance: the same numbers in the same
 * order give the same sketch, so a document that is read again after a crash is judged as it was before. That is why the
 * sketch is written here and not taken from a library: those draw at random. Not thread-safe.
 */
public final class QuantileSketch {

    /** Numbers that the highest level holds; each one below holds two thirds of the one above. */
    public static final int SIZE = 256;

    /** What a rank may be off by, as a share of the count. */
    public static final double RANK_ERROR = 0.011;

    private static final int FORMAT = 1;
    private static final double SHRINK = 2.0 / 3;
    private static final int LEAST = 8;

    private float[][] levels = {new float[LEAST]};
    private int[] sizes = new int[1];
    private int kept;
    private long count;
    private long halvings;

    /** How many numbers were added. */
    public long count() {
        return count;
    }

    /** How many numbers are kept. */
    public int kept() {
        return kept;
    }

    /**
     * Adds a number, at the precision of a float.
     *
     * @throws IllegalArgumentException if it is not finite as a float
     */
    public void add(double value) {
        if (!Float.isFinite((float) value)) {
            throw new IllegalArgumentException(value + " cannot be kept: a rank needs a finite number");
        }
        append(0, (float) value);
        count++;
        compress();
    }

    /** Adds the numbers of {@code other}, which is left unchanged. */
    public void merge(QuantileSketch other) {
        for (int level = 0; level < other.sizes.length; level++) {
            while (level >= sizes.length) {
                addLevel();
            }
            for (int i = 0; i < other.sizes[level]; i++) {
                append(level, other.levels[level][i]);
            }
            if (level > 0) {
                Arrays.sort(levels[level], 0, sizes[level]);
            }
        }
        count += other.count;
        compress();
    }

    /**
     * How many of the numbers are below {@code value}, those equal to it counted half.
     *
     * @return 0 to {@link #count()}
     */
    public double rank(double value) {
        float wanted = (float) value;
        double rank = 0;
        for (int level = 0; level < sizes.length; level++) {
            long halves = 0;
            for (int i = 0; i < sizes[level]; i++) {
                float item = levels[level][i];
                halves += item < wanted ? 2 : item == wanted ? 1 : 0;
            }
            rank += Math.scalb((double) halves, level - 1);
        }
        return rank;
    }

    /**
     * The least number kept with at least the share {@code share} of all numbers at or below it.
     *
     * @param share 0 to 1
     * @throws IllegalStateException if nothing was added
     */
    public double quantile(double share) {
        if (count == 0) {
            throw new IllegalStateException("a sketch of nothing has no quantiles");
        }
        record Weighed(float value, long weight) {}
        Weighed[] all = new Weighed[kept];
        int at = 0;
        for (int level = 0; level < sizes.length; level++) {
            for (int i = 0; i < sizes[level]; i++) {
                all[at++] = new Weighed(levels[level][i], 1L << level);
            }
        }
        Arrays.sort(all, (a, b) -> Float.compare(a.value, b.value));
        long below = 0;
        for (Weighed item : all) {
            below += item.weight;
            if (below >= share * count) {
                return item.value;
            }
        }
        return all[kept - 1].value;
    }

    private void compress() {
        while (kept > capacity()) {
            int level = 0;
            while (sizes[level] < capacity(level)) {
                level++;
            }
            if (level + 1 == sizes.length) {
                addLevel();
            }
            halve(level);
        }
    }

    /** Moves every other number of a level up. One that is left over where their number is odd stays. */
    private void halve(int level) {
        float[] items = levels[level];
        if (level == 0) {
            Arrays.sort(items, 0, sizes[0]);
        }
        int pairs = sizes[level] / 2;
        int from = (int) (SplitMix64.mix(halvings++) & 1);
        // The one left over is the least or the greatest, in turn: always the same end would favour that end.
        int left = sizes[level] & 1;
        int skip = left == 1 && (SplitMix64.mix(halvings) & 2) != 0 ? 1 : 0;
        float over = left == 0 ? 0 : skip == 1 ? items[0] : items[sizes[level] - 1];
        for (int pair = 0; pair < pairs; pair++) {
            append(level + 1, items[skip + 2 * pair + from]);
        }
        Arrays.sort(levels[level + 1], 0, sizes[level + 1]);
        kept -= sizes[level] - left;
        sizes[level] = left;
        items[0] = over;
    }

    private void append(int level, float value) {
        if (sizes[level] == levels[level].length) {
            levels[level] = Arrays.copyOf(levels[level], 2 * sizes[level]);
        }
        levels[level][sizes[level]++] = value;
        kept++;
    }

    private void addLevel() {
        levels = Arrays.copyOf(levels, levels.length + 1);
        levels[levels.length - 1] = new float[LEAST];
        sizes = Arrays.copyOf(sizes, sizes.length + 1);
    }

    private int capacity() {
        int sum = 0;
        for (int level = 0; level < sizes.length; level++) {
            sum += capacity(level);
        }
        return sum;
    }

    private int capacity(int level) {
        return Math.max(LEAST, (int) Math.ceil(SIZE * Math.pow(SHRINK, sizes.length - 1 - level)));
    }

    /** Appends the binary form: a version byte, the counts, the numbers of each level as floats. */
    public void encode(Varints.Writer out) {
        out.writeByte(FORMAT);
        out.writeLong(count);
        out.writeLong(halvings);
        out.writeInt(sizes.length);
        for (int level = 0; level < sizes.length; level++) {
            out.writeInt(sizes[level]);
            for (int i = 0; i < sizes[level]; i++) {
                out.writeFloat(levels[level][i]);
            }
        }
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if the format version is unknown
     */
    public static QuantileSketch decode(Varints.Reader in) {
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalArgumentException("quantile sketch of format version " + format + ", this code reads "
                    + FORMAT + ": upgrade Driftline");
        }
        QuantileSketch sketch = new QuantileSketch();
        sketch.count = in.readLong();
        sketch.halvings = in.readLong();
        int levels = in.readInt();
        sketch.levels = new float[levels][];
        sketch.sizes = new int[levels];
        for (int level = 0; level < levels; level++) {
            int size = in.readInt();
            sketch.sizes[level] = size;
            sketch.kept += size;
            sketch.levels[level] = new float[Math.max(LEAST, size)];
            for (int i = 0; i < size; i++) {
                float item = in.readFloat();
                // What an earlier version took in: the rank of the others stays.
                sketch.levels[level][i] = Float.isNaN(item)
                        ? Float.MAX_VALUE
                        : Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, item));
            }
        }
        return sketch;
    }
}
