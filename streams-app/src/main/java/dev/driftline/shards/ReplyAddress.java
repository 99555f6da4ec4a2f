package dev.driftline.shards;

import dev.driftline.scoring.messages.ShardReply;

/** Where a reply has to go: the partition of the document that it answers. */
public final class ReplyAddress {

    private ReplyAddress() {}

    public static byte[] keyOf(byte[] reply) {
        return ShardKey.of(ShardReply.partitionOf(reply));
    }
}
