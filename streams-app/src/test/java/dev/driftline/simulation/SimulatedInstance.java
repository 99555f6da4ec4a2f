package dev.driftline.simulation;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.heap.HeapUse;
import dev.driftline.network.scoring.NeuralPolicy;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.network.scoring.SimulatedScoring;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.network.snapshots.SimulatedFollower;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.network.trainer.Training;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.shards.LiveShards;
import dev.driftline.sources.OwnedSources;
import dev.driftline.store.SimulatedDisk;
import dev.driftline.topics.Topic;
import dev.driftline.topology.DriftlineTopology;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.TaskId;

/** One process: what its tasks share, and the tasks, active, standby or lost to another one that it does not know of. */
final class SimulatedInstance {

    /** Of a moment that does not come. */
    static final int NEVER = Integer.MAX_VALUE;

    /** Of a moment before the first. */
    private static final int ALWAYS = -1;

    final ServiceCounters counters = new ServiceCounters();
    final LiveShards shards = new LiveShards();
    final OwnedSources sources = new OwnedSources();
    final ActiveSnapshot active = new ActiveSnapshot();
    final Optional<NeuralScoring> neural;
    /** Reads the snapshots; there where a network is trained. */
    final Optional<SimulatedFollower> follower;

    final SimulatedRounds rounds = new SimulatedRounds();
    final RecordedTopology topology = new RecordedTopology();
    final Map<TaskId, SimulatedTask> tasks = new TreeMap<>();
    /** The moment since which it has a snapshot to score with. */
    int activeSince = NEVER;

    private final Simulation simulation;

    /** @param disks of the machine, by task and store; what is there is found again */
    SimulatedInstance(Simulation simulation, Blueprint blueprint, Map<TaskId, Map<String, SimulatedDisk>> disks) {
        this.simulation = simulation;
        follower = blueprint.trainer.map(settings -> new SimulatedFollower(active));
        // As in the service, no task starts before the topic has been read.
        readSnapshots(Integer.MAX_VALUE);
        if (active.get().isPresent()) {
            activeSince = ALWAYS;
        }
        neural = blueprint
                .settings
                .neural()
                .map(network -> simulation.defects.has(Defects.Kind.IS_IMPATIENT) ? impatient(network) : network)
                .map(network -> new NeuralScoring(
                        network, true, blueprint.settings.model().vocabulary(), active, counters));
        new DriftlineTopology(
                        blueprint.settings,
                        blueprint.serdes,
                        blueprint.registry,
                        shards,
                        sources,
                        counters,
                        blueprint.trainer.map(settings ->
                                new Training(settings, follower.orElseThrow(), new TrainerProgress(), rounds)),
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

    private static NeuralScoringSettings impatient(NeuralScoringSettings network) {
        return new NeuralScoringSettings(
                network.model(), network.threads(), network.queueTokens(), NeuralPolicy.NGRAM_ONLY, 0, null);
    }

    /** Reads at most {@code records} more of the snapshots topic, and scores with what the pointer then names. */
    int readSnapshots(int records) {
        if (follower.isEmpty()) {
            return 0;
        }
        List<SimulatedLog.Entry> topic = simulation.log.of(simulation.topics.name(Topic.SNAPSHOTS));
        int read = 0;
        while (read < records && follower.get().position() < topic.size()) {
            SimulatedLog.Entry entry = topic.get(follower.get().position());
            follower.get().take(new String(entry.key(), StandardCharsets.UTF_8), entry.value());
            read++;
        }
        if (read > 0) {
            Optional<Snapshot> before = active.get();
            follower.get().follow();
            if (simulation.defects.has(Defects.Kind.MIXES_NETWORKS) && before.isPresent()) {
                active.set(new Snapshot(
                        active.get().orElseThrow().manifest(), before.get().network()));
            }
            if (activeSince == NEVER && active.get().isPresent()) {
                activeSince = simulation.moment;
            }
        }
        return read;
    }

    /** Scores a batch of documents with the network; false where none waits for it. */
    boolean scoreByNetwork() {
        return neural.isPresent() && SimulatedScoring.scoreBatch(neural.get());
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

    /** Heap that is given back twice would be below 0; where no task is active there is none but words and documents on their way. */
    void checkHeap() {
        boolean idle = tasks.values().stream().noneMatch(SimulatedTask::isActive);
        for (HeapUse use : HeapUse.values()) {
            long used = counters.heap().used(use);
            if (used < 0 || idle && used > 0 && use != HeapUse.KNOWN_WORDS) {
                throw new AssertionError(used + " bytes of " + use + " are in use where "
                        + (idle ? "no task is active" : "tasks are active"));
            }
        }
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
