package dev.driftline.simulation;

import dev.driftline.heap.HeapUse;
import dev.driftline.simulation.RecordedTopology.Node;
import dev.driftline.simulation.RecordedTopology.Sink;
import dev.driftline.simulation.RecordedTopology.Source;
import dev.driftline.store.SimulatedChangelog;
import dev.driftline.store.SimulatedDisk;
import dev.driftline.store.SimulatedStore;
import dev.driftline.store.WriteBackStore;
import dev.driftline.topology.TrainerProcessor;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * A task of the real processors and stores on one instance. What Kafka Streams does with the objects is done here, as its code
 * has it: a revived task closes and initialises the same processors and stores and keeps the punctuations that nobody has
 * cancelled; one that becomes a standby and active again keeps processors and stores; where a thread has died or a task was lost
 * to another instance, there are new ones.
 */
final class SimulatedTask {

    /** What the brokers have of a task: shared by its replicas. */
    static final class Committed {
        final Map<String, SimulatedChangelog> changelogs = new TreeMap<>();
        final Map<TopicPartition, Integer> offsets = new LinkedHashMap<>();
        /** The furthest offsets that were ever committed. */
        final Map<TopicPartition, Integer> furthest = new LinkedHashMap<>();
        /** Topics that it reads. */
        final Set<String> topics = new TreeSet<>();
        /** Of the producer: only the last one to become active may commit. */
        int epoch;

        boolean reads(String topic) {
            return topics.contains(topic);
        }
    }

    /** A commit of a task that another instance has taken over. */
    static final class FencedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    record Output(TopicPartition partition, SimulatedLog.Entry entry) {}

    /** Where a record is, and what it is. */
    record At(TopicPartition partition, int offset, SimulatedLog.Entry entry) {}

    private static final class Punctuation implements Cancellable {
        final long interval;
        final Punctuator punctuator;
        long next;
        boolean cancelled;

