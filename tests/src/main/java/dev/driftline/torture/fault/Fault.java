package dev.driftline.torture.fault;

/** A kind of fault that is about to happen. */
public sealed interface Fault
        permits CorruptPage,
                CutConnections,
                DisturbedCommit,
                FrozenProcess,
                FullDisk,
                JoinAndLeave,
                KilledProcess,
                LostState,
                Reorder,
                TakeTurns,
                TruncatedSst {

    /**
     * Waits for its moment, strikes, and returns when what it does is over; recovery may still take a while. Processes that it
     * ended are down then.
     */
    Struck strike(Scene scene) throws InterruptedException;
}
