package dev.driftline.scoring.messages;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;

/**
 * What a shard replies to a request that looks for a document, or takes one out. What it counts are events: an n-gram of the
 * longest kind that the document has, a word, a left neighbour that the shard keeps or a word outside the vocabulary, each as
 * often as the document has it.
 *
 * <table>
 * <caption>Layout: varints</caption>
 * <tr><th>field</th><th>type</th><th>content</th></tr>
 * <tr><td>kind</td><td>byte</td><td>{@code 'T'}</td></tr>
 * <tr><td>version</td><td>byte</td><td>1</td></tr>
 * <tr><td>model</td><td>8 bytes</td><td>{@link ModelFingerprint}, little endian</td></tr>
 * <tr><td>flags</td><td>byte</td><td>1: all of it is there, or was; 2: it was taken out; 4: approximately</td></tr>
 * <tr><td>partition, ticket, shard</td><td>varints</td><td>as in a reply</td></tr>
 * <tr><td>events, missing</td><td>varints</td><td>how many the shard was asked for, and how many of them it lacks</td></tr>
 * <tr><td>checksum</td><td>4 bytes</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 *
 * @param partition of the document
 * @param ticket what, with the partition, names the document
 * @param shard whose reply this is
 * @param isThere whether this shard can take the document out, or has: it has all of it, or forgets and takes what is left
 * @param isTaken whether it has taken the document out; nothing has changed otherwise
 * @param isApproximate whether something of the document may have been forgotten before, or cannot be told from that of others
 * @param events how many events of the document are this shard's
 * @param missing how many of them it does not have
 */
public record ShardRetraction(
        int partition,
        long ticket,
        int shard,
        boolean isThere,
        boolean isTaken,
        boolean isApproximate,
        long events,
        long missing) {

    static final byte KIND = 'T';

    private static final int FORMAT = 1;
    private static final int THERE = 1;
    private static final int TAKEN = 2;
    private static final int APPROXIMATE = 4;

    static final ShardMessage MESSAGE = new ShardMessage(KIND, FORMAT, "shard's reply to a retraction");

    /** Whether {@code message} begins as one. */
    public static boolean is(byte[] message) {
        return message.length > 0 && message[0] == KIND;
    }

    /**
     * Whether a reply says that the shard has taken the document out, if it owned any of it; whether the reply is whole is not
     * looked at.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    public static boolean hasTaken(byte[] message) {
        return (MESSAGE.body(message).readByte() & TAKEN) != 0;
    }

    /**
     * Whether a reply says {@link #isThere}; whether it is whole is not looked at.
     *
     * @throws ShardMessageException if it is of another kind or version
     */
    public static boolean hasAll(byte[] message) {
        return (MESSAGE.body(message).readByte() & THERE) != 0;
    }

    public byte[] encode(ModelFingerprint model) {
        Varints.Writer out = new Varints.Writer(64);
        MESSAGE.begin(out, model);
        int flags = (isThere ? THERE : 0) | (isTaken ? TAKEN : 0) | (isApproximate ? APPROXIMATE : 0);
        new ReplyHead(flags, partition, ticket, shard).write(out);
        out.writeLong(events);
        out.writeLong(missing);
        return ShardMessage.end(out);
    }

    /** @throws ShardMessageException if it is not a whole one of {@code model} */
    public static ShardRetraction open(byte[] message, ModelFingerprint model) {
        Varints.Reader in = MESSAGE.open(message, model);
        try {
            ReplyHead head = ReplyHead.read(in, model, MESSAGE.name());
            ShardRetraction reply = new ShardRetraction(
                    head.partition(),
                    head.ticket(),
                    head.shard(),
                    head.has(THERE),
                    head.has(TAKEN),
                    head.has(APPROXIMATE),
                    in.readLong(),
                    in.readLong());
            if (reply.missing < 0 || reply.missing > reply.events || in.hasRemaining()) {
                throw ShardMessageException.inconsistent(
                        MESSAGE.name(),
                        "it lacks " + reply.missing + " of " + reply.events + " events, and " + in.remaining()
                                + " bytes follow");
            }
            return reply;
        } catch (MalformedBytesException e) {
            throw ShardMessageException.endsEarly(MESSAGE.name(), e);
        }
    }
}
