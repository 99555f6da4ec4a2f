package dev.driftline.network.scoring;

/** Scores with the network on the thread of a test, in place of threads that were never started. */
public final class SimulatedScoring {

    private SimulatedScoring() {}

    /** Scores the next batch; false where nothing waits. */
    public static boolean scoreBatch(NeuralScoring scoring) {
        try {
            return scoring.scoreBatch();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
