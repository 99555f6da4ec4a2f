package dev.driftline.simulation;

import dev.driftline.failures.Stage;
import dev.driftline.identity.Provenance;
import dev.driftline.identity.TopicIncarnations;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.TextEvent;
import dev.driftline.store.SimulatedChangelog;
import dev.driftline.store.SimulatedDisk;
import dev.driftline.store.SimulatedStore;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.internals.RecordCollector;

/**
 * The real topology on a log in memory: its processors, stores and codecs, run by a script in place of Kafka Streams and brokers.
 * One thread; the clock stands until it is moved.
 */
final class Simulation implements AutoCloseable {

    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /** Told of what is committed, in its order. */
    interface Witness {

        /**
         * A transaction of a task has been committed.
         *
         * @param counted records that a shard has learned, in its order
         * @param visible what has come to the topics
         */
        void committed(SimulatedTask task, List<SimulatedTask.At> counted, List<SimulatedTask.Output> visible);

        /** Without a transaction: what was sent is there, though what the task did besides is lost. */
        void sent(List<SimulatedTask.Output> visible);

        /** A task has sent something in a transaction that may be aborted. */
        void forwarded(SimulatedTask task, Optional<SimulatedTask.At> at, SimulatedTask.Output output);

        /** A topic is about to be deleted; nothing has been read of a partition from {@code offset} on. */
        void deleted(TopicPartition partition, long offset);
    }

    /** Sees nothing. */
    static final Witness NOBODY = new Witness() {
        @Override
        public void committed(SimulatedTask task, List<SimulatedTask.At> counted, List<SimulatedTask.Output> visible) {}

        @Override
        public void sent(List<SimulatedTask.Output> visible) {}

        @Override
        public void forwarded(SimulatedTask task, Optional<SimulatedTask.At> at, SimulatedTask.Output output) {}

        @Override
        public void deleted(TopicPartition partition, long offset) {}
    };

    final Blueprint blueprint;
    final TopicNames topics;
    final SimulatedLog log;
    /** Whether outputs, state and offsets of a transaction are committed together. */
    final boolean exactlyOnce;
    /** Whether what is on disk and committed outlives a crash, as with transactional stores; else it is wiped. */
    final boolean keepsState;
    /** Decides what a crash loses where there are no transactions. */
    final SplittableRandom chance;

    /** Milliseconds since 1970. */
    long now = NOON.toEpochMilli();

    /** Whether, without transactions, a task that was taken over has written to the changelogs of the one that has them now. */
    boolean mixesChangelogs;

    /** How many events there have been. */
    int moment;

    /** Milliseconds by which the clock has gone on, without those by which it has gone back. */
    long passed;

    Witness witness = NOBODY;
    final Defects defects;
    /** The task that is at work. */
    Optional<SimulatedTask> current = Optional.empty();

    /** Records whose work in the one shard was made to fail when it was tried last: a retraction takes nothing out then. */
    final Set<SimulatedLog.Entry> notCounted = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Map<TaskId, SimulatedTask.Committed> committed = new TreeMap<>();
    private final List<SimulatedInstance> instances = new ArrayList<>();
    private final List<Map<TaskId, Map<String, SimulatedDisk>>> disks = new ArrayList<>();
    private final Map<TaskId, Integer> owners = new LinkedHashMap<>();
    private final Map<Stage, Integer> faults = new EnumMap<>(Stage.class);
    private Map<String, Object> streamsConfig = Map.of();

    /** Two instances, exactly once, and state that is wiped when a task is lost. */
    Simulation(Blueprint blueprint, int instances) {
        this(blueprint, instances, true, false, 0, Defects.NONE);
    }

    /**
     * @param instances number of instances; all tasks begin on the first
     * @param seed of what a crash loses where there are no transactions
     */
    Simulation(
            Blueprint blueprint, int instances, boolean exactlyOnce, boolean keepsState, long seed, Defects defects) {
        this.blueprint = blueprint;
        this.exactlyOnce = exactlyOnce;
        this.keepsState = keepsState;
        this.defects = defects;
        chance = new SplittableRandom(seed);
        topics = blueprint.topics;
        log = new SimulatedLog(blueprint.partitions);
        for (int instance = 0; instance < instances; instance++) {
            disks.add(new TreeMap<>());
        }
        start();
    }

    /** Starts every instance anew, on the topics that there are; the first has all tasks. */
    private void start() {
        Map<String, Uuid> ids = new HashMap<>();
        blueprint.partitions.keySet().forEach(topic -> ids.put(topic, log.id(topic)));
        streamsConfig = Map.of(
                Provenance.CONFIG,
                new Provenance(blueprint.model, new TopicIncarnations(ids)),
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                exactlyOnce ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE,
                StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG,
                exactlyOnce && keepsState);
        instances.clear();
        for (Map<TaskId, Map<String, SimulatedDisk>> machine : disks) {
            instances.add(new SimulatedInstance(this, blueprint, machine));
        }
        instances.get(0).tasks.forEach((id, task) -> {
            owners.put(id, 0);
            task.activate();
        });
    }

