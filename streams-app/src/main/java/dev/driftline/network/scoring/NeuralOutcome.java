package dev.driftline.network.scoring;

import dev.driftline.counters.NeuralStatus;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.snapshot.Snapshot;
import java.util.BitSet;

/**
 * What became of a document on its way through the network.
 *
 * @param status the part that the network took
 * @param snapshot what scored it; null unless {@link NeuralStatus#SCORED}
 * @param score what it said; null unless {@link NeuralStatus#SCORED}
 * @param foreign rows that are part of {@code <unk>} in the score, see {@link dev.driftline.mixture.NeuralExpert}
 */
public record NeuralOutcome(NeuralStatus status, Snapshot snapshot, NetworkScore score, BitSet foreign) {

    static final NeuralOutcome NO_SNAPSHOT = new NeuralOutcome(NeuralStatus.NO_SNAPSHOT, null, null, new BitSet());
    static final NeuralOutcome FALLBACK = new NeuralOutcome(NeuralStatus.FALLBACK, null, null, new BitSet());

    public boolean isScored() {
        return status == NeuralStatus.SCORED;
    }

    /** Heap that the score takes, in bytes, about. */
    long bytes() {
        if (score == null) {
            return 0;
        }
        long floats = score.logProbabilities().length + score.topProbabilities().length;
        floats += score.open() == null ? 0 : score.open().length;
        floats += score.encoding() == null ? 0 : score.encoding().length;
        return 4 * floats;
    }
}
