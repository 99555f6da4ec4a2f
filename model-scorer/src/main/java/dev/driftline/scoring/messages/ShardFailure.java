package dev.driftline.scoring.messages;

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

    static final int FORMAT = 1;
    private static final int LEARNED = 1;
    private static final int MOST_CHARACTERS = 1000;

    static final ShardMessage MESSAGE = new ShardMessage(KIND, FORMAT, "shard failure");

    /** Whether {@code message} begins as one. */
    public static boolean is(byte[] message) {
        return message.length > 0 && message[0] == KIND;
    }

    /** Writes all but the checksum. */
    void write(Varints.Writer out, ModelFingerprint model) {
        MESSAGE.begin(out, model);
        new ReplyHead(learned ? LEARNED : 0, partition, ticket, shard).write(out);
        String cut = why.length() <= MOST_CHARACTERS ? why : why.substring(0, MOST_CHARACTERS);
        out.writeBytes(cut.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws ShardMessageException if it is not a whole failure of {@code model} */
    public static ShardFailure open(byte[] message, ModelFingerprint model) {
        Varints.Reader in = MESSAGE.open(message, model);
        try {
            ReplyHead head = ReplyHead.read(in, model, MESSAGE.name());
            String why = new String(in.readBytes(), StandardCharsets.UTF_8);
            return new ShardFailure(head.partition(), head.ticket(), head.shard(), head.has(LEARNED), why);
        } catch (MalformedBytesException e) {
            throw ShardMessageException.endsEarly(MESSAGE.name(), e);
        }
    }
}
