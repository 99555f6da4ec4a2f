package dev.driftline.torture.fault;

import dev.driftline.torture.process.Instance;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Two instances leave in turn, in an orderly way, and come back: each takes what the other has. */
record JoinAndLeave(Planned planned) implements Fault {

    private static final Duration PATIENCE = Duration.ofSeconds(45);

    @Override
    public Struck strike(Scene scene) throws InterruptedException {
        Instance first = scene.instance(planned.target());
        Instance second = scene.instance(planned.target() + 1);
        Set<Moment> moments = scene.momentsOf(first);
        int left = 0;
        for (Instance leaving : List.of(first, second)) {
            left += leaving.stop() ? 1 : 0;
            leaving.start();
            scene.await(PATIENCE, leaving::isHealthy);
        }
        return left == 0
                ? Struck.nothing(first, "both were down already")
                : new Struck(first + " and " + second, moments, left + " left and came back", List.of(first, second));
    }
}
