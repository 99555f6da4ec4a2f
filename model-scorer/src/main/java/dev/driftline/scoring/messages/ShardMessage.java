package dev.driftline.scoring.messages;

import dev.driftline.codec.Varints;

/**
 * The frame that requests and replies share. It answers, in this order: what is it, which layout has it, is it whole, and is
 * it of this model?
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>bytes</th><th>content</th></tr>
 * <tr><td>1</td><td>kind, as an ASCII letter: never 1, with which every message of Driftline 0.1 began</td></tr>
 * <tr><td>1</td><td>version of the format</td></tr>
 * <tr><td>8</td><td>{@link ModelFingerprint}, little endian</td></tr>
 * <tr><td>…</td><td>the body</td></tr>
 * <tr><td>4</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 *
 * <p>The checksum is here although brokers keep one of their own: a request whose words were altered after the broker would
 * be learned, and nothing would ever show it.
 *
 * <p>Thread-safe.
 *
 * @param kind the first byte
 * @param version of the layout of this kind: goes up with every change of it
 * @param name what people call it
 */
record ShardMessage(byte kind, int version, String name) {

    private static final int FIRST_RELEASE = 1;
    private static final int MODEL_AT = 2;
    private static final int CHECKSUM = Integer.BYTES;

    /** Starts a message in {@code out}, which loses what it had. */
    void begin(Varints.Writer out, ModelFingerprint model) {
        out.reset();
        out.writeByte(kind);
        out.writeByte(version);
        out.writeFixedLong(model.bits());
    }

    /** Ends a message that {@link #begin} started. */
    static byte[] end(Varints.Writer out) {
        out.writeChecksum();
        return out.toByteArray();
    }

    /**
     * A reader of the body of a message that is whole and of {@code model}.
     *
     * @throws ShardMessageException if it is not
     */
    Varints.Reader open(byte[] message, ModelFingerprint model) {
        Varints.Reader in = frame(message);
        int length = message.length - CHECKSUM;
        if (new Varints.Reader(message, length, CHECKSUM).readFixedInt() != Varints.checksum(message, 0, length)) {
            throw ShardMessageException.altered(name, message.length);
        }
        long came = in.readFixedLong();
        if (!model.matches(came)) {
            throw ShardMessageException.ofModel(name, model, ModelFingerprint.came(came));
        }
        return in;
    }

    /**
     * A reader of the body of a message of this kind and version; whether it is whole, and of which model, is not looked at.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    Varints.Reader body(byte[] message) {
        Varints.Reader in = frame(message);
        in.skip(Long.BYTES);
        return in;
    }

    /** Whether {@code message} begins as one of this kind and version. */
    boolean isAtHeadOf(byte[] message) {
        return message.length >= MODEL_AT && message[0] == kind && message[1] == version;
    }

    /** Bytes before the body. */
    static int headBytes() {
        return MODEL_AT + Long.BYTES;
    }

    /** A reader of the model and the body of a message of this kind and version. */
    private Varints.Reader frame(byte[] message) {
        if (message.length < MODEL_AT + Long.BYTES + CHECKSUM) {
            if (message.length > 0 && message[0] == FIRST_RELEASE) {
                throw ShardMessageException.ofFirstRelease(name, version);
            }
            throw ShardMessageException.tooShort(name, message.length);
        }
        if (message[0] != kind) {
            throw message[0] == FIRST_RELEASE
                    ? ShardMessageException.ofFirstRelease(name, version)
                    : ShardMessageException.ofKind(name, kindOf(message[0]));
        }
        if (message[1] != version) {
            throw ShardMessageException.ofVersion(name, version, message[1] & 0xFF);
        }
        return new Varints.Reader(message, MODEL_AT, message.length - MODEL_AT - CHECKSUM);
    }

    private static String kindOf(byte kind) {
        return switch (kind) {
            case ShardRequest.KIND -> "a shard request";
            case ShardReply.KIND -> "a shard reply";
            case ShardFailure.KIND -> "a shard failure";
            case ShardRetraction.KIND -> "a shard's reply to a retraction";
            case GoneWords.KIND -> "word of what a shard has forgotten";
            default -> "bytes that begin with " + (kind & 0xFF);
        };
    }
}
