package dev.driftline.simulation;

import dev.driftline.store.SimulatedStore;
import java.util.function.Predicate;

/**
 * Defects that are built into a simulation, to see that it finds them.
 *
 * @param store which writes the stores lose
 * @param twice what is sent to these topics is sent twice
 * @param leaks whether what an aborted transaction has sent is there all the same
 * @param keepsCaches whether a task that is rolled back keeps what it has decoded
 * @param losesTail whether a store that is kept takes itself for up to date
 * @param isNeverFenced whether the task of a trainer that another instance has taken over may commit
 * @param isImpatient whether no document waits for the network
 * @param waitsForNothing whether a store believes that what was sent is at the brokers
 * @param mixesNetworks whether a snapshot that becomes active has the weights of the one before
 */
record Defects(
        SimulatedStore.Defect store,
        Predicate<String> twice,
        boolean leaks,
        boolean keepsCaches,
        boolean losesTail,
        boolean isNeverFenced,
        boolean isImpatient,
        boolean waitsForNothing,
        boolean mixesNetworks) {

    static final Defects NONE =
            new Defects((store, key) -> false, topic -> false, false, false, false, false, false, false, false);

    Defects withStore(SimulatedStore.Defect other) {
        return new Defects(
                other,
                twice,
                leaks,
                keepsCaches,
                losesTail,
                isNeverFenced,
                isImpatient,
                waitsForNothing,
                mixesNetworks);
    }

    Defects withTwice(Predicate<String> topics) {
        return new Defects(
                store,
                topics,
                leaks,
                keepsCaches,
                losesTail,
                isNeverFenced,
                isImpatient,
                waitsForNothing,
                mixesNetworks);
    }

    Defects withLeaks() {
        return new Defects(
                store, twice, true, keepsCaches, losesTail, isNeverFenced, isImpatient, waitsForNothing, mixesNetworks);
    }

    Defects withKeptCaches() {
        return new Defects(
                store, twice, leaks, true, losesTail, isNeverFenced, isImpatient, waitsForNothing, mixesNetworks);
    }

    Defects withoutTail() {
        return new Defects(
                store, twice, leaks, keepsCaches, true, isNeverFenced, isImpatient, waitsForNothing, mixesNetworks);
    }

    Defects withoutFences() {
        return new Defects(
                store, twice, leaks, keepsCaches, losesTail, true, isImpatient, waitsForNothing, mixesNetworks);
    }

    Defects withImpatience() {
        return new Defects(
                store, twice, leaks, keepsCaches, losesTail, isNeverFenced, true, waitsForNothing, mixesNetworks);
    }

    Defects withoutWaiting() {
        return new Defects(
                store, twice, leaks, keepsCaches, losesTail, isNeverFenced, isImpatient, true, mixesNetworks);
    }

    Defects withMixedNetworks() {
        return new Defects(
                store, twice, leaks, keepsCaches, losesTail, isNeverFenced, isImpatient, waitsForNothing, true);
    }
}
