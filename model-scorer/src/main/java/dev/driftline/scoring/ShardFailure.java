package dev.driftline.scoring;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;

/**
 * What a shard replies in place of a {@link ShardReply} to a request that it fails with: why, and whether it has learned the
 * document all the same.
 *
 * <table>
 * <caption>Layout: varints, and strings as a length and UTF-8</caption>
 * <tr><th>field</th><th>type</th><th>content</th></tr>
 * <tr><td>kind</td><td>byte</td><td>{@code 'F'}</td></tr>
 * <tr><td>version</td><td>byte</td><td>1</td></tr>
 * <tr><td>model</td><td>8 bytes</td><td>{@link ModelFingerprint}, little endian</td></tr>
 * <tr><td>flags</td><td>byte</td><td>1: the document is learned</td></tr>
 * <tr><td>partition, ticket, shard</td><td>varints</td><td>as in a reply</td></tr>
 * <tr><td>why</td><td>string</td><td></td></tr>
 * <tr><td>checksum</td><td>4 bytes</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 *
 * @param partition of the document
 * @param ticket what, with the partition, names the document
 * @param shard whose reply this is
 * @param learned whether this shard has learned the document, or was not to
 * @param why it failed
 */
public record ShardFailure(int partition, long ticket, int shard, boolean learned, String why) {

    static final byte KIND = 'F';

    private static final int VERSION = 1;
    private static final int LEARNED = 1;
    private static final int MOST_CHARACTERS = 1000;

    private static final ShardMessage MESSAGE = new ShardMessage(KIND, VERSION, "shard failure");

    /** Whether {@code message} begins as one. */
    public static boolean is(byte[] message) {
        return message.length > 0 && message[0] == KIND;
    }

    byte[] encode(ModelFingerprint model) {
        Varints.Writer out = new Varints.Writer(128);
        MESSAGE.begin(out, model);
        out.writeByte(learned ? LEARNED : 0);
        out.writeInt(partition);
        out.writeLong(ticket);
        out.writeInt(shard);
        String cut = why.length() <= MOST_CHARACTERS ? why : why.substring(0, MOST_CHARACTERS);
        out.writeBytes(cut.getBytes(StandardCharsets.UTF_8));
        return ShardMessage.end(out);
    }

    /** @throws ShardMessageException if it is not a whole failure of {@code model} */
    static ShardFailure open(byte[] message, ModelFingerprint model) {
        Varints.Reader in = MESSAGE.open(message, model);
        try {
            int flags = in.readByte();
            int partition = in.readInt();
            long ticket = in.readLong();
            int shard = in.readInt();
            if (shard < 0 || shard >= model.shards()) {
                throw ShardMessageException.inconsistent(
                        MESSAGE.name(), "the shard is " + shard + " of " + model.shards());
            }
            String why = new String(in.readBytes(), StandardCharsets.UTF_8);
            return new ShardFailure(partition, ticket, shard, (flags & LEARNED) != 0, why);
        } catch (MalformedBytesException e) {
            throw ShardMessageException.endsEarly(MESSAGE.name(), e);
        }
    }

    /** A reader of what follows the flags, as in a reply. */
    static Varints.Reader address(byte[] message) {
        Varints.Reader in = MESSAGE.body(message);
        in.skip(1);
        return in;
    }
}
