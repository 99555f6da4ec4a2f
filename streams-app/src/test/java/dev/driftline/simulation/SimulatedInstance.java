package dev.driftline.simulation;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.heap.HeapUse;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.shards.LiveShards;
import dev.driftline.sources.OwnedSources;
import dev.driftline.store.SimulatedDisk;
import dev.driftline.topology.DriftlineTopology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.TaskId;

/** One process: what its tasks share, and the tasks, active, standby or lost to another one that it does not know of. */
final class SimulatedInstance {

    final ServiceCounters counters = new ServiceCounters();
    final LiveShards shards = new LiveShards();
    final OwnedSources sources = new OwnedSources();
    final ActiveSnapshot active = new ActiveSnapshot();
    final Optional<NeuralScoring> neural;
    final RecordedTopology topology = new RecordedTopology();
    final Map<TaskId, SimulatedTask> tasks = new TreeMap<>();

    /** @param disks of the machine, by task and store; what is there is found again */
    SimulatedInstance(Simulation simulation, Blueprint blueprint, Map<TaskId, Map<String, SimulatedDisk>> disks) {
        neural = blueprint
                .settings
                .neural()
                .map(network -> new NeuralScoring(
                        network, true, blueprint.settings.model().vocabulary(), active, counters));
        new DriftlineTopology(
                        blueprint.settings,
                        blueprint.serdes,
                        blueprint.registry,
                        shards,
                        sources,
                        counters,
                        Optional.empty(),
                        neural,
                        EarlyCommits.off(),
                        new RecordTries(simulation::reached))
                .get(topology);
        blueprint.parts(topology).forEach((part, nodes) -> {
            for (int partition = 0; partition < partitions(simulation, nodes); partition++) {
                TaskId id = new TaskId(part, partition);
                tasks.put(
                        id,
                        new SimulatedTask(
                                id,
                                simulation,
                                this,
                                nodes,
                                simulation.committed(id),
                                disks.computeIfAbsent(id, added -> new TreeMap<>())));
            }
        });
    }

    private int partitions(Simulation simulation, List<String> nodes) {
        return nodes.stream()
                .map(topology.nodes::get)
                .filter(RecordedTopology.Source.class::isInstance)
                .mapToInt(source -> simulation.log.partitions(((RecordedTopology.Source) source).topic()))
                .max()
                .orElseThrow();
    }

    /** Commits and stops. */
    void stop() {
        tasks.values().forEach(SimulatedTask::stop);
        neural.ifPresent(NeuralScoring::close);
    }

    /** Dies. */
    void kill() {
        tasks.values().forEach(SimulatedTask::kill);
        neural.ifPresent(NeuralScoring::close);
    }

    /** What is left of tasks that are not here any more; empty where nothing is. */
    List<String> remains() {
        List<String> remains = new ArrayList<>();
        for (HeapUse use : HeapUse.values()) {
            // Words that the counts are known to have are the instance's.
            if (use != HeapUse.KNOWN_WORDS && counters.heap().used(use) != 0) {
                remains.add(counters.heap().used(use) + " bytes of " + use);
            }
        }
        shards.numbers().forEach(number -> remains.add("shard " + number));
        shards.sizes().keySet().forEach(number -> remains.add("size of shard " + number));
        sources.numbers().forEach(number -> remains.add("sources of partition " + number));
        counters.pendingByPartition()
                .keySet()
                .forEach(number -> remains.add("pending documents of partition " + number));
        counters.driftStates().notStable(10).keySet().forEach(source -> remains.add("drift state of " + source));
        return remains;
    }
}
