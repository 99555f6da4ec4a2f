package dev.driftline.neural.kernels;

import org.jspecify.annotations.Nullable;

/**
 * The loops that networks spend their time in. Thread-safe: the only state is the buffers that an implementation keeps for
 * each thread. Results do not depend on timing, so the same input gives the same bits on the same implementation.
 */
public interface Kernels {

    /** Name for logs: {@code vector (512 bits)} or {@code plain Java}. */
    String name();

    /**
     * C ← β·C + A·B.
     *
     * @param a m × k
     * @param b k × n
     * @param beta 0 overwrites C whatever was there, 1 adds to it
     * @param c m × n, not transposed
     * @throws IllegalArgumentException if the shapes do not go together
     * @throws IndexOutOfBoundsException if a matrix does not fit into its array
     */
    void gemm(Matrix a, Matrix b, float beta, Matrix c);

    /** A matrix B in the order in which the product with it reads it. Immutable once packed, shared between threads. */
    interface Packed {
        /** Rows of B. */
        int k();

        /** Columns of B. */
        int n();
    }

    /**
     * Packs a matrix for products with it; weights that are used for many steps are packed once.
     *
     * @param reuse what was packed before from a matrix of the same size, to be overwritten; null to make a new one
     */
    Packed pack(Matrix b, @Nullable Packed reuse);

    /**
     * C ← β·C + A·B for some columns of B: from column {@code from} on, as many as C has.
     *
     * @throws IllegalArgumentException if the shapes do not go together
     * @throws IndexOutOfBoundsException if a matrix does not fit into its array, or B has fewer columns
     */
    void gemm(Matrix a, Packed b, int from, float beta, Matrix c);

    /** x ← 1 / (1 + e^−x). */
    void sigmoid(float[] x, int offset, int length);

    /** x ← tanh x. */
    void tanh(float[] x, int offset, int length);

    /** x ← e^(x − shift); returns the sum, in a fixed order. */
    float exp(float[] x, int offset, int length, float shift);

    /** The largest of x. */
    float max(float[] x, int offset, int length);

    /** Σ x·y, in a fixed order. */
    float dot(float[] x, int xOffset, float[] y, int yOffset, int length);

    /** y ← y + a·x. */
    void axpy(float a, float[] x, int xOffset, float[] y, int yOffset, int length);

    /** x ← a·x. */
    void scale(float a, float[] x, int offset, int length);

    /**
     * One step of one LSTM row, H units, after the products: gates i, f, g, o ← σ, σ, tanh, σ of themselves;
     * c′ ← f·c + i·g; s ← tanh c′; h ← o·s (Hochreiter and Schmidhuber 1997, with forget gates, PyTorch's gate order).
     *
     * @param gates [4·H] from {@code g} on: the inputs of the gates, replaced by the gates
     * @param cells c from {@code before} on, c′ from {@code after} on
     * @param squashed receives s from {@code s} on
     * @param states receives h from {@code h} on
     */
    void lstm(
            int hidden,
            float[] gates,
            int g,
            float[] cells,
            int before,
            int after,
            float[] squashed,
            int s,
            float[] states,
            int h);

    /**
     * Back-propagation through {@link #lstm}: from the gradient of h, and that of c′ from the step after, to the gradients of
     * the inputs of the gates, in their place, and of c.
     *
     * @param gates as {@link #lstm} left them; receives their gradients
     * @param stateGradient dh from {@code dh} on
     * @param cellGradient dc′ from {@code dc} on without the part that comes from h; receives dc
     */
    void lstmBackward(
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
            int dc);
}