    SimulatedTask.Committed committed(TaskId id) {
        return committed.computeIfAbsent(id, added -> new SimulatedTask.Committed());
    }

    SimulatedInstance instance(int number) {
        return instances.get(number);
    }

    List<SimulatedInstance> instances() {
        return instances;
    }

    /** The tasks, wherever they are active. */
    List<SimulatedTask> tasks() {
        return owners.keySet().stream().map(this::task).toList();
    }

    SimulatedTask task(TaskId id) {
        return instances.get(owners.get(id)).tasks.get(id);
    }

    /** The replica of a task on an instance. */
    SimulatedTask replica(TaskId id, int instance) {
        return instances.get(instance).tasks.get(id);
    }

    int owner(TaskId id) {
        return owners.get(id);
    }

    /** Makes a task active on another instance; here it becomes a standby. */
    void move(TaskId id, int instance) {
        task(id).becomeStandby();
        take(id, instance);
    }

    /** Makes a task active on an instance; the one that has had it does not know. */
    void steal(TaskId id, int instance) {
        if (instance != owners.get(id)) {
            take(id, instance);
        }
    }

    private void take(TaskId id, int instance) {
        owners.put(id, instance);
        SimulatedTask task = task(id);
        if (task.isActive()) {
            // It had not heard yet that it had lost the task before.
            task.lose();
        }
        task.activate();
    }

    /** An instance dies and is started again; its tasks go to {@code heir}. */
    void kill(int instance, int heir) {
        instances.get(instance).kill();
        instances.set(instance, new SimulatedInstance(this, blueprint, disks.get(instance)));
        owners.forEach((id, owner) -> {
            if (owner == instance) {
                owners.put(id, heir);
                SimulatedTask task = task(id);
                if (task.isActive()) {
                    task.lose();
                }
                task.activate();
            }
        });
    }

    /** While no instance runs, a topic is deleted and made again. */
    void makeAgain(String topic, boolean kills) {
        instances.forEach(kills ? SimulatedInstance::kill : SimulatedInstance::stop);
        committed.forEach((id, task) -> {
            TopicPartition partition = new TopicPartition(topic, id.partition());
            if (task.reads(topic)) {
                witness.deleted(partition, task.furthest.getOrDefault(partition, 0));
                task.offsets.remove(partition);
                task.furthest.remove(partition);
            }
        });
        log.makeAgain(topic);
        start();
    }

    /** While no instance runs, the consumer group forgets how far it has read: everything is read again. */
    void loseOffsets(boolean kills) {
        instances.forEach(kills ? SimulatedInstance::kill : SimulatedInstance::stop);
        committed.values().forEach(task -> task.offsets.clear());
        start();
    }

    /** Writes a record to the snapshots topic, as a command does. */
    void sendSnapshotRecord(String key, byte[] value) {
        String topic = topics.name(Topic.SNAPSHOTS);
        log.append(
                new TopicPartition(topic, 0),
                new SimulatedLog.Entry(key.getBytes(StandardCharsets.UTF_8), value, now, new RecordHeaders()));
    }

    /** The settings of the streams that processors and stores see. */
    Map<String, Object> streamsConfig() {
        return streamsConfig;
    }

