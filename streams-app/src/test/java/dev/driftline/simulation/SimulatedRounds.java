package dev.driftline.simulation;

import dev.driftline.network.trainer.RoundRunner;
import java.util.ArrayDeque;
import java.util.Deque;

/** Rounds of an instance's trainer, which run when they are told to: at once, late, or after nobody waits for them any more. */
final class SimulatedRounds implements RoundRunner {

    private static final class Round implements Running {
        private final Runnable work;
        private boolean isOver;
        private boolean interrupted;

        Round(Runnable work) {
            this.work = work;
        }

        @Override
        public boolean isAlive() {
            return !isOver;
        }

        @Override
        public void interrupt() {
            interrupted = true;
        }
    }

    private final Deque<Round> underWay = new ArrayDeque<>();

    @Override
    public Running start(Runnable round) {
        Round started = new Round(round);
        underWay.add(started);
        return started;
    }

    boolean isEmpty() {
        return underWay.isEmpty();
    }

    /**
     * Runs the oldest round to its end.
     *
     * @param late whether one that was interrupted ends with a result all the same, since the interrupt came after its work
     */
    void end(boolean late) {
        Round round = underWay.remove();
        if (!round.interrupted || late) {
            round.work.run();
        }
        round.isOver = true;
    }
}
