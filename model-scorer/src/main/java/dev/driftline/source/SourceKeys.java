package dev.driftline.source;

import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys under which a store keeps what is known of sources.
 *
 * <pre>
 * length, name, 00 00         the header of a source
 * length, name, slot + 1      a segment of its tokens (two bytes, big endian)
 * length, name, FF FF         its frozen reference, kept by whoever watches it for drift
 * FE FE FE FE FE FE, name     when it was last seen
 * FF FF FF FF FF FF           the weights common to all sources
 * </pre>
 *
 * <p>The length is a varint, so that no source's keys are the beginning of another's. No name is as long as the lengths that
 * FE… and FF… would stand for.
 */
public final class SourceKeys {

    /** The weights common to all sources. */
    static final byte[] COMMON = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF};

    /** What the keys of the times begin with. */
    static final byte[] SEEN = {(byte) 0xFE, (byte) 0xFE, (byte) 0xFE, (byte) 0xFE, (byte) 0xFE, (byte) 0xFE};

    private static final int HEADER = 0;
    private static final int REFERENCE = 0xFFFF;

    private SourceKeys() {}

    /** What all keys of a source begin with, the time it was seen apart. */
    public static byte[] prefix(String source) {
        byte[] name = source.getBytes(StandardCharsets.UTF_8);
        Varints.Writer key = new Varints.Writer(name.length + 5);
        key.writeBytes(name);
        return key.toByteArray();
    }

    /** The source whose {@link #prefix} this is. */
    public static String source(byte[] prefix) {
        return new String(new Varints.Reader(prefix).readBytes(), StandardCharsets.UTF_8);
    }

    /** The frozen reference of a source. */
    public static byte[] reference(String source) {
        return numbered(prefix(source), REFERENCE);
    }

    static byte[] header(String source) {
        return numbered(prefix(source), HEADER);
    }

    static byte[] segment(String source, int slot) {
        return numbered(prefix(source), slot + 1);
    }

    static byte[] seen(String source) {
        byte[] name = source.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(SEEN, SEEN.length + name.length);
        System.arraycopy(name, 0, key, SEEN.length, name.length);
        return key;
    }

    private static byte[] numbered(byte[] prefix, int number) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + 2);
        key[prefix.length] = (byte) (number >>> 8);
        key[prefix.length + 1] = (byte) number;
        return key;
    }
}
