package dev.driftline.neural;

/**
 * A named array of numbers, row-major.
 *
 * @param name PyTorch's name of it: {@code rnn.weight_ih_l0}
 * @param shape its sizes, the slowest first
 * @param data the numbers; Σ over shape of them. Not copied: whoever shares a tensor does not write to it
 */
public record Tensor(String name, int[] shape, float[] data) {

    public Tensor {
        long size = 1;
        for (int side : shape) {
            size *= side;
        }
        if (size != data.length) {
            throw new IllegalArgumentException(name + " has " + data.length + " numbers, its shape says " + size);
        }
    }

    /** A tensor of zeros. */
    public static Tensor zeros(String name, int... shape) {
        int size = 1;
        for (int side : shape) {
            size = Math.multiplyExact(size, side);
        }
        return new Tensor(name, shape, new float[size]);
    }

    /** The same numbers in an array of their own. */
    public Tensor copy() {
        return new Tensor(name, shape.clone(), data.clone());
    }
}
