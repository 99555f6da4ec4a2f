package dev.driftline.simulation;

import dev.driftline.commits.EarlyCommits;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.counters.ServiceCounters;
import dev.driftline.failures.RecordTries;
import dev.driftline.network.scoring.NeuralScoring;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.Subjects;
import dev.driftline.schemas.TextEvent;
import dev.driftline.shards.LiveShards;
import dev.driftline.sources.OwnedSources;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import dev.driftline.topology.DriftlineTopology;
import dev.driftline.topology.TopologySettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.TaskId;

/**
 * The real topology on a log in memory: its processors, stores and codecs, run by a script in place of Kafka Streams and brokers.
 * One thread; the clock stands until it is moved.
 */
final class Simulation implements AutoCloseable {

    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    final TopicNames topics;
    final SimulatedLog log;
    final Optional<NeuralScoring> neural;
    /** Where the filter sends documents. */
    final List<String> routed;

    final ActiveSnapshot active = new ActiveSnapshot();
    final ServiceCounters counters = new ServiceCounters();

    /** Milliseconds since 1970. */
    long now = NOON.toEpochMilli();

    private final SchemaRegistrySerdes serdes;
    private final Serializer<Document> documents;
    private final Map<TaskId, SimulatedTask.Committed> committed = new TreeMap<>();
    private final List<Map<TaskId, SimulatedTask>> instances = new ArrayList<>();
    private final Map<TaskId, Integer> owners = new LinkedHashMap<>();

    /**
     * @param scope of the registry in memory
     * @param instances number of instances; all tasks begin on the first
     */
    Simulation(String scope, DriftlineConfig config, int instances) {
        TopologySettings settings = TopologySettings.of(config, Layout.SHARDS);
        topics = settings.topics();
        log = new SimulatedLog(Map.of(
                topics.name(Topic.DOCUMENTS), config.get(TopicKeys.PARTITIONS),
                topics.name(Topic.TEXT), config.get(TopicKeys.PARTITIONS),
                topics.name(Topic.NGRAM_REPLIES), config.get(TopicKeys.PARTITIONS),
                topics.name(Topic.OBSERVATIONS), config.get(TopicKeys.PARTITIONS),
                topics.name(Topic.NGRAM_REQUESTS), config.get(TopicKeys.SHARDS)));
        serdes = new SchemaRegistrySerdes(Map.of(SchemaRegistrySerdes.URL, "mock://" + scope));
        Map<String, Class<? extends SpecificRecord>> types = new TreeMap<>(Map.of(
                topics.name(Topic.DOCUMENTS), Document.class,
                topics.name(Topic.TEXT), TextEvent.class,
                topics.name(Topic.SCORES), Score.class,
                topics.name(Topic.PREDICTIONS), Prediction.class,
                topics.name(Topic.DRIFT), DriftEvent.class));
        routed = settings.filter().stream()
                .flatMap(rules -> rules.topics().stream())
                .map(topics::routed)
                .toList();
        routed.forEach(topic -> types.put(topic, Document.class));
        new Subjects(serdes.client()).register(types);
        documents = serdes.serializer(Document.class);
        neural = settings.neural()
                .map(network ->
                        new NeuralScoring(network, true, settings.model().vocabulary(), active, counters));
        for (int instance = 0; instance < instances; instance++) {
            RecordedTopology topology = new RecordedTopology();
            new DriftlineTopology(
                            settings,
                            serdes,
                            serdes.client(),
                            new LiveShards(),
                            new OwnedSources(),
                            counters,
                            Optional.empty(),
                            neural,
                            EarlyCommits.off(),
                            new RecordTries())
                    .get(topology);
            Map<TaskId, SimulatedTask> tasks = new TreeMap<>();
            topology.parts().forEach((part, nodes) -> {
                for (int partition = 0; partition < partitions(topology, nodes); partition++) {
                    TaskId id = new TaskId(part, partition);
                    tasks.put(
                            id,
                            new SimulatedTask(
                                    id,
                                    this,
                                    topology,
                                    nodes,
                                    committed.computeIfAbsent(id, added -> new SimulatedTask.Committed())));
                }
            });
            this.instances.add(tasks);
        }
        this.instances.get(0).forEach((id, task) -> {
            owners.put(id, 0);
            task.activate();
        });
    }

    private int partitions(RecordedTopology topology, List<String> nodes) {
        return nodes.stream()
                .map(topology.nodes::get)
                .filter(RecordedTopology.Source.class::isInstance)
                .mapToInt(source -> log.partitions(((RecordedTopology.Source) source).topic()))
                .max()
                .orElseThrow();
    }

    /** The tasks, wherever they are active. */
    List<SimulatedTask> tasks() {
        return owners.keySet().stream().map(this::task).toList();
    }

    SimulatedTask task(TaskId id) {
        return instances.get(owners.get(id)).get(id);
    }

    /** Makes a task active on another instance; here it becomes a standby. */
    void move(TaskId id, int instance) {
        task(id).becomeStandby();
        owners.put(id, instance);
        task(id).activate();
    }

    /** Publishes a document of one sentence, to be learned. */
    void publish(int partition, String documentId, String source, String text) {
        publish(partition, documentId, source, text, true);
    }

    void publish(int partition, String documentId, String source, String text, boolean learn) {
        Document document = Document.newBuilder()
                .setId(documentId)
                .setSource(source)
                .setPublishedAt(NOON)
                .setSentences(List.of(Arrays.asList(text.split(" "))))
                .setLearn(learn)
                .setAttributes(Map.of())
                .build();
        String topic = topics.name(Topic.DOCUMENTS);
        log.append(
                new TopicPartition(topic, partition),
                new SimulatedLog.Entry(
                        null, documents.serialize(topic, document), NOON.toEpochMilli(), new RecordHeaders()));
    }

    /** Processes and commits until nothing waits. */
    void drain() {
        do {
            for (SimulatedTask task : tasks()) {
                task.waiting().forEach(task::process);
                task.punctuate();
                task.commit();
            }
        } while (tasks().stream().anyMatch(task -> !task.waiting().isEmpty()));
    }

    /** Moves the clock by steps of a second, with what is due in each. */
    void pass(int seconds) {
        for (int second = 0; second < seconds; second++) {
            now += 1_000;
            tasks().forEach(SimulatedTask::punctuate);
        }
    }

    /** What is committed in the stores, as text; of all tasks, by task and store. */
    Map<String, Map<String, String>> state() {
        Map<String, Map<String, String>> state = new TreeMap<>();
        committed.forEach((id, of) -> of.stores.forEach((store, entries) -> {
            Map<String, String> texts = new TreeMap<>();
            entries.forEach((key, value) -> texts.put(
                    java.util.HexFormat.of().formatHex(key.get()),
                    java.util.HexFormat.of().formatHex(value)));
            state.put(id + " " + store, texts);
        }));
        return state;
    }

    /** The records of a topic. */
    <T extends SpecificRecord> List<T> records(Topic topic, Class<T> type) {
        return records(topics.name(topic), type);
    }

    /** The records of a topic with a name of its own. */
    <T extends SpecificRecord> List<T> records(String topic, Class<T> type) {
        try (Deserializer<T> deserializer = serdes.deserializer(type)) {
            return log.of(topic).stream()
                    .map(entry -> deserializer.deserialize(topic, entry.headers(), entry.value()))
                    .toList();
        }
    }

    @Override
    public void close() {
        tasks().forEach(SimulatedTask::stop);
        neural.ifPresent(NeuralScoring::close);
        documents.close();
    }
}
