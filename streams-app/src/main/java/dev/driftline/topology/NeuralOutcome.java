package dev.driftline.topology;

import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.snapshot.Snapshot;

/**
 * What became of a document on its way through the network.
 *
 * @param status the part that the network took
 * @param snapshot what scored it; null unless {@link NeuralStatus#SCORED}
 * @param score what it said; null unless {@link NeuralStatus#SCORED}
 */
record NeuralOutcome(NeuralStatus status, Snapshot snapshot, NetworkScore score) {

    static final NeuralOutcome NO_SNAPSHOT = new NeuralOutcome(NeuralStatus.NO_SNAPSHOT, null, null);
    static final NeuralOutcome FALLBACK = new NeuralOutcome(NeuralStatus.FALLBACK, null, null);

    boolean isScored() {
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
