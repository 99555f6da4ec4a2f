package dev.driftline.simulation;

import dev.driftline.simulation.RecordedTopology.Node;
import dev.driftline.simulation.RecordedTopology.Sink;
import dev.driftline.simulation.RecordedTopology.Source;
import dev.driftline.store.SimulatedStore;
import dev.driftline.store.WriteBackStore;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
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
 * cancelled; one that becomes a standby and active again keeps processors and stores.
 */
final class SimulatedTask {

    /** What is committed of a task: shared by its replicas. */
    static final class Committed {
        final Map<String, NavigableMap<Bytes, byte[]>> stores = new TreeMap<>();
        final Map<TopicPartition, Integer> offsets = new LinkedHashMap<>();
    }

    private record Output(TopicPartition partition, SimulatedLog.Entry entry) {}

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

    final TaskId id;

    private final Simulation simulation;
    private final RecordedTopology topology;
    private final Committed committed;
    private final Map<String, Processor<Object, Object, Object, Object>> processors = new LinkedHashMap<>();
    private final Map<String, Context> contexts = new LinkedHashMap<>();
    private final Map<String, SimulatedStore> inner = new TreeMap<>();
    private final Map<String, WriteBackStore> stores = new TreeMap<>();
    private final Map<TopicPartition, List<String>> sources = new LinkedHashMap<>();
    private final Map<TopicPartition, Integer> positions = new LinkedHashMap<>();
    private final List<Output> outputs = new ArrayList<>();

    private List<Punctuation> punctuations = new ArrayList<>();
    private Optional<RecordMetadata> reading = Optional.empty();
    private boolean active;

    @SuppressWarnings("unchecked")
    SimulatedTask(
            TaskId id, Simulation simulation, RecordedTopology topology, List<String> nodes, Committed committed) {
        this.id = id;
        this.simulation = simulation;
        this.topology = topology;
        this.committed = committed;
        for (String name : nodes) {
            Node node = topology.nodes.get(name);
            if (node instanceof Source source) {
                TopicPartition partition = new TopicPartition(source.topic(), id.partition());
                sources.put(partition, topology.children.getOrDefault(name, List.of()));
                committed.offsets.putIfAbsent(partition, 0);
            } else if (node instanceof RecordedTopology.Processor processor) {
                processors.put(name, (Processor<Object, Object, Object, Object>)
                        processor.supplier().get());
                contexts.put(name, new Context(name));
                for (String store : topology.stores.getOrDefault(name, java.util.Set.of())) {
                    inner.computeIfAbsent(
                            store,
                            added -> new SimulatedStore(
                                    added, committed.stores.computeIfAbsent(added, fresh -> new TreeMap<>())));
                    stores.computeIfAbsent(store, added -> inner.get(added).withWriteBack());
                }
            }
        }
    }

    boolean isActive() {
        return active;
    }

    /** Becomes active on what is committed. */
    void activate() {
        punctuations = new ArrayList<>();
        open();
    }

    private void open() {
        positions.clear();
        positions.putAll(committed.offsets);
        active = true;
        processors.forEach((name, processor) -> processor.init(contexts.get(name)));
    }

    private void close() {
        active = false;
        processors.values().forEach(Processor::close);
    }

    /** As after a commit that failed: everything since the last one has not happened, and the same objects begin again. */
    void revive() {
        outputs.clear();
        close();
        stores.values().forEach(WriteBackStore::close);
        inner.values().forEach(SimulatedStore::rollBack);
        open();
    }

    /** As {@link #revive}, after the write-back of a commit that then failed. */
    void reviveAfterFlush() {
        stores.values().forEach(WriteBackStore::flushCache);
        revive();
    }

    /** Writes back and commits outputs, state and positions together. */
    void commit() {
        stores.values().forEach(WriteBackStore::flushCache);
        outputs.forEach(output -> simulation.log.append(output.partition(), output.entry()));
        outputs.clear();
        inner.values().forEach(SimulatedStore::commit);
        committed.offsets.putAll(positions);
    }

    /** Commits and becomes a standby, which sees what is committed elsewhere. */
    void becomeStandby() {
        commit();
        close();
        stores.values().forEach(WriteBackStore::clearCache);
    }

    /** Commits and leaves the instance. */
    void stop() {
        commit();
        close();
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
        reading = Optional.of(new Metadata(partition.topic(), partition.partition(), position));
        Record<Object, Object> record =
                new Record<>(entry.key(), entry.value(), entry.timestamp(), new RecordHeaders(entry.headers()));
        sources.get(partition).forEach(child -> forward(record, child));
        reading = Optional.empty();
    }

    /** Calls what is due. */
    void punctuate() {
        for (Punctuation punctuation : List.copyOf(punctuations)) {
            if (!punctuation.cancelled && punctuation.next <= simulation.now) {
                punctuation.next = simulation.now + punctuation.interval;
                punctuation.punctuator.punctuate(simulation.now);
            }
        }
        punctuations.removeIf(punctuation -> punctuation.cancelled);
    }

    @SuppressWarnings("unchecked")
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
            outputs.add(new Output(
                    new TopicPartition(sink.topic(), partition),
                    new SimulatedLog.Entry(key, value, record.timestamp(), headers)));
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
            return reading;
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
            return Map.of();
        }

        @Override
        public Map<String, Object> appConfigsWithPrefix(String prefix) {
            return Map.of();
        }
    }
}
