package dev.driftline.topology;

import dev.driftline.scoring.Gather;

/** Where a reply has to go: the partition of the document that it answers. */
final class ReplyAddress {

    private ReplyAddress() {}

    static byte[] keyOf(byte[] reply) {
        return ShardKey.of(Gather.documentPartition(reply));
    }
}
