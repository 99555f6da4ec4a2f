package dev.driftline.filter;

import dev.driftline.codec.Varints;
import java.util.OptionalDouble;

/**
 * The distribution of the documents of one source, in two sketches, so that old documents drop out. When the newer sketch
 * has {@link PercentileSettings#window()} documents, it replaces the older one and an empty one begins. A percentile looks
 * at both. About 3 KiB each. Not thread-safe.
 */
public final class SourceQuantiles {

    private static final int FORMAT = 1;

    private QuantileSketch older;
    private QuantileSketch newer;

    /** The distribution of a source without documents. */
    public SourceQuantiles() {
        this(new QuantileSketch(), new QuantileSketch());
    }

    private SourceQuantiles(QuantileSketch older, QuantileSketch newer) {
        this.older = older;
        this.newer = newer;
    }

    /** How many documents a percentile looks at. */
    public long documents() {
        return older.count() + newer.count();
    }

    /**
     * The percentage of the documents looked at with a value below {@code value}, those with the same value counted half;
     * empty if there are fewer than {@code settings} ask for. Off by at most 100 · {@link QuantileSketch#RANK_ERROR} points
     * for 99 of 100 documents, and exact up to {@link QuantileSketch#SIZE} documents.
     *
     * @return 0 to 100
     */
    public OptionalDouble percentile(double value, PercentileSettings settings) {
        long documents = documents();
        if (documents < settings.minimum() || Double.isNaN(value)) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(100 * (older.rank(value) + newer.rank(value)) / documents);
    }

    /**
     * {@link #percentile}, and how far {@code value} is above the median; that of {@code everyone} where there are fewer
     * documents than {@code settings} ask for, and empty where there are too few of these, too.
     */
    public Standing standing(double value, PercentileSettings settings, SourceQuantiles everyone) {
        SourceQuantiles usual = documents() < settings.minimum() ? everyone : this;
        OptionalDouble excess = usual.documents() < settings.minimum() || Double.isNaN(value)
                ? OptionalDouble.empty()
                : OptionalDouble.of(value - usual.value(50).orElse(value));
        return new Standing(percentile(value, settings), excess);
    }

    /** Adds a document, unless its value is NaN or infinite. */
    public void add(double value, PercentileSettings settings) {
        if (!Float.isFinite((float) value)) {
            return;
        }
        newer.add(value);
        if (settings.window() > 0 && newer.count() >= settings.window()) {
            older = newer;
            newer = new QuantileSketch();
        }
    }

    /** The value below which {@code percent} of the documents looked at are; empty if there are none. */
    public OptionalDouble value(double percent) {
        if (documents() == 0) {
            return OptionalDouble.empty();
        }
        QuantileSketch both = new QuantileSketch();
        both.merge(older);
        both.merge(newer);
        return OptionalDouble.of(both.quantile(percent / 100));
    }

    /** The binary form. */
    public byte[] encode() {
        Varints.Writer out = new Varints.Writer(64 + 4 * (older.kept() + newer.kept()));
        out.writeByte(FORMAT);
        older.encode(out);
        newer.encode(out);
        return out.toByteArray();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if the format version is unknown
     */
    public static SourceQuantiles decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalArgumentException("quantiles of a source of format version " + format
                    + ", this code reads " + FORMAT + ": upgrade Driftline");
        }
        return new SourceQuantiles(QuantileSketch.decode(in), QuantileSketch.decode(in));
    }
}
