package dev.driftline.network.scoring;

import dev.driftline.counters.NeuralStatus;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.snapshot.Snapshot;
import java.util.BitSet;

/** What became of a document on its way through the network: {@link Scored}, or one of the reasons why it was not. */
public sealed interface NeuralOutcome {

    /** The part that the network took. */
    NeuralStatus status();

    /** Heap that the score takes, in bytes, about. */
    default long bytes() {
        return 0;
    }

    /**
     * The network has scored it.
     *
     * @param snapshot what scored it
     * @param score what it said
     * @param foreign rows that are part of {@code <unk>} in the score, see {@link dev.driftline.neural.events.NeuralExpert}; not to
     *     be changed
     */
    record Scored(Snapshot snapshot, NetworkScore score, BitSet foreign) implements NeuralOutcome {

        @Override
        public NeuralStatus status() {
            return NeuralStatus.SCORED;
        }

        @Override
        public long bytes() {
            long floats = score.logProbabilities().length + score.topProbabilities().length;
            floats += score.open() == null ? 0 : score.open().length;
            floats += score.encoding() == null ? 0 : score.encoding().length;
            return 4 * floats;
        }
    }

    /** The network has not scored it. */
    enum NotScored implements NeuralOutcome {
        /** There was no snapshot yet. */
        NO_SNAPSHOT(NeuralStatus.NO_SNAPSHOT),
        /** There was one, and it could not keep up, or failed. */
        FALLBACK(NeuralStatus.FALLBACK);

        private final NeuralStatus status;

        NotScored(NeuralStatus status) {
            this.status = status;
        }

        @Override
        public NeuralStatus status() {
            return status;
        }
    }
}
