package dev.driftline.mixture;

/** Logarithms to base 2. */
final class Bits {

    private static final double LN2 = Math.log(2);

    private Bits() {}

    /** −log2 p. */
    static double of(double p) {
        return -Math.log(p) / LN2;
    }
}
