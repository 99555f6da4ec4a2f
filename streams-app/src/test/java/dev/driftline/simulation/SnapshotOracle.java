package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.network.scoring.NeuralPolicy;
import dev.driftline.network.scoring.NeuralScoringSettings;
import dev.driftline.network.snapshots.SnapshotMessages;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.snapshot.SnapshotBytes;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.topics.Topic;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What must be true of the snapshots of the network, and of its part in the scores. */
final class SnapshotOracle {

    private static final Pattern POINTER = Pattern.compile("\"version\":\"([^\"]+)\"");
    private static final String MANIFEST = "/manifest";

    private final Simulation simulation;
    private final Optional<NeuralScoringSettings> settings;
    /** What is on the topic, by key. */
    private final TreeMap<String, byte[]> topic = new TreeMap<>();
    /** What scores as the instances must, by the version that has been active. */
    private final Map<String, Network> networks = new HashMap<>();

    private final Map<String, NetworkReader> readers = new HashMap<>();
    private final Set<String> decided = new HashSet<>();
    private String active = "";
    /** The number of the last version that the trainer has made active. */
    private long newest;
    /** Whether an operator has moved the pointer. */
    private boolean operated;

    SnapshotOracle(Simulation simulation) {
        this.simulation = simulation;
        settings = simulation.blueprint.settings.neural();
    }

    /** Records have come to the topics together. */
    void sent(List<SimulatedTask.Output> visible) {
        if (settings.isEmpty()) {
            return;
        }
        List<String> pointed = new ArrayList<>();
        List<String> promoted = new ArrayList<>();
        for (SimulatedTask.Output output : visible) {
            String name = output.partition().topic();
            if (name.equals(simulation.topics.name(Topic.SNAPSHOTS))) {
                String key = new String(output.entry().key(), StandardCharsets.UTF_8);
                take(key, output.entry().value());
                if (key.equals(SnapshotMessages.ACTIVE)) {
                    pointed.add(active);
                    goesForward();
                }
            } else if (name.equals(simulation.topics.name(Topic.PROMOTIONS))) {
                PromotionDecision decision = simulation.blueprint.read(PromotionDecision.class, name, output.entry());
                decided(decision, promoted);
            }
        }
        if (simulation.exactlyOnce) {
            assertThat(promoted)
                    .as("promotions on record beside the pointers of the same transaction")
                    .isEqualTo(pointed);
            if (!active.isEmpty() && !operated) {
                assertThat(topic).as("the topic, of which %s is active", active).containsKey(active + MANIFEST);
            }
        }
    }

    private void decided(PromotionDecision decision, List<String> promoted) {
        switch (decision.getDecision()) {
            case BOOTSTRAPPED, PROMOTED -> promoted.add(decision.getCandidate());
            default -> {
                // Nothing else is made active.
            }
        }
        if (simulation.exactlyOnce) {
            assertThat(decided.add(decision.getCandidate()))
                    .as("%s is decided on once", decision.getCandidate())
                    .isTrue();
        }
    }

    private void goesForward() {
        long number = SnapshotVersion.number(active);
        if (simulation.exactlyOnce) {
            assertThat(number)
                    .as("the number of %s, which the trainer makes active after %d", active, newest)
                    .isGreaterThan(newest);
        }
        newest = number;
    }

    private void take(String key, byte[] value) {
        if (value == null) {
            topic.remove(key);
            return;
        }
        topic.put(key, value);
        if (key.equals(SnapshotMessages.ACTIVE)) {
            active = version(value);
            networks.computeIfAbsent(active, this::load);
        }
    }

    private static String version(byte[] pointer) {
        Matcher matcher = POINTER.matcher(new String(pointer, StandardCharsets.UTF_8));
        assertThat(matcher.find()).as("a pointer").isTrue();
        return matcher.group(1);
    }

    private Network load(String version) {
        assertThat(topic).as("what the pointer names is whole").containsKey(version + MANIFEST);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        topic.subMap(version + "/chunk/", version + "/chunk0").values().forEach(bytes::writeBytes);
        return SnapshotBytes.decode(bytes.toByteArray()).network();
    }

    /** An operator makes a snapshot that there is active; says which. */
    Optional<String> point(int which) {
        List<String> versions = topic.keySet().stream()
                .filter(key -> key.endsWith(MANIFEST))
                .map(key -> key.substring(0, key.length() - MANIFEST.length()))
                .toList();
        if (versions.isEmpty()) {
            return Optional.empty();
        }
        operated = true;
        SnapshotMessages.Message message = SnapshotMessages.activate(versions.get(which % versions.size()));
        simulation.sendSnapshotRecord(message.key(), message.value());
        take(message.key(), message.value());
        return Optional.of(active);
    }

    /** After each event: an instance scores with what the pointer names, as far as it has read. */
    void happened() {
        for (SimulatedInstance instance : simulation.instances()) {
            if (!operated && instance.follower.isPresent()) {
                assertThat(instance.active.get().map(snapshot -> snapshot.version()))
                        .as("what an instance scores with")
                        .isEqualTo(instance.follower.get().pointer());
            }
        }
    }

    /** What the network says of a document, if its score is made with it. */
    Optional<NeuralExpert> expert(DocumentTokens document, Score score) {
        String version = score.getSnapshotVersion();
        if (version == null) {
            return Optional.empty();
        }
        Network network = networks.get(version);
        assertThat(network)
                .as("%s, with which a document is scored, has been active", version)
                .isNotNull();
        NetworkReader reader = readers.computeIfAbsent(version, added -> network.reader());
        return Optional.of(new NeuralExpert(
                network,
                reader.score(List.of(network.vocabulary().encode(document)), true, null)
                        .get(0)));
    }

    /**
     * Whether a score may be without the network.
     *
     * @param moment when the document was published
     * @param waited the most milliseconds that the document can have waited
     */
    void checkStatus(Score score, SimulatedInstance instance, int moment, long waited) {
        if (settings.isEmpty()) {
            return;
        }
        String status = score.getNeuralStatus();
        switch (status) {
            case "scored" ->
                assertThat(score.getSnapshotVersion()).as("what has scored").isNotNull();
            case "no-snapshot" ->
                assertThat(instance.activeSince)
                        .as("the moment since which the instance has a snapshot, without which %s is scored", score)
                        .isGreaterThanOrEqualTo(moment);
            case "fallback" -> {
                assertThat(simulation.blueprint.settings.neural().orElseThrow().policy())
                        .as("the policy by which a score is made without waiting for the network")
                        .isEqualTo(NeuralPolicy.NGRAM_ONLY);
                assertThat(waited)
                        .as("milliseconds that %s can have waited for the network", score.getId())
                        .isGreaterThanOrEqualTo(settings.get().patienceMs());
            }
            default -> throw new AssertionError("the network's part in " + score + " is '" + status + "'");
        }
    }

    /** All that waited has been read. */
    void finish() {
        for (SimulatedInstance instance : simulation.instances()) {
            if (!operated && instance.follower.isPresent()) {
                assertThat(instance.active
                                .get()
                                .map(snapshot -> snapshot.version())
                                .orElse(""))
                        .as("what an instance scores with in the end")
                        .isEqualTo(active);
            }
        }
    }
}
