package dev.driftline.torture.fault;

import static dev.driftline.torture.fault.Moment.ANY;
import static dev.driftline.torture.fault.Moment.COMMIT;
import static dev.driftline.torture.fault.Moment.COMMITTED;
import static dev.driftline.torture.fault.Moment.REBALANCE;
import static dev.driftline.torture.fault.Moment.RESTORE;
import static dev.driftline.torture.fault.Moment.TRAINING;

import dev.driftline.torture.proxy.Interception;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The kinds of fault, with how often each comes and what it is aimed at. */
public enum FaultKind {
    KILL_INSTANCE(
            8,
            1_000,
            "kill -9 of an instance",
            List.of(ANY, COMMIT, COMMITTED, RESTORE, REBALANCE, TRAINING),
            plan -> new KilledProcess(plan, scene -> Optional.of(scene.instance(plan.target())))),
    FREEZE_INSTANCE(
            7,
            9_000,
            "SIGSTOP of an instance, for less or more than its session lasts",
            List.of(ANY, COMMIT, COMMITTED, REBALANCE, TRAINING),
            plan -> new FrozenProcess(plan, scene -> Optional.of(scene.instance(plan.target())))),
    KILL_TRAINER(
            3,
            1_000,
            "kill -9 of the instance that trains the network",
            List.of(TRAINING, ANY),
            plan -> new KilledProcess(plan, Scene::trainer)),
    FREEZE_TRAINER(
            3,
            9_000,
            "SIGSTOP of the instance that trains the network",
            List.of(TRAINING, ANY),
            plan -> new FrozenProcess(plan, Scene::trainer)),
    KILL_BROKER(
            4,
            3_000,
            "kill -9 of a broker, which is a controller, too",
            List.of(ANY, COMMIT, COMMITTED, REBALANCE),
            plan -> new KilledProcess(plan, scene -> Optional.of(scene.broker(plan.target())))),
    FREEZE_BROKER(
            4,
            9_000,
            "SIGSTOP of a broker, for less or more than its session lasts",
            List.of(ANY, COMMIT, COMMITTED),
            plan -> new FrozenProcess(plan, scene -> Optional.of(scene.broker(plan.target())))),
    KILL_REGISTRY(
            2,
            2_000,
            "kill -9 of the schema registry",
            List.of(ANY),
            plan -> new KilledProcess(plan, scene -> Optional.of(scene.cluster().registry()))),
    FREEZE_REGISTRY(
            2,
            6_000,
            "SIGSTOP of the schema registry",
            List.of(ANY, REBALANCE),
            plan -> new FrozenProcess(plan, scene -> Optional.of(scene.cluster().registry()))),
    LOST_STATE(3, 0, "kill -9 of an instance, whose stores are gone afterwards", List.of(ANY, COMMIT), LostState::new),
    TRUNCATED_SST(
            3, 0, "a file of a store of a stopped or killed instance loses its end", List.of(ANY), TruncatedSst::new),
    CORRUPT_PAGE(
            3,
            0,
            "some bytes of a file of a store of a stopped or killed instance change",
            List.of(ANY),
            CorruptPage::new),
    FULL_DISK(3, 8_000, "the disk of one instance is full for a while; needs root", List.of(ANY), FullDisk::new),
    DELAY_COMMIT(
            12,
            4_000,
            "a request of a commit, or the answer to it, is held back",
            List.of(COMMIT, COMMITTED),
            plan -> new DisturbedCommit(plan, Interception.Verdict.PASS)),
    CUT_COMMIT(
            14,
            0,
            "the connection of a commit is cut, before or after the broker has received it",
            List.of(COMMIT, COMMITTED),
            plan -> new DisturbedCommit(plan, Interception.Verdict.CUT)),
    CUT_CONNECTIONS(
            10,
            0,
            "connections between an instance and the brokers are cut",
            List.of(ANY, COMMIT, COMMITTED),
            CutConnections::new),
    REORDER(
            10,
            5_000,
            "some connections of an instance are held back while its others go on",
            List.of(ANY, COMMITTED, REBALANCE),
            Reorder::new),
    TAKE_TURNS(
            3, 0, "two instances take each other's partitions, three times, by freezing", List.of(ANY), TakeTurns::new),
    JOIN_AND_LEAVE(2, 0, "two instances leave and come back, one after the other", List.of(ANY), JoinAndLeave::new);

    private final int weight;
    private final int longestMillis;
    private final String description;
    private final List<Moment> moments;
    private final Function<Planned, Fault> maker;

    FaultKind(int weight, int longestMillis, String description, List<Moment> moments, Function<Planned, Fault> maker) {
        this.weight = weight;
        this.longestMillis = longestMillis;
        this.description = description;
        this.moments = moments;
        this.maker = maker;
    }

    /** As on the command line: kill-instance. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind with that label. */
    public static Optional<FaultKind> labelled(String label) {
        return List.of(values()).stream()
                .filter(kind -> kind.label().equals(label))
                .findFirst();
    }

    /** What it does. */
    public String description() {
        return description;
    }

    /** How often it comes, beside the weights of the others. */
    public int weight() {
        return weight;
    }

    /** The longest time that what it does lasts; 0 where that is not planned. */
    public int longestMillis() {
        return longestMillis;
    }

    /** What it is aimed at, in turn. */
    public List<Moment> moments() {
        return moments;
    }

    /** Whether brokers suffer: of those, most must be well at any time. */
    public boolean isOfBrokers() {
        return this == KILL_BROKER || this == FREEZE_BROKER;
    }

    Fault fault(Planned planned) {
        return maker.apply(planned);
    }
}
