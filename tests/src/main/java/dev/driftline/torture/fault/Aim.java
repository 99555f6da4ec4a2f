package dev.driftline.torture.fault;

import dev.driftline.torture.process.Broker;
import dev.driftline.torture.process.Instance;
import dev.driftline.torture.process.Member;
import dev.driftline.torture.proxy.Api;
import dev.driftline.torture.proxy.Interception;
import dev.driftline.torture.proxy.Wire;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Waits for the moment that a fault is meant for, and helps it along. Held until it is released: a commit that was met waits
 * for that long.
 */
final class Aim {

    private static final Duration FOR_A_COMMIT = Duration.ofSeconds(8);
    private static final Duration FOR_A_ROUND = Duration.ofSeconds(12);
    private static final Duration FOR_THE_OTHERS = Duration.ofSeconds(30);
    private static final Duration FOR_A_RESTORE = Duration.ofSeconds(60);

    private final Set<Moment> moments;
    private final Optional<Interception> commit;

    private Aim(Set<Moment> moments, Optional<Interception> commit) {
        this.moments = moments;
        this.commit = commit;
    }

    /** Returns in that moment, or when it has not come for a while. */
    static Aim at(Moment moment, Member target, Scene scene) throws InterruptedException {
        Optional<Interception> commit = Optional.empty();
        switch (moment) {
            case COMMIT, COMMITTED -> commit = commit(moment, target, scene);
            case RESTORE -> restore(target, scene);
            case REBALANCE -> rebalance(target, scene);
            case TRAINING ->
                scene.await(
                        FOR_A_ROUND,
                        () -> scene.cluster().instances().stream()
                                .anyMatch(instance -> instance.isTraining()
                                        && (instance == target || !(target instanceof Instance))));
            case ANY, START -> {}
        }
        Set<Moment> moments = scene.momentsOf(target);
        if (commit.isPresent()) {
            moments.remove(Moment.ANY);
            moments.remove(Moment.START);
            moments.add(moment);
        }
        return new Aim(moments, commit);
    }

    private static Optional<Interception> commit(Moment moment, Member target, Scene scene)
            throws InterruptedException {
        Interception waiting = scene.wire()
                .intercept(
                        EnumSet.of(Api.END_TXN),
                        moment == Moment.COMMIT ? Interception.Side.BEFORE : Interception.Side.AFTER,
                        target instanceof Instance instance ? instance.clients() : "",
                        target instanceof Broker broker ? broker.number() : Wire.ANY_BROKER);
        return waiting.await(FOR_A_COMMIT).map(caught -> waiting);
    }

    /** A machine that is lost, and a new one in its place, makes a restore. */
    private static void restore(Member target, Scene scene) throws InterruptedException {
        if (target instanceof Instance instance && !instance.isRestoring()) {
            instance.kill();
            instance.startAfter(instance::loseState);
            scene.await(FOR_A_RESTORE, () -> instance.isRestoring() || !instance.isAlive());
        }
    }

    /** When another instance leaves, the others share what it had. */
    private static void rebalance(Member target, Scene scene) throws InterruptedException {
        for (Instance other : scene.cluster().instances()) {
            if (other != target) {
                if (other.stop()) {
                    scene.await(FOR_THE_OTHERS, () -> scene.momentsOf(target).contains(Moment.REBALANCE));
                }
                other.start();
                return;
            }
        }
    }

    /** What the target is at. */
    Set<Moment> moments() {
        return moments;
    }

    /** Lets a commit that was met go on, or loses it. */
    void release(Interception.Verdict verdict) {
        commit.ifPresent(met -> met.decide(verdict));
    }
}
