package dev.driftline.neural;

/**
 * A named array of numbers, row-major.
 *
 * @param name its name in PyTorch: {@code rnn.weight_ih_l0}
 * @param shape its sizes, the slowest first
 * @param data the numbers, as many as the product of the shape. Not copied: a shared tensor must not be changed
 */
public record Tensor(String name, int[] shape, float[] data) {

    /** @throws IllegalArgumentException if a value is out of its range */
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
