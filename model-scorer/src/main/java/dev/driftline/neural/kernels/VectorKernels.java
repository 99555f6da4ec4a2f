package dev.driftline.neural.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * Kernels on {@code jdk.incubator.vector}; the class cannot be loaded without that module, so only
 * {@link KernelSelection} names it.
 *
 * <p>Lanes are summed in a fixed tree and never by {@code reduceLanes(ADD)}, whose order differs between the interpreter
 * and the compiler. Tails are computed by scalars with the same operations as the lanes, so a value does not depend on
 * its place.
 */
final class VectorKernels implements Kernels {

    private static final VectorSpecies<Float> SPECIES = VectorTiles.SPECIES;
    private static final int LANES = VectorTiles.LANES;

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane + by) % LANES);
    }

    @Override
    public String name() {
        return "vector (" + SPECIES.vectorBitSize() + " bits)";
    }

    @Override
    public void gemm(Matrix a, Matrix b, float beta, Matrix c) {
        VectorProduct.multiply(a, b, beta, c);
    }

    @Override
    public Packed pack(Matrix b, @Nullable Packed reuse) {
        return VectorProduct.pack(b, reuse);
    }

    @Override
    public void gemm(Matrix a, Packed b, int from, float beta, Matrix c) {
        VectorProduct.multiply(a, b, from, beta, c);
    }

    /** The sum of the lanes in a fixed tree. */
    private static float sum(FloatVector x) {
        FloatVector sum = x;
        if (LANES > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (LANES > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (LANES > 2) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        if (LANES > 1) {
            sum = sum.add(sum.rearrange(BY_1));
        }
        return sum.lane(0);
    }

    private static float exp(float x) {
        if (x < Functions.EXP_LOW) {
            return 0f;
        }
        if (x > Functions.EXP_HIGH) {
            return Float.POSITIVE_INFINITY;
        }
        float shifted = Math.fma(x, Functions.LOG2_E, Functions.ROUND);
        float n = shifted - Functions.ROUND;
        float r = Math.fma(n, -Functions.LN2_LOW, Math.fma(n, -Functions.LN2_HIGH, x));
        float p = Math.fma(Functions.E7, r, Functions.E6);
        p = Math.fma(p, r, Functions.E5);
        p = Math.fma(p, r, Functions.E4);
        p = Math.fma(p, r, Functions.E3);
        p = Math.fma(p, r, Functions.E2);
        float y = Math.fma(p, r * r, r + 1f);
        return y * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
    }

    private static float tanh(float x) {
        float clamped =
                x > Functions.TANH_LIMIT ? Functions.TANH_LIMIT : x < -Functions.TANH_LIMIT ? -Functions.TANH_LIMIT : x;
        float s = clamped * clamped;
        float p = Math.fma(Functions.T13, s, Functions.T11);
        p = Math.fma(p, s, Functions.T9);
        p = Math.fma(p, s, Functions.T7);
        p = Math.fma(p, s, Functions.T5);
        p = Math.fma(p, s, Functions.T3);
        p = Math.fma(p, s, Functions.T1);
        float q = Math.fma(Functions.U6, s, Functions.U4);
        q = Math.fma(q, s, Functions.U2);
        q = Math.fma(q, s, Functions.U0);
        return clamped * p / q;
    }

    @Override
    public void sigmoid(float[] x, int offset, int length) {
        exp(x, offset, length, -1f, 0f);
        int whole = SPECIES.loopBound(length);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < whole; i += LANES) {
            one.div(FloatVector.fromArray(SPECIES, x, offset + i).add(one)).intoArray(x, offset + i);
        }
        for (int i = whole; i < length; i++) {
            x[offset + i] = 1f / (1f + x[offset + i]);
        }
    }

    @Override
    public void tanh(float[] x, int offset, int length) {
        int whole = SPECIES.loopBound(length);
        FloatVector limit = FloatVector.broadcast(SPECIES, Functions.TANH_LIMIT);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, x, offset + i);
            FloatVector v = u.blend(limit, u.compare(VectorOperators.GT, limit))
                    .blend(limit.neg(), u.compare(VectorOperators.LT, limit.neg()));
            FloatVector s = v.mul(v);
            FloatVector p = FloatVector.broadcast(SPECIES, Functions.T13)
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T11))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T9))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T7))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T5))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T3))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.T1));
            FloatVector q = FloatVector.broadcast(SPECIES, Functions.U6)
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.U4))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.U2))
                    .fma(s, FloatVector.broadcast(SPECIES, Functions.U0));
            v.mul(p).div(q).intoArray(x, offset + i);
        }
        for (int i = whole; i < length; i++) {
            x[offset + i] = tanh(x[offset + i]);
        }
    }

    @Override
    public float exp(float[] x, int offset, int length, float shift) {
        return exp(x, offset, length, 1f, shift);
    }

    /**
     * x ← e^(sign·x − shift), returns the sum. The polynomial stands in the loop: a method from vector to vector is not
     * always compiled into its caller, and each of its vectors then becomes an object.
     */
    private static float exp(float[] x, int offset, int length, float sign, float shift) {
        int whole = SPECIES.loopBound(length);
        FloatVector sums = FloatVector.zero(SPECIES);
        FloatVector factor = FloatVector.broadcast(SPECIES, sign);
        FloatVector summand = FloatVector.broadcast(SPECIES, -shift);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector v = factor.fma(FloatVector.fromArray(SPECIES, x, offset + i), summand);
            FloatVector shifted = v.fma(
                    FloatVector.broadcast(SPECIES, Functions.LOG2_E), FloatVector.broadcast(SPECIES, Functions.ROUND));
            FloatVector n = shifted.sub(Functions.ROUND);
            FloatVector r = n.fma(
                    FloatVector.broadcast(SPECIES, -Functions.LN2_LOW),
                    n.fma(FloatVector.broadcast(SPECIES, -Functions.LN2_HIGH), v));
            FloatVector p = FloatVector.broadcast(SPECIES, Functions.E7)
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E6))
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E5))
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E4))
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E3))
                    .fma(r, FloatVector.broadcast(SPECIES, Functions.E2));
            IntVector exponent = shifted.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 23)
                    .add(0x3f800000);
            FloatVector y = p.fma(r.mul(r), r.add(1f))
                    .mul(exponent.reinterpretAsFloats())
                    .blend(0f, v.compare(VectorOperators.LT, Functions.EXP_LOW))
                    .blend(Float.POSITIVE_INFINITY, v.compare(VectorOperators.GT, Functions.EXP_HIGH));
            y.intoArray(x, offset + i);
            sums = sums.add(y);
        }
        float sum = sum(sums);
        for (int i = whole; i < length; i++) {
            float y = exp(sign * x[offset + i] - shift);
            x[offset + i] = y;
            sum += y;
        }
        return sum;
    }

    @Override
    public float max(float[] x, int offset, int length) {
        int whole = SPECIES.loopBound(length);
        FloatVector most = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < whole; i += LANES) {
            most = most.max(FloatVector.fromArray(SPECIES, x, offset + i));
        }
        float max = most.reduceLanes(VectorOperators.MAX);
        for (int i = whole; i < length; i++) {
            max = Math.max(max, x[offset + i]);
        }
        return max;
    }

    @Override
    public float dot(float[] x, int xOffset, float[] y, int yOffset, int length) {
        int whole = length - length % (4 * LANES);
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < whole; i += 4 * LANES) {
            s0 = FloatVector.fromArray(SPECIES, x, xOffset + i).fma(FloatVector.fromArray(SPECIES, y, yOffset + i), s0);
            s1 = FloatVector.fromArray(SPECIES, x, xOffset + i + LANES)
                    .fma(FloatVector.fromArray(SPECIES, y, yOffset + i + LANES), s1);
            s2 = FloatVector.fromArray(SPECIES, x, xOffset + i + 2 * LANES)
                    .fma(FloatVector.fromArray(SPECIES, y, yOffset + i + 2 * LANES), s2);
            s3 = FloatVector.fromArray(SPECIES, x, xOffset + i + 3 * LANES)
                    .fma(FloatVector.fromArray(SPECIES, y, yOffset + i + 3 * LANES), s3);
        }
        float sum = sum(s0.add(s1).add(s2.add(s3)));
        for (int i = whole; i < length; i++) {
            sum = Math.fma(x[xOffset + i], y[yOffset + i], sum);
        }
        return sum;
    }

    @Override
    public void axpy(float a, float[] x, int xOffset, float[] y, int yOffset, int length) {
        int whole = SPECIES.loopBound(length);
        FloatVector factor = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < whole; i += LANES) {
            factor.fma(FloatVector.fromArray(SPECIES, x, xOffset + i), FloatVector.fromArray(SPECIES, y, yOffset + i))
                    .intoArray(y, yOffset + i);
        }
        for (int i = whole; i < length; i++) {
            y[yOffset + i] = Math.fma(a, x[xOffset + i], y[yOffset + i]);
        }
    }

    @Override
    public void scale(float a, float[] x, int offset, int length) {
        int whole = SPECIES.loopBound(length);
        FloatVector factor = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(SPECIES, x, offset + i).mul(factor).intoArray(x, offset + i);
        }
        for (int i = whole; i < length; i++) {
            x[offset + i] *= a;
        }
    }

    @Override
    public void lstm(
            int hidden,
            float[] gates,
            int g,
            float[] cells,
            int before,
            int after,
            float[] squashed,
            int s,
            float[] states,
            int h) {
        sigmoid(gates, g, 2 * hidden);
        tanh(gates, g + 2 * hidden, hidden);
        sigmoid(gates, g + 3 * hidden, hidden);
        int whole = SPECIES.loopBound(hidden);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector kept = FloatVector.fromArray(SPECIES, gates, g + hidden + i)
                    .mul(FloatVector.fromArray(SPECIES, cells, before + i));
            FloatVector cell = FloatVector.fromArray(SPECIES, gates, g + i)
                    .fma(FloatVector.fromArray(SPECIES, gates, g + 2 * hidden + i), kept);
            cell.intoArray(cells, after + i);
            cell.intoArray(squashed, s + i);
        }
        for (int i = whole; i < hidden; i++) {
            float cell = Math.fma(gates[g + i], gates[g + 2 * hidden + i], gates[g + hidden + i] * cells[before + i]);
            cells[after + i] = cell;
            squashed[s + i] = cell;
        }
        tanh(squashed, s, hidden);
        multiply(hidden, gates, g + 3 * hidden, squashed, s, states, h);
    }

    private static void multiply(int length, float[] x, int xi, float[] y, int yi, float[] z, int zi) {
        int whole = SPECIES.loopBound(length);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xi + i)
                    .mul(FloatVector.fromArray(SPECIES, y, yi + i))
                    .intoArray(z, zi + i);
        }
        for (int i = whole; i < length; i++) {
            z[zi + i] = x[xi + i] * y[yi + i];
        }
    }

    @Override
    public void lstmBackward(
            int hidden,
            float[] gates,
            int g,
            float[] cells,
            int before,
            float[] squashed,
            int s,
            float[] stateGradient,
            int dh,
            float[] cellGradient,
            int dc) {
        int whole = SPECIES.loopBound(hidden);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector input = FloatVector.fromArray(SPECIES, gates, g + i);
            FloatVector forget = FloatVector.fromArray(SPECIES, gates, g + hidden + i);
            FloatVector fresh = FloatVector.fromArray(SPECIES, gates, g + 2 * hidden + i);
            FloatVector out = FloatVector.fromArray(SPECIES, gates, g + 3 * hidden + i);
            FloatVector tanh = FloatVector.fromArray(SPECIES, squashed, s + i);
            FloatVector dState = FloatVector.fromArray(SPECIES, stateGradient, dh + i);
            FloatVector cell = FloatVector.fromArray(SPECIES, cells, before + i);
            FloatVector dCell = dState.mul(out)
                    .mul(one.sub(tanh.mul(tanh)))
                    .add(FloatVector.fromArray(SPECIES, cellGradient, dc + i));
            dCell.mul(fresh).mul(input).mul(one.sub(input)).intoArray(gates, g + i);
            dCell.mul(cell).mul(forget).mul(one.sub(forget)).intoArray(gates, g + hidden + i);
            dCell.mul(input).mul(one.sub(fresh.mul(fresh))).intoArray(gates, g + 2 * hidden + i);
            dState.mul(tanh).mul(out).mul(one.sub(out)).intoArray(gates, g + 3 * hidden + i);
            dCell.mul(forget).intoArray(cellGradient, dc + i);
        }
        for (int i = whole; i < hidden; i++) {
            lstmBackward(i, hidden, gates, g, cells, before, squashed, s, stateGradient, dh, cellGradient, dc);
        }
    }

    private static void lstmBackward(
            int i,
            int hidden,
            float[] gates,
            int g,
            float[] cells,
            int before,
            float[] squashed,
            int s,
            float[] stateGradient,
            int dh,
            float[] cellGradient,
            int dc) {
        float input = gates[g + i];
        float forget = gates[g + hidden + i];
        float fresh = gates[g + 2 * hidden + i];
        float out = gates[g + 3 * hidden + i];
        float tanh = squashed[s + i];
        float dState = stateGradient[dh + i];
        float dCell = dState * out * (1 - tanh * tanh) + cellGradient[dc + i];
        gates[g + i] = dCell * fresh * input * (1 - input);
        gates[g + hidden + i] = dCell * cells[before + i] * forget * (1 - forget);
        gates[g + 2 * hidden + i] = dCell * input * (1 - fresh * fresh);
        gates[g + 3 * hidden + i] = dState * tanh * out * (1 - out);
        cellGradient[dc + i] = dCell * forget;
    }
}
