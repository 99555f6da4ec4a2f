package dev.driftline.scoring;

import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.smoothing.Smoothing;

/** Writes what the counts of a position come to: pairs of α and γ. Not thread-safe. */
final class PairWriter {

    private final Smoothing smoothing;
    private final int order;
    private final ShardReply.Writer reply;
    private final PositionCounts position;
    private final float[] alpha;
    private final float[] gamma;

    PairWriter(ModelSettings settings, ShardReply.Writer reply) {
        smoothing = settings.smoothing();
        order = settings.order();
        this.reply = reply;
        position = new PositionCounts(order);
        alpha = new float[order + 1];
        gamma = new float[order + 1];
    }

    /** The position, to be filled before each {@link #write}. */
    PositionCounts position() {
        return position;
    }

    /** Writes the pairs of the position as it is. */
    void write(Smoothing.Estimates estimates) {
        smoothing.compute(position, estimates, alpha, gamma);
        reply.position(position.matched(), smoothing.lastPair(position, order), alpha, gamma);
    }
}
