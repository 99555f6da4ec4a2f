package dev.driftline.neural.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of {@link VectorProduct}: C += A·B for a tile of A, k times its rows, and one or more panels of B,
 * k rows of two vectors. Written by {@code VectorTilesGenerator}, with the tests: change that, not this.
 */
final class VectorTiles {

    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    /** Columns of a panel. */
    static final int PANEL = 2 * LANES;

    private VectorTiles() {}

    /** 12 rows × 2 vectors. */
    static void rows12(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        FloatVector s2x0 = FloatVector.zero(SPECIES);
        FloatVector s2x1 = FloatVector.zero(SPECIES);
        FloatVector s3x0 = FloatVector.zero(SPECIES);
        FloatVector s3x1 = FloatVector.zero(SPECIES);
        FloatVector s4x0 = FloatVector.zero(SPECIES);
        FloatVector s4x1 = FloatVector.zero(SPECIES);
        FloatVector s5x0 = FloatVector.zero(SPECIES);
        FloatVector s5x1 = FloatVector.zero(SPECIES);
        FloatVector s6x0 = FloatVector.zero(SPECIES);
        FloatVector s6x1 = FloatVector.zero(SPECIES);
        FloatVector s7x0 = FloatVector.zero(SPECIES);
        FloatVector s7x1 = FloatVector.zero(SPECIES);
        FloatVector s8x0 = FloatVector.zero(SPECIES);
        FloatVector s8x1 = FloatVector.zero(SPECIES);
        FloatVector s9x0 = FloatVector.zero(SPECIES);
        FloatVector s9x1 = FloatVector.zero(SPECIES);
        FloatVector s10x0 = FloatVector.zero(SPECIES);
        FloatVector s10x1 = FloatVector.zero(SPECIES);
        FloatVector s11x0 = FloatVector.zero(SPECIES);
        FloatVector s11x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 12]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 2]);
            s2x0 = a2.fma(b0, s2x0);
            s2x1 = a2.fma(b1, s2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 3]);
            s3x0 = a3.fma(b0, s3x0);
            s3x1 = a3.fma(b1, s3x1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 4]);
            s4x0 = a4.fma(b0, s4x0);
            s4x1 = a4.fma(b1, s4x1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 5]);
            s5x0 = a5.fma(b0, s5x0);
            s5x1 = a5.fma(b1, s5x1);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 6]);
            s6x0 = a6.fma(b0, s6x0);
            s6x1 = a6.fma(b1, s6x1);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 7]);
            s7x0 = a7.fma(b0, s7x0);
            s7x1 = a7.fma(b1, s7x1);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 8]);
            s8x0 = a8.fma(b0, s8x0);
            s8x1 = a8.fma(b1, s8x1);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 9]);
            s9x0 = a9.fma(b0, s9x0);
            s9x1 = a9.fma(b1, s9x1);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 10]);
            s10x0 = a10.fma(b0, s10x0);
            s10x1 = a10.fma(b1, s10x1);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[ai + p * 12 + 11]);
            s11x0 = a11.fma(b0, s11x0);
            s11x1 = a11.fma(b1, s11x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow).add(s2x0).intoArray(c, ci + 2 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow + LANES).add(s2x1).intoArray(c, ci + 2 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow).add(s3x0).intoArray(c, ci + 3 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow + LANES).add(s3x1).intoArray(c, ci + 3 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow).add(s4x0).intoArray(c, ci + 4 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow + LANES).add(s4x1).intoArray(c, ci + 4 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow).add(s5x0).intoArray(c, ci + 5 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow + LANES).add(s5x1).intoArray(c, ci + 5 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 6 * cRow).add(s6x0).intoArray(c, ci + 6 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 6 * cRow + LANES).add(s6x1).intoArray(c, ci + 6 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 7 * cRow).add(s7x0).intoArray(c, ci + 7 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 7 * cRow + LANES).add(s7x1).intoArray(c, ci + 7 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 8 * cRow).add(s8x0).intoArray(c, ci + 8 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 8 * cRow + LANES).add(s8x1).intoArray(c, ci + 8 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 9 * cRow).add(s9x0).intoArray(c, ci + 9 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 9 * cRow + LANES).add(s9x1).intoArray(c, ci + 9 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 10 * cRow).add(s10x0).intoArray(c, ci + 10 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 10 * cRow + LANES).add(s10x1).intoArray(c, ci + 10 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 11 * cRow).add(s11x0).intoArray(c, ci + 11 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 11 * cRow + LANES).add(s11x1).intoArray(c, ci + 11 * cRow + LANES);
    }

    /** 8 rows × 2 vectors. */
    static void rows8(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        FloatVector s2x0 = FloatVector.zero(SPECIES);
        FloatVector s2x1 = FloatVector.zero(SPECIES);
        FloatVector s3x0 = FloatVector.zero(SPECIES);
        FloatVector s3x1 = FloatVector.zero(SPECIES);
        FloatVector s4x0 = FloatVector.zero(SPECIES);
        FloatVector s4x1 = FloatVector.zero(SPECIES);
        FloatVector s5x0 = FloatVector.zero(SPECIES);
        FloatVector s5x1 = FloatVector.zero(SPECIES);
        FloatVector s6x0 = FloatVector.zero(SPECIES);
        FloatVector s6x1 = FloatVector.zero(SPECIES);
        FloatVector s7x0 = FloatVector.zero(SPECIES);
        FloatVector s7x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 8]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 2]);
            s2x0 = a2.fma(b0, s2x0);
            s2x1 = a2.fma(b1, s2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 3]);
            s3x0 = a3.fma(b0, s3x0);
            s3x1 = a3.fma(b1, s3x1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 4]);
            s4x0 = a4.fma(b0, s4x0);
            s4x1 = a4.fma(b1, s4x1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 5]);
            s5x0 = a5.fma(b0, s5x0);
            s5x1 = a5.fma(b1, s5x1);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 6]);
            s6x0 = a6.fma(b0, s6x0);
            s6x1 = a6.fma(b1, s6x1);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[ai + p * 8 + 7]);
            s7x0 = a7.fma(b0, s7x0);
            s7x1 = a7.fma(b1, s7x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow).add(s2x0).intoArray(c, ci + 2 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow + LANES).add(s2x1).intoArray(c, ci + 2 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow).add(s3x0).intoArray(c, ci + 3 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow + LANES).add(s3x1).intoArray(c, ci + 3 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow).add(s4x0).intoArray(c, ci + 4 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow + LANES).add(s4x1).intoArray(c, ci + 4 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow).add(s5x0).intoArray(c, ci + 5 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow + LANES).add(s5x1).intoArray(c, ci + 5 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 6 * cRow).add(s6x0).intoArray(c, ci + 6 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 6 * cRow + LANES).add(s6x1).intoArray(c, ci + 6 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 7 * cRow).add(s7x0).intoArray(c, ci + 7 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 7 * cRow + LANES).add(s7x1).intoArray(c, ci + 7 * cRow + LANES);
    }

    /** 6 rows × 2 vectors. */
    static void rows6(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        FloatVector s2x0 = FloatVector.zero(SPECIES);
        FloatVector s2x1 = FloatVector.zero(SPECIES);
        FloatVector s3x0 = FloatVector.zero(SPECIES);
        FloatVector s3x1 = FloatVector.zero(SPECIES);
        FloatVector s4x0 = FloatVector.zero(SPECIES);
        FloatVector s4x1 = FloatVector.zero(SPECIES);
        FloatVector s5x0 = FloatVector.zero(SPECIES);
        FloatVector s5x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 6]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 2]);
            s2x0 = a2.fma(b0, s2x0);
            s2x1 = a2.fma(b1, s2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 3]);
            s3x0 = a3.fma(b0, s3x0);
            s3x1 = a3.fma(b1, s3x1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 4]);
            s4x0 = a4.fma(b0, s4x0);
            s4x1 = a4.fma(b1, s4x1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[ai + p * 6 + 5]);
            s5x0 = a5.fma(b0, s5x0);
            s5x1 = a5.fma(b1, s5x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow).add(s2x0).intoArray(c, ci + 2 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow + LANES).add(s2x1).intoArray(c, ci + 2 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow).add(s3x0).intoArray(c, ci + 3 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow + LANES).add(s3x1).intoArray(c, ci + 3 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow).add(s4x0).intoArray(c, ci + 4 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 4 * cRow + LANES).add(s4x1).intoArray(c, ci + 4 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow).add(s5x0).intoArray(c, ci + 5 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 5 * cRow + LANES).add(s5x1).intoArray(c, ci + 5 * cRow + LANES);
    }

    /** 4 rows × 2 vectors. */
    static void rows4(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        FloatVector s2x0 = FloatVector.zero(SPECIES);
        FloatVector s2x1 = FloatVector.zero(SPECIES);
        FloatVector s3x0 = FloatVector.zero(SPECIES);
        FloatVector s3x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 4]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 4 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[ai + p * 4 + 2]);
            s2x0 = a2.fma(b0, s2x0);
            s2x1 = a2.fma(b1, s2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[ai + p * 4 + 3]);
            s3x0 = a3.fma(b0, s3x0);
            s3x1 = a3.fma(b1, s3x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow).add(s2x0).intoArray(c, ci + 2 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 2 * cRow + LANES).add(s2x1).intoArray(c, ci + 2 * cRow + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow).add(s3x0).intoArray(c, ci + 3 * cRow);
        FloatVector.fromArray(SPECIES, c, ci + 3 * cRow + LANES).add(s3x1).intoArray(c, ci + 3 * cRow + LANES);
    }

    /** 2 rows × 2 vectors. */
    static void rows2(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci, int cRow) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s1x0 = FloatVector.zero(SPECIES);
        FloatVector s1x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p * 2]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[ai + p * 2 + 1]);
            s1x0 = a1.fma(b0, s1x0);
            s1x1 = a1.fma(b1, s1x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + cRow).add(s1x0).intoArray(c, ci + cRow);
        FloatVector.fromArray(SPECIES, c, ci + cRow + LANES).add(s1x1).intoArray(c, ci + cRow + LANES);
    }

    /** 1 row × 2 vectors. */
    static void rows1(int k, float[] a, int ai, float[] b, int bi, float[] c, int ci) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
    }

    /**
     * 1 row × 8 vectors, of 4 panels.
     *
     * @param panel numbers from one panel to the next
     */
    static void rows1Panels4(int k, float[] a, int ai, float[] b, int bi, int panel, float[] c, int ci) {
        FloatVector s0x0 = FloatVector.zero(SPECIES);
        FloatVector s0x1 = FloatVector.zero(SPECIES);
        FloatVector s0x2 = FloatVector.zero(SPECIES);
        FloatVector s0x3 = FloatVector.zero(SPECIES);
        FloatVector s0x4 = FloatVector.zero(SPECIES);
        FloatVector s0x5 = FloatVector.zero(SPECIES);
        FloatVector s0x6 = FloatVector.zero(SPECIES);
        FloatVector s0x7 = FloatVector.zero(SPECIES);
        int b1i = bi + panel;
        int b2i = bi + 2 * panel;
        int b3i = bi + 3 * panel;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bi + p * PANEL + LANES);
            FloatVector b2 = FloatVector.fromArray(SPECIES, b, b1i + p * PANEL);
            FloatVector b3 = FloatVector.fromArray(SPECIES, b, b1i + p * PANEL + LANES);
            FloatVector b4 = FloatVector.fromArray(SPECIES, b, b2i + p * PANEL);
            FloatVector b5 = FloatVector.fromArray(SPECIES, b, b2i + p * PANEL + LANES);
            FloatVector b6 = FloatVector.fromArray(SPECIES, b, b3i + p * PANEL);
            FloatVector b7 = FloatVector.fromArray(SPECIES, b, b3i + p * PANEL + LANES);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[ai + p]);
            s0x0 = a0.fma(b0, s0x0);
            s0x1 = a0.fma(b1, s0x1);
            s0x2 = a0.fma(b2, s0x2);
            s0x3 = a0.fma(b3, s0x3);
            s0x4 = a0.fma(b4, s0x4);
            s0x5 = a0.fma(b5, s0x5);
            s0x6 = a0.fma(b6, s0x6);
            s0x7 = a0.fma(b7, s0x7);
        }
        FloatVector.fromArray(SPECIES, c, ci).add(s0x0).intoArray(c, ci);
        FloatVector.fromArray(SPECIES, c, ci + LANES).add(s0x1).intoArray(c, ci + LANES);
        FloatVector.fromArray(SPECIES, c, ci + PANEL).add(s0x2).intoArray(c, ci + PANEL);
        FloatVector.fromArray(SPECIES, c, ci + PANEL + LANES).add(s0x3).intoArray(c, ci + PANEL + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 2 * PANEL).add(s0x4).intoArray(c, ci + 2 * PANEL);
        FloatVector.fromArray(SPECIES, c, ci + 2 * PANEL + LANES).add(s0x5).intoArray(c, ci + 2 * PANEL + LANES);
        FloatVector.fromArray(SPECIES, c, ci + 3 * PANEL).add(s0x6).intoArray(c, ci + 3 * PANEL);
        FloatVector.fromArray(SPECIES, c, ci + 3 * PANEL + LANES).add(s0x7).intoArray(c, ci + 3 * PANEL + LANES);
    }
}
