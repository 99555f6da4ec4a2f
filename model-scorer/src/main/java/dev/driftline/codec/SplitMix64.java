package dev.driftline.codec;

/** The finalizer of SplitMix64 (Steele, Lea and Flood 2014): neighbouring inputs give independent outputs. */
public final class SplitMix64 {

    /** The odd number nearest 2⁶⁴ / φ: multiplication by it spreads neighbours over the upper bits (Knuth). */
    public static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private SplitMix64() {}

    /** A bijection of the 64-bit integers. */
    public static long mix(long x) {
        long z = x + GOLDEN;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
