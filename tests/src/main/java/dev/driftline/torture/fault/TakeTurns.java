package dev.driftline.torture.fault;

import dev.driftline.torture.process.Instance;
import dev.driftline.torture.process.TormentedCluster;
import java.util.List;
import java.util.Set;

/**
 * Two instances take each other's partitions, again and again: each in turn is frozen for longer than its session lasts, so
 * that the other takes over, and comes back as one that does not know that it was replaced.
 */
record TakeTurns(Planned planned) implements Fault {

    private static final int TURNS = 3;
    private static final long LONGER_MS = 2_500;

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        Instance first = scene.instance(planned.target());
        Instance second = scene.instance(planned.target() + 1);
        Set<Moment> moments = scene.momentsOf(first);
        int done = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            Instance frozen = turn % 2 == 0 ? first : second;
            if (frozen.freeze()) {
                done++;
                try {
                    scene.pause(TormentedCluster.SESSION.toMillis() + LONGER_MS);
                } finally {
                    frozen.thaw();
                }
            }
        }
        return done == 0
                ? Struck.nothing(first, "both were down already")
                : new Struck(first + " and " + second, moments, done + " turns", List.of(first, second));
    }
}