    /** @param flushed told when a store waits until all that the task has sent is at the brokers */
    StateStoreContext storeContext(TaskId id, Runnable flushed) {
        Map<String, Object> config = streamsConfig;
        RecordCollector collector = (RecordCollector) Proxy.newProxyInstance(
                Simulation.class.getClassLoader(),
                new Class<?>[] {RecordCollector.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("flush")) {
                        throw new UnsupportedOperationException(method.toString());
                    }
                    flushed.run();
                    return null;
                });
        return (StateStoreContext) Proxy.newProxyInstance(
                Simulation.class.getClassLoader(),
                new Class<?>[] {StateStoreContext.class, RecordCollector.Supplier.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "appConfigs" -> config;
                    case "taskId" -> id;
                    case "applicationId" -> "simulated";
                    case "recordCollector" -> collector;
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }

    /** Makes the next {@code times} that work comes to {@code stage} fail. */
    void fail(Stage stage, int times) {
        faults.put(stage, times);
    }

    /** Nothing fails any more. */
    void endFaults() {
        faults.clear();
    }

    /** Work on a document has come to a stage. */
    void reached(Stage stage) {
        int left = faults.getOrDefault(stage, 0);
        if (left > 0) {
            faults.put(stage, left - 1);
            if (stage == Stage.COUNT) {
                current.ifPresent(task -> task.counts(true));
            }
            throw new IllegalStateException("made to fail at " + stage);
        }
        if (stage == Stage.COUNT) {
            current.ifPresent(task -> task.counts(false));
        }
        if (stage == Stage.LEARN) {
            current.orElseThrow().learned();
        }
    }

    void committed(SimulatedTask task, List<SimulatedTask.At> counted, List<SimulatedTask.Output> visible) {
        visible.forEach(output -> log.append(output.partition(), output.entry()));
        witness.committed(task, counted, visible);
    }

    /** What was sent is there, though what the task did besides is lost. */
    void sent(List<SimulatedTask.Output> visible) {
        visible.forEach(output -> log.append(output.partition(), output.entry()));
        witness.sent(visible);
    }

    void forwarded(SimulatedTask task, Optional<SimulatedTask.At> at, SimulatedTask.Output output) {
        witness.forwarded(task, at, output);
    }

    /** Publishes a document of one sentence, to be learned. */
    void publish(int partition, String documentId, String source, String text) {
        publish(partition, documentId, source, text, true);
    }

    void publish(int partition, String documentId, String source, String text, boolean learn) {
        publish(partition, documentId, source, List.of(Arrays.asList(text.split(" "))), learn);
    }

    /** Publishes a document; returns its offset. */
    long publish(int partition, String documentId, String source, List<List<String>> sentences, boolean learn) {
        Document document = new Document();
        document.setId(documentId);
        document.setSource(source);
        document.setPublishedAt(NOON);
        document.setSentences(sentences);
        document.setLearn(learn);
        document.setAttributes(Map.of());
        String topic = topics.name(Topic.DOCUMENTS);
        return publish(topic, partition, blueprint.documents.serialize(topic, document));
    }

    /** Publishes a text; returns its offset. */
    long publishText(int partition, String documentId, String source, String text) {
        TextEvent event = new TextEvent();
        event.setId(documentId);
        event.setSource(source);
        event.setText(text);
        event.setPublishedAt(NOON);
        event.setAttributes(Map.of());
        String topic = topics.name(Topic.TEXT);
        return publish(topic, partition, blueprint.texts.serialize(topic, event));
    }

    /** Publishes the record of a document or a text once more, to be taken out; returns the offset. */
    long publishRetraction(String topic, int partition, SimulatedLog.Entry of, Long retractOffset) {
        if (topic.equals(topics.name(Topic.TEXT))) {
            TextEvent event = blueprint.read(TextEvent.class, topic, of);
            event.setRetract(true);
            event.setRetractOffset(retractOffset);
            return publish(topic, partition, blueprint.texts.serialize(topic, event));
        }
        Document document = blueprint.read(Document.class, topic, of);
        document.setLearn(false);
        document.setRetract(true);
        document.setRetractOffset(retractOffset);
        return publish(topic, partition, blueprint.documents.serialize(topic, document));
    }

    /** Publishes bytes; returns their offset. */
    long publish(String topic, int partition, byte[] value) {
        return log.append(
                new TopicPartition(topic, partition),
                new SimulatedLog.Entry(null, value, NOON.toEpochMilli(), new RecordHeaders()));
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

    /** The clock goes on. */
    void advance(long milliseconds) {
        now += milliseconds;
        passed += milliseconds;
    }

    /** Moves the clock by steps of a second, with what is due in each. */
    void pass(int seconds) {
        for (int second = 0; second < seconds; second++) {
            advance(1_000);
            tasks().forEach(SimulatedTask::punctuate);
        }
    }

    /** What is committed in the stores, as text; of all tasks, by task and store. */
    Map<String, Map<String, String>> state() {
        Map<String, Map<String, String>> state = new TreeMap<>();
        committed.forEach((id, of) -> of.changelogs.forEach((store, changelog) -> {
            Map<String, String> texts = new TreeMap<>();
            changelog.contents().forEach((key, value) -> {
                // How far a store is depends on the commits that there were.
                if (!SimulatedStore.isHeader(key)) {
                    texts.put(
                            HexFormat.of().formatHex(key.get()), HexFormat.of().formatHex(value));
                }
            });
            state.put(id + " " + store, texts);
        }));
        return state;
    }

    /** The changelogs of the stores of a name, by the partition of their tasks. */
    Map<Integer, SimulatedChangelog> changelogs(String store) {
        Map<Integer, SimulatedChangelog> changelogs = new TreeMap<>();
        committed.forEach((id, of) -> {
            SimulatedChangelog changelog = of.changelogs.get(store);
            if (changelog != null) {
                changelogs.put(id.partition(), changelog);
            }
        });
        return changelogs;
    }

    /** The records of a topic. */
    <T extends SpecificRecord> List<T> records(Topic topic, Class<T> type) {
        return records(topics.name(topic), type);
    }

    /** The records of a topic with a name of its own. */
    <T extends SpecificRecord> List<T> records(String topic, Class<T> type) {
        return log.of(topic).stream()
                .map(entry -> blueprint.read(type, topic, entry))
                .toList();
    }

    @Override
    public void close() {
        instances.forEach(SimulatedInstance::stop);
    }
}
