package dev.driftline.torture.fault;

import dev.driftline.torture.process.Broker;
import dev.driftline.torture.process.Instance;
import dev.driftline.torture.process.Member;
import dev.driftline.torture.process.TormentedCluster;
import dev.driftline.torture.proxy.Api;
import dev.driftline.torture.proxy.Wire;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Where faults happen: the processes, and what they are at. Thread-safe. */
public final class Scene {

    private static final Set<Api> JOINING = EnumSet.of(Api.JOIN_GROUP, Api.SYNC_GROUP);
    private static final int LOOK_MS = 20;

    private final TormentedCluster cluster;
    private final BooleanSupplier over;

    /** @param over whether nobody waits any longer */
    public Scene(TormentedCluster cluster, BooleanSupplier over) {
        this.cluster = cluster;
        this.over = over;
    }

    TormentedCluster cluster() {
        return cluster;
    }

    Wire wire() {
        return cluster.wire();
    }

    Instance instance(int target) {
        return cluster.instances().get(Math.floorMod(target, cluster.instances().size()));
    }

    Broker broker(int target) {
        return cluster.brokers().get(Math.floorMod(target, cluster.brokers().size()));
    }

    /** The instance that trains the network, where one does and answers. */
    Optional<Instance> trainer() {
        List<Instance> instances = cluster.instances();
        return instances.stream()
                .filter(Instance::isTraining)
                .findFirst()
                .or(() -> instances.stream().filter(Instance::hasTrainer).findFirst());
    }

    /** What a process is at; {@link Moment#ANY} where it is nothing in particular. */
    Set<Moment> momentsOf(Member member) {
        EnumSet<Moment> moments = EnumSet.noneOf(Moment.class);
        List<Instance> concerned = member instanceof Instance instance ? List.of(instance) : cluster.instances();
        for (Instance instance : concerned) {
            if (instance.isRestoring()) {
                moments.add(Moment.RESTORE);
            }
            if (instance.isRebalancing() || wire().isUnderWay(JOINING, instance.clients())) {
                moments.add(Moment.REBALANCE);
            }
            if (instance.isTraining()) {
                moments.add(Moment.TRAINING);
            }
        }
        if (moments.isEmpty()) {
            moments.add(member.isHealthy() ? Moment.ANY : Moment.START);
        }
        return moments;
    }

    /** Waits for it; false if it is not so within {@code atMost}, or the run is over. */
    boolean await(Duration atMost, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline || over.getAsBoolean()) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        return true;
    }

    /** Lets time pass, unless the run is over. */
    public void pause(long millis) throws InterruptedException {
        await(Duration.ofMillis(millis), () -> false);
    }
}
