package dev.driftline.neural.training;

import dev.driftline.neural.HiddenLayers;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Inverted dropout: each number is zeroed with probability p and the others are divided by 1 − p, drawn again at every step,
 * as in PyTorch's word language model. Keeps the mask for back-propagation. Not thread-safe.
 */
final class Dropout implements HiddenLayers.Dropout {

    private final SplittableRandom random;
    private final int keep;
    private final float scale;
    private final boolean[][] left;

    /**
     * @param share p, in (0, 1)
     * @param levels how many places drop numbers
     */
    Dropout(double share, int levels, long seed) {
        random = new SplittableRandom(seed);
        keep = (int) Math.round((1 - share) * 65536);
        scale = (float) (1 / (1 - share));
        left = new boolean[levels][0];
    }

    @Override
    public void apply(int level, float[] values, int offset, int length) {
        if (left[level].length < length) {
            left[level] = Arrays.copyOf(left[level], length);
        }
        boolean[] kept = left[level];
        long bits = 0;
        for (int i = 0; i < length; i++) {
            bits = (i & 3) == 0 ? random.nextLong() : bits >>> 16;
            kept[i] = (bits & 0xffff) < keep;
        }
        scale(kept, values, offset, length);
    }

    /** Applies the mask of the last {@link #apply} to the gradients. */
    void back(int level, float[] gradients, int length) {
        scale(left[level], gradients, 0, length);
    }

    private void scale(boolean[] kept, float[] values, int offset, int length) {
        for (int i = 0; i < length; i++) {
            values[offset + i] = kept[i] ? values[offset + i] * scale : 0;
        }
    }
}
