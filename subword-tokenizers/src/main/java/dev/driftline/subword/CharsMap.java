package dev.driftline.subword;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What stands for which characters: the compiled rules of a SentencePiece model, such as NFKC. They are a double array (Aoe
 * 1989) in the layout of darts-clone, units of 32 bits, and behind it the strings, each ended by a zero. Immutable.
 */
final class CharsMap {

    private static final long NONE = 0;

    private final int[] units;
    private final byte[] strings;

    private CharsMap(int[] units, byte[] strings) {
        this.units = units;
        this.strings = strings;
    }

    /**
     * @param compiled the size of the array in bytes, the array and the strings, in little-endian order; empty for no rules
     * @throws IllegalArgumentException if the sizes do not fit
     */
    static CharsMap of(byte[] compiled) {
        if (compiled.length == 0) {
            return new CharsMap(new int[0], new byte[0]);
        }
        ByteBuffer buffer = ByteBuffer.wrap(compiled).order(ByteOrder.LITTLE_ENDIAN);
        int size = compiled.length < Integer.BYTES ? -1 : buffer.getInt();
        if (size < 0 || size % Integer.BYTES != 0 || size > buffer.remaining()) {
            throw new IllegalArgumentException(
                    "its rules of normalisation have " + compiled.length + " bytes, which is not what they say");
        }
        int[] units = new int[size / Integer.BYTES];
        buffer.asIntBuffer().get(units);
        return new CharsMap(units, Arrays.copyOfRange(compiled, Integer.BYTES + size, compiled.length));
    }

    /**
     * The longest rule for what stands at {@code from}: its bytes in the upper half, the place of what stands for them in the
     * lower one; 0 if there is no rule.
     */
    long longest(byte[] text, int from, int to) {
        long longest = NONE;
        if (units.length == 0) {
            return longest;
        }
        int at = offset(units[0]);
        for (int i = from; i < to; i++) {
            int label = text[i] & 0xFF;
            at ^= label;
            // A sound file never points outside; of another the rest is ignored.
            if (at < 0 || at >= units.length || (units[at] & 0x8000_00FF) != label) {
                return longest;
            }
            int unit = units[at];
            at ^= offset(unit);
            boolean ends = (unit >>> 8 & 1) == 1;
            if (ends && at >= 0 && at < units.length) {
                longest = (long) (i + 1 - from) << 32 | units[at] & 0x7FFF_FFFF;
            }
        }
        return longest;
    }

    /** The bytes of what is replaced. */
    static int length(long rule) {
        return (int) (rule >>> 32);
    }

    /** Adds what stands for it. */
    void replace(long rule, ByteText to) {
        for (int at = (int) rule; at < strings.length && strings[at] != 0; at++) {
            to.add(strings[at]);
        }
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }
}
