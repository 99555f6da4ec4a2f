package dev.driftline.neural.kernels;

/**
 * e^x, the logistic function and tanh by polynomials in single precision, good to a few units in the last place; several
 * times faster than {@link Math}, and the same in scalars as in the lanes of {@link VectorKernels} up to rounding.
 *
 * <p>e^x as in Cephes ({@code expf}: split x = n ln 2 + r, a polynomial of degree 5 in r). tanh by the rational minimax
 * approximation that Eigen uses.
 */
final class Functions {

    /** Below this, e^x is 0 here: the result would be subnormal. */
    static final float EXP_LOW = -87.33f;
    /** Above this, e^x is infinite here. */
    static final float EXP_HIGH = 88.37f;

    static final float LOG2_E = 1.44269504088896341f;
    /** 1.5 · 2^23: adding it rounds to an integer, which is then in the low bits. */
    static final float ROUND = 12582912f;

    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;
    static final float E7 = 1.9875691500e-4f;
    static final float E6 = 1.3981999507e-3f;
    static final float E5 = 8.3334519073e-3f;
    static final float E4 = 4.1665795894e-2f;
    static final float E3 = 1.6666665459e-1f;
    static final float E2 = 5.0000001201e-1f;

    /** From here on, tanh x is constant, within rounding of 1. */
    static final float TANH_LIMIT = 7.99881172180175781f;

    static final float T1 = 4.89352455891786e-03f;
    static final float T3 = 6.37261928875436e-04f;
    static final float T5 = 1.48572235717979e-05f;
    static final float T7 = 5.12229709037114e-08f;
    static final float T9 = -8.60467152213735e-11f;
    static final float T11 = 2.00018790482477e-13f;
    static final float T13 = -2.76076847742355e-16f;
    static final float U0 = 4.89352518554385e-03f;
    static final float U2 = 2.26843463243900e-03f;
    static final float U4 = 1.18534705686654e-04f;
    static final float U6 = 1.19825839466702e-06f;

    private Functions() {}

    static float exp(float x) {
        if (x < EXP_LOW) {
            return 0f;
        }
        if (x > EXP_HIGH) {
            return Float.POSITIVE_INFINITY;
        }
        float shifted = x * LOG2_E + ROUND;
        float n = shifted - ROUND;
        float r = (x - n * LN2_HIGH) - n * LN2_LOW;
        float p = ((((E7 * r + E6) * r + E5) * r + E4) * r + E3) * r + E2;
        float y = p * (r * r) + (r + 1f);
        // The low bits of "shifted" are n; the shift drops the others.
        return y * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
    }

    static float sigmoid(float x) {
        return 1f / (1f + exp(-x));
    }

    static float tanh(float x) {
        float clamped = x > TANH_LIMIT ? TANH_LIMIT : x < -TANH_LIMIT ? -TANH_LIMIT : x;
        float s = clamped * clamped;
        float p = (((((T13 * s + T11) * s + T9) * s + T7) * s + T5) * s + T3) * s + T1;
        float q = ((U6 * s + U4) * s + U2) * s + U0;
        float y = clamped * p / q;
        return y > 1f ? 1f : y < -1f ? -1f : y;
    }
}
