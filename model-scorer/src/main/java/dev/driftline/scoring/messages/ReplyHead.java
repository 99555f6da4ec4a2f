package dev.driftline.scoring.messages;

import dev.driftline.codec.Varints;

/**
 * What a {@link ShardReply}, a {@link ShardFailure} and a {@link ShardRetraction} begin with behind their frame: a byte of flags, and as
 * varints which document they are about and whose they are.
 *
 * @param flags as the layout of each says
 * @param partition of the document
 * @param ticket what, with the partition, names the document
 * @param shard whose reply it is
 */
record ReplyHead(int flags, int partition, long ticket, int shard) {

    /**
     * Reads one.
     *
     * @param name what people call the message
     * @throws ShardMessageException if the model has no such shard
     */
    static ReplyHead read(Varints.Reader in, ModelFingerprint model, String name) {
        ReplyHead head = new ReplyHead(in.readByte(), in.readInt(), in.readLong(), in.readInt());
        if (head.shard < 0 || head.shard >= model.shards()) {
            throw ShardMessageException.inconsistent(name, "the shard is " + head.shard + " of " + model.shards());
        }
        return head;
    }

    void write(Varints.Writer out) {
        out.writeByte(flags);
        out.writeInt(partition);
        out.writeLong(ticket);
        out.writeInt(shard);
    }

    /** Whether a flag is set. */
    boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
