package dev.driftline.mixture;

import java.util.Arrays;

/**
 * Adds up −log2 p of a document's tokens under every model, known and unknown tokens apart. It multiplies probabilities, and
 * takes a logarithm only when the product gets small. Not thread-safe.
 */
final class ModelCosts {

    private static final double LN2 = Math.log(2);
    private static final double SMALL = 1e-250;

    private final double[] knownProduct;
    private final double[] unknownProduct;
    private final double[] knownBits;
    private final double[] unknownBits;

    ModelCosts(int models) {
        knownProduct = new double[models];
        unknownProduct = new double[models];
        knownBits = new double[models];
        unknownBits = new double[models];
    }

    /** −log2 p. */
    static double bits(double p) {
        return -Math.log(p) / LN2;
    }

    void reset() {
        Arrays.fill(knownProduct, 1);
        Arrays.fill(unknownProduct, 1);
        Arrays.fill(knownBits, 0);
        Arrays.fill(unknownBits, 0);
    }

    /**
     * Adds a token.
     *
     * @param components probabilities by {@link MixtureColumns#componentOf}
     * @param mixed the probability under the last model, the mixture
     */
    void add(double[] components, double mixed, boolean unknown) {
        double[] product = unknown ? unknownProduct : knownProduct;
        double[] bits = unknown ? unknownBits : knownBits;
        int mixture = product.length - 1;
        for (int model = 0; model < mixture; model++) {
            multiply(product, bits, model, components[MixtureColumns.componentOf(model)]);
        }
        multiply(product, bits, mixture, mixed);
    }

    private static void multiply(double[] product, double[] bits, int model, double p) {
        double next = product[model] * p;
        if (next < SMALL) {
            bits[model] += bits(product[model]) + bits(p);
            next = 1;
        }
        product[model] = next;
    }

    /** {@code [models]}: the bits of the known tokens. */
    double[] knownBits() {
        double[] known = new double[knownBits.length];
        for (int model = 0; model < known.length; model++) {
            known[model] = knownBits[model] + bits(knownProduct[model]);
        }
        return known;
    }

    /** {@code [models]}: the bits of all tokens, given those of the known ones. */
    double[] bits(double[] known) {
        double[] bits = new double[known.length];
        for (int model = 0; model < bits.length; model++) {
            bits[model] = known[model] + unknownBits[model] + bits(unknownProduct[model]);
        }
        return bits;
    }
}
