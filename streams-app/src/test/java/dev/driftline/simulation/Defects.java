package dev.driftline.simulation;

import dev.driftline.store.SimulatedStore;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Defects that are built into a simulation, to see that it finds them.
 *
 * @param store which writes the stores lose
 * @param twice what is sent to these topics is sent twice
 * @param kinds what else is wrong
 */
record Defects(SimulatedStore.Defect store, Predicate<String> twice, Set<Kind> kinds) {

    /** What is wrong in one place only. */
    enum Kind {
        /** What an aborted transaction has sent is there all the same. */
        LEAKS,
        /** A task that is rolled back keeps what it has decoded. */
        KEEPS_CACHES,
        /** A store that is kept takes itself for up to date. */
        LOSES_TAIL,
        /** The task of a trainer that another instance has taken over may commit. */
        IS_NEVER_FENCED,
        /** No document waits for the network. */
        IS_IMPATIENT,
        /** A store believes that what was sent is at the brokers. */
        WAITS_FOR_NOTHING,
        /** A snapshot that becomes active has the weights of the one before. */
        MIXES_NETWORKS
    }

    static final Defects NONE = new Defects((store, key) -> false, topic -> false, Set.of());

    static Defects of(Kind kind) {
        return new Defects(NONE.store, NONE.twice, Set.of(kind));
    }

    static Defects losing(SimulatedStore.Defect writes) {
        return new Defects(writes, NONE.twice, Set.of());
    }

    static Defects sendingTwice(Predicate<String> topics) {
        return new Defects(NONE.store, topics, Set.of());
    }

    boolean has(Kind kind) {
        return kinds.contains(kind);
    }
}
