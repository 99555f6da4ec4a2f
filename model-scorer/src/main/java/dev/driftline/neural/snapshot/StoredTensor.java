package dev.driftline.neural.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.neural.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The entry of one tensor in the header of a safetensors file.
 *
 * @param from first byte of its numbers, counted from the end of the header
 * @param to the byte after its numbers
 */
record StoredTensor(String name, Type type, int[] shape, long from, long to) {

    private static final int PIECE_BYTES = 1 << 16;

    /**
     * Reads an entry.
     *
     * @throws InvalidSnapshotException if it is not correct
     */
    static StoredTensor of(String name, JsonNode node) {
        String dtype = node.path("dtype").asText("");
        Type type = Arrays.stream(Type.values())
                .filter(known -> known.name().equals(dtype))
                .findFirst()
                .orElseThrow(() -> new InvalidSnapshotException(
                        name + " is of type '" + dtype + "': only F16, BF16, F32 and F64 are supported"));
        JsonNode sides = node.path("shape");
        JsonNode offsets = node.path("data_offsets");
        if (!sides.isArray()
                || offsets.size() != 2
                || !offsets.get(0).isIntegralNumber()
                || !offsets.get(1).isIntegralNumber()) {
            throw new InvalidSnapshotException(name + " has no shape or no data_offsets");
        }
        int[] shape = new int[sides.size()];
        long count = 1;
        for (int i = 0; i < shape.length; i++) {
            JsonNode side = sides.get(i);
            if (!side.isIntegralNumber() || !side.canConvertToInt() || side.intValue() < 0) {
                throw new InvalidSnapshotException(name + " has a side of " + side);
            }
            shape[i] = side.intValue();
            count = Math.multiplyHigh(count, shape[i]) == 0 ? count * shape[i] : Long.MAX_VALUE;
        }
        long from = offsets.get(0).canConvertToLong() ? offsets.get(0).longValue() : -1;
        long to = offsets.get(1).canConvertToLong() ? offsets.get(1).longValue() : -1;
        if (from < 0 || to < from) {
            throw new InvalidSnapshotException(name + " is at " + offsets + ": not an offset and a later one");
        }
        if (count < 0 || count > Integer.MAX_VALUE - 8) {
            throw new InvalidSnapshotException(name + " of shape " + sides + " is too large");
        }
        if (to - from != count * type.bytes) {
            throw new InvalidSnapshotException(name + " of shape " + sides + " and type " + dtype + " needs "
                    + count * type.bytes + " bytes, its offsets hold " + (to - from));
        }
        return new StoredTensor(name, type, shape, from, to);
    }

    /** @param base the end of the header in the file */
    Tensor load(SafetensorsSource source, long base) throws IOException {
        int count = (int) ((to - from) / type.bytes);
        float[] data = new float[count];
        int piece = PIECE_BYTES / type.bytes;
        for (int at = 0; at < count; at += piece) {
            int length = Math.min(piece, count - at);
            ByteBuffer bytes = source.read(base + from + (long) at * type.bytes, length * type.bytes);
            type.read(bytes, data, at, length);
        }
        return new Tensor(name, shape, data);
    }

    enum Type {
        F16(2) {
            @Override
            void read(ByteBuffer bytes, float[] into, int at, int count) {
                for (int i = 0; i < count; i++) {
                    into[at + i] = half(bytes.getShort());
                }
            }
        },
        BF16(2) {
            @Override
            void read(ByteBuffer bytes, float[] into, int at, int count) {
                for (int i = 0; i < count; i++) {
                    into[at + i] = Float.intBitsToFloat(bytes.getShort() << 16);
                }
            }
        },
        F32(4) {
            @Override
            void read(ByteBuffer bytes, float[] into, int at, int count) {
                bytes.asFloatBuffer().get(into, at, count);
            }
        },
        F64(8) {
            @Override
            void read(ByteBuffer bytes, float[] into, int at, int count) {
                for (int i = 0; i < count; i++) {
                    into[at + i] = (float) bytes.getDouble();
                }
            }
        };

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        abstract void read(ByteBuffer bytes, float[] into, int at, int count);

        /** IEEE 754 binary16 to binary32; {@code Float.float16ToFloat} came with Java 20. */
        private static float half(short bits) {
            int exponent = bits >> 10 & 0x1f;
            int fraction = bits & 0x3ff;
            float magnitude;
            if (exponent == 0) {
                magnitude = fraction * 0x1p-24f;
            } else if (exponent == 31) {
                magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
            } else {
                magnitude = Float.intBitsToFloat(exponent - 15 + 127 << 23 | fraction << 13);
            }
            return bits < 0 ? -magnitude : magnitude;
        }
    }
}