        Punctuation(long interval, Punctuator punctuator, long next) {
            this.interval = interval;
            this.punctuator = punctuator;
            this.next = next;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    /** All that was sent before is at the brokers. */
    private static final Object FLUSHED = new Object();

    final TaskId id;
    final SimulatedInstance instance;

    private final Simulation simulation;
    private final RecordedTopology topology;
    private final List<String> nodes;
    private final Committed committed;
    private final Map<String, SimulatedDisk> disks;
    private final Map<String, Processor<Object, Object, Object, Object>> processors = new LinkedHashMap<>();
    private final Map<String, Context> contexts = new LinkedHashMap<>();
    private final Map<String, SimulatedStore> inner = new TreeMap<>();
    private final Map<String, WriteBackStore> stores = new TreeMap<>();
    private final Map<TopicPartition, List<String>> sources = new LinkedHashMap<>();
    private final Map<TopicPartition, Integer> positions = new LinkedHashMap<>();
    private final List<Output> outputs = new ArrayList<>();
    /** Where each record since the last commit went, in the order of sending: a partition, or a store; or {@link #FLUSHED}. */
    private final List<Object> sent = new ArrayList<>();
    /** What a shard was asked and told in this transaction, in its order. */
    private final List<At> requests = new ArrayList<>();
    /** Records that a shard has learned in this transaction, in their order. */
    private final List<At> learned = new ArrayList<>();

    private List<Punctuation> punctuations = new ArrayList<>();
    private List<At> lastRequests = List.of();
    private Optional<At> at = Optional.empty();
    private boolean active;
    private int epoch;

    SimulatedTask(
            TaskId id,
            Simulation simulation,
            SimulatedInstance instance,
            List<String> nodes,
            Committed committed,
            Map<String, SimulatedDisk> disks) {
        this.id = id;
        this.simulation = simulation;
        this.instance = instance;
        this.topology = instance.topology;
        this.nodes = nodes;
        this.committed = committed;
        this.disks = disks;
        build();
    }

    /** New objects, as in a task that is created. */
    @SuppressWarnings("unchecked")
    private void build() {
        processors.clear();
        contexts.clear();
        inner.clear();
        stores.clear();
        punctuations = new ArrayList<>();
        for (String name : nodes) {
            Node node = topology.nodes.get(name);
            if (node instanceof Source source) {
                TopicPartition partition = new TopicPartition(source.topic(), id.partition());
                sources.put(partition, topology.children.getOrDefault(name, List.of()));
                committed.topics.add(source.topic());
            } else if (node instanceof RecordedTopology.Processor processor) {
                processors.put(name, (Processor<Object, Object, Object, Object>)
                        processor.supplier().get());
                contexts.put(name, new Context(name));
                for (String store : topology.stores.getOrDefault(name, Set.of())) {
                    stores.computeIfAbsent(store, this::store);
                }
            }
        }
    }

    private WriteBackStore store(String store) {
        SimulatedStore below = new SimulatedStore(
                store,
                committed.changelogs.computeIfAbsent(store, added -> new SimulatedChangelog()),
                disks.computeIfAbsent(store, added -> new SimulatedDisk()),
                simulation.defects.store());
        below.onWrite(() -> sent.add(below));
        inner.put(store, below);
        WriteBackStore above = below.withWriteBack(instance.counters.heap().account(HeapUse.UNCOMMITTED));
        above.init(simulation.storeContext(id, this::flushed), above);
        return above;
    }

    boolean isActive() {
        return active;
    }

    boolean isTrainer() {
        return processors.containsKey(TrainerProcessor.NAME);
    }

    /** Whether it works on though another instance has taken it over. */
    boolean isZombie() {
        return active && epoch != committed.epoch;
    }

    /** Becomes active: restores what is committed. */
    void activate() {
        epoch = ++committed.epoch;
        open();
    }

    private void open() {
        if (!simulation.defects.has(Defects.Kind.LOSES_TAIL)) {
            inner.values().forEach(SimulatedStore::restore);
        }
        positions.clear();
        sources.keySet().forEach(partition -> positions.put(partition, committed.offsets.getOrDefault(partition, 0)));
        active = true;
        simulation.current = Optional.of(this);
        processors.forEach((name, processor) -> processor.init(contexts.get(name)));
    }

    private void closeProcessors() {
        active = false;
        processors.values().forEach(Processor::close);
    }

    private void closeDirty() {
        closeProcessors();
        if (!simulation.defects.has(Defects.Kind.KEEPS_CACHES)) {
            stores.values().forEach(WriteBackStore::close);
        }
        abort();
    }

    /** The transaction has not happened. */
    private void abort() {
        if (simulation.defects.has(Defects.Kind.LEAKS)) {
            simulation.sent(List.copyOf(outputs));
        } else if (!simulation.exactlyOnce) {
            publishSome();
        }
        outputs.clear();
        sent.clear();
        learned.clear();
        requests.clear();
        at = Optional.empty();
        inner.values().forEach(SimulatedStore::rollBack);
        if (!simulation.keepsState) {
            disks.values().forEach(SimulatedDisk::wipe);
        }
    }

    private void flushed() {
        if (!simulation.defects.has(Defects.Kind.WAITS_FOR_NOTHING)) {
            sent.add(FLUSHED);
        }
    }

    /**
     * Without a transaction the crash came at any record. All before the last flush of the producer is there, and of what was sent
     * after it the first records of each partition; each disk has what was written up to some moment.
     */
    private void publishSome() {
        if (epoch != committed.epoch) {
            publishTooLate();
            return;
        }
        List<Object> before = sent.subList(0, simulation.chance.nextInt(sent.size() + 1));
        int flushed = before.lastIndexOf(FLUSHED);
        Map<Object, Integer> written = new LinkedHashMap<>();
        Map<Object, Integer> there = new LinkedHashMap<>();
        for (int i = 0; i < before.size(); i++) {
            written.merge(before.get(i), 1, Integer::sum);
            if (i < flushed) {
                there.merge(before.get(i), 1, Integer::sum);
            }
        }
        written.forEach((to, records) ->
                there.merge(to, simulation.chance.nextInt(records - there.getOrDefault(to, 0) + 1), Integer::sum));
        List<Output> visible = new ArrayList<>();
        Map<Object, Integer> seen = new LinkedHashMap<>();
        for (Output output : outputs) {
            if (seen.merge(output.partition(), 1, Integer::sum) <= there.getOrDefault(output.partition(), 0)) {
                visible.add(output);
            }
        }
        simulation.sent(visible);
        inner.values()
                .forEach(store -> store.cut(
                        there.getOrDefault(store, 0), simulation.chance.nextInt(written.getOrDefault(store, 0) + 1)));
    }

    private void publishTooLate() {
        int most = simulation.chance.nextInt(outputs.size() + inner.size() + 1);
        simulation.sent(List.copyOf(outputs.subList(0, Math.min(most, outputs.size()))));
        int stores = Math.max(0, most - outputs.size());
        inner.values().stream().limit(stores).forEach(SimulatedStore::publish);
        // Nothing fences it: what it writes is later than what the owner has written.
        simulation.mixesChangelogs |= stores > 0;
    }

    /** As after a commit that failed: everything since the last one has not happened, and the same objects begin again. */
    void revive() {
        closeDirty();
        stores.values().forEach(store -> store.init(simulation.storeContext(id, this::flushed), store));
        epoch = ++committed.epoch;
        open();
    }

    /** As {@link #revive}, after the write-back of a commit that then failed. */
    void reviveAfterFlush() {
        flush();
        revive();
    }

    /** The thread dies: the next one has new objects. */
    void replaceThread() {
        closeDirty();
        build();
        activate();
    }

    /** Another instance has it: what was done since the last commit is lost, and a standby is left. */
    void lose() {
        closeDirty();
        build();
    }

    /** The process is killed: nothing is closed. */
    void kill() {
        active = false;
        abort();
    }

    /** Writes back, as the first step of a commit. */
    void flush() {
        simulation.current = Optional.of(this);
        stores.values().forEach(WriteBackStore::flushCache);
    }

    /** Writes back and commits outputs, state and positions together. */
    void commit() {
        flush();
        commitAtBrokers();
        stores.values().forEach(store -> store.commit(Map.of()));
    }

    /** The brokers have committed, and the task does not hear of it: it takes the commit for failed. */
    void commitUnheard() {
        flush();
        commitAtBrokers();
        revive();
    }

    /** The brokers have committed, and the process dies before its disks have. */
    void commitBeforeKill() {
        flush();
        commitAtBrokers();
    }

    private void commitAtBrokers() {
        if (epoch != committed.epoch && !(simulation.defects.has(Defects.Kind.IS_NEVER_FENCED) && isTrainer())) {
            throw new FencedException();
        }
        inner.values().forEach(SimulatedStore::publish);
        committed.offsets.putAll(positions);
        positions.forEach((partition, position) -> committed.furthest.merge(partition, position, Math::max));
        List<Output> visible = List.copyOf(outputs);
        List<At> counted = List.copyOf(learned);
        outputs.clear();
        sent.clear();
        learned.clear();
        lastRequests = List.copyOf(requests);
        requests.clear();
        simulation.committed(this, counted, visible);
    }

    /** Commits and becomes a standby, which sees what is committed elsewhere. */
    void becomeStandby() {
        commit();
        closeProcessors();
        stores.values().forEach(WriteBackStore::clearCache);
    }

    /** Reads at most {@code changes} of each changelog, as a standby. */
    void follow(long changes) {
        inner.values().forEach(store -> store.follow(changes));
    }

    /** Commits and leaves the instance. */
    void stop() {
        if (isZombie()) {
            closeDirty();
            return;
        }
        if (active) {
            commit();
            closeProcessors();
        }
        stores.values().forEach(WriteBackStore::close);
    }

    /** The partitions in which records wait. */
    List<TopicPartition> waiting() {
        return active
                ? positions.keySet().stream()
                        .filter(partition -> positions.get(partition)
                                < simulation.log.of(partition).size())
                        .toList()
                : List.of();
    }

    /** Processes the next record of a partition. */
    void process(TopicPartition partition) {
        int position = positions.get(partition);
        SimulatedLog.Entry entry = simulation.log.of(partition).get(position);
        positions.put(partition, position + 1);
        at = Optional.of(new At(partition, position, entry));
        if (processors.containsKey("count")) {
            requests.add(at.get());
        }
        simulation.current = Optional.of(this);
        Record<Object, Object> record =
                new Record<>(entry.key(), entry.value(), entry.timestamp(), new RecordHeaders(entry.headers()));
        sources.get(partition).forEach(child -> forward(record, child));
        at = Optional.empty();
    }

    /** Whether the work of the shard on the record at hand was made to fail, so that it is a failure in its place. */
    void counts(boolean fails) {
        if (fails) {
            at.ifPresent(record -> simulation.notCounted.add(record.entry()));
        } else {
            at.ifPresent(record -> simulation.notCounted.remove(record.entry()));
        }
    }

    /** A shard has learned what the record at hand has. */
    void learned() {
        learned.add(at.orElseThrow());
    }

    /** What a shard was asked and told in the transaction that was committed last, in its order. */
    List<At> lastRequests() {
        return lastRequests;
    }

    /** Calls what is due. */
    void punctuate() {
        simulation.current = Optional.of(this);
        for (Punctuation punctuation : List.copyOf(punctuations)) {
            if (!punctuation.cancelled && punctuation.next <= simulation.now) {
                punctuation.next = simulation.now + punctuation.interval;
                punctuation.punctuator.punctuate(simulation.now);
            }
        }
        punctuations.removeIf(punctuation -> punctuation.cancelled);
    }

    /** Compacts its changelogs. */
    void compact() {
        committed.changelogs.values().forEach(SimulatedChangelog::compact);
    }

    /** Deletes what it has on disk; not while it is active. */
    void evict() {
        disks.values().forEach(SimulatedDisk::wipe);
    }

    @SuppressWarnings({"unchecked", "removal"})
    private void forward(Record<Object, Object> record, String child) {
        Node node = topology.nodes.get(child);
        if (node instanceof Sink sink) {
            Headers headers = record.headers();
            byte[] key = ((Serializer<Object>) sink.keys()).serialize(sink.topic(), headers, record.key());
            byte[] value = ((Serializer<Object>) sink.values()).serialize(sink.topic(), headers, record.value());
            int partitions = simulation.log.partitions(sink.topic());
            int partition = sink.partitioner() == null
                    ? key == null ? 0 : Utils.toPositive(Utils.murmur2(key)) % partitions
                    : ((StreamPartitioner<Object, Object>) sink.partitioner())
                            .partitions(sink.topic(), record.key(), record.value(), partitions)
                            .orElseThrow()
                            .iterator()
                            .next();
            Output output = new Output(
                    new TopicPartition(sink.topic(), partition),
                    new SimulatedLog.Entry(key, value, record.timestamp(), headers));
            outputs.add(output);
            sent.add(output.partition());
            if (simulation.defects.twice().test(sink.topic())) {
                outputs.add(output);
                sent.add(output.partition());
            }
            simulation.forwarded(this, at, output);
        } else {
            processors.get(child).process(record);
        }
    }

    private record Metadata(String topic, int partition, long offset) implements RecordMetadata {}

    /** What a processor sees of its task; one for all its lives. */
    private final class Context implements ProcessorContext<Object, Object> {

        private final String name;

        Context(String name) {
            this.name = name;
        }

        @Override
        public <K, V> void forward(Record<K, V> record) {
            topology.children.getOrDefault(name, List.of()).forEach(child -> forward(record, child));
        }

        @Override
        @SuppressWarnings("unchecked")
        public <K, V> void forward(Record<K, V> record, String child) {
            SimulatedTask.this.forward((Record<Object, Object>) record, child);
        }

        @Override
        public TaskId taskId() {
            return id;
        }

        @Override
        public Optional<RecordMetadata> recordMetadata() {
            return at.map(record ->
                    new Metadata(record.partition().topic(), record.partition().partition(), record.offset()));
        }

        @Override
        @SuppressWarnings("unchecked")
        public <S extends StateStore> S getStateStore(String store) {
            return (S) stores.get(store);
        }

        @Override
        public Cancellable schedule(Duration interval, PunctuationType type, Punctuator punctuator) {
            Punctuation punctuation =
                    new Punctuation(interval.toMillis(), punctuator, simulation.now + interval.toMillis());
            punctuations.add(punctuation);
            return punctuation;
        }

        @Override
        public Cancellable schedule(Instant start, Duration interval, PunctuationType type, Punctuator punctuator) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void commit() {
            // The simulation says when.
        }

        @Override
        public long currentSystemTimeMs() {
            return simulation.now;
        }

        @Override
        public long currentStreamTimeMs() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String applicationId() {
            return "simulated";
        }

        @Override
        public Serde<?> keySerde() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Serde<?> valueSerde() {
            throw new UnsupportedOperationException();
        }

        @Override
        public File stateDir() {
            throw new UnsupportedOperationException();
        }

        @Override
        public StreamsMetrics metrics() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Object> appConfigs() {
            return simulation.streamsConfig();
        }

        @Override
        public Map<String, Object> appConfigsWithPrefix(String prefix) {
            return Map.of();
        }
    }
}
