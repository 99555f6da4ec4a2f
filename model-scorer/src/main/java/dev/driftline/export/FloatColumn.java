package dev.driftline.export;

/** An {@link IntColumn} of the bits of numbers. Not thread-safe. */
final class FloatColumn {

    private final IntColumn bits = new IntColumn();

    /** @throws ArithmeticException if there are 2³¹ already */
    void add(float number) {
        bits.add(Float.floatToRawIntBits(number));
    }

    float get(int at) {
        return Float.intBitsToFloat(bits.get(at));
    }
}
