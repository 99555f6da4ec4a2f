package dev.driftline.network.trainer;

/** Runs a round beside the stream thread. */
@FunctionalInterface
public interface RoundRunner {

    /** A round that was started. */
    interface Running {

        /** Whether it has not come to its end. */
        boolean isAlive();

        /** Asks it to end without a result. */
        void interrupt();
    }

    /**
     * Starts a round, and returns before it has ended.
     *
     * @throws OutOfMemoryError if the system gives no thread
     */
    Running start(Runnable round);

    /** Each round on a thread of its own, which keeps no process alive. */
    static RoundRunner threads() {
        return round -> {
            Thread thread = new Thread(round, "driftline-trainer");
            thread.setDaemon(true);
            // A hint that scoring comes first, for systems that respect it.
            thread.setPriority(Thread.NORM_PRIORITY - 2);
            thread.start();
            return new Running() {
                @Override
                public boolean isAlive() {
                    return thread.isAlive();
                }

                @Override
                public void interrupt() {
                    thread.interrupt();
                }
            };
        };
    }
}
