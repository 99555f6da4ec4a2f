package dev.driftline.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** A topology that remembers what it is built of, so that somebody other than Kafka Streams can run it. */
final class RecordedTopology extends Topology {

    /** What has a name in the topology. */
    sealed interface Node {}

    record Source(String topic) implements Node {}

    record Processor(ProcessorSupplier<?, ?, ?, ?> supplier) implements Node {}

    record Sink(String topic, Serializer<?> keys, Serializer<?> values, StreamPartitioner<?, ?> partitioner)
            implements Node {}

    final Map<String, Node> nodes = new LinkedHashMap<>();
    final Map<String, List<String>> children = new LinkedHashMap<>();
    /** Names of the stores of each processor. */
    final Map<String, Set<String>> stores = new LinkedHashMap<>();

    @Override
    public synchronized <K, V> Topology addSource(
            org.apache.kafka.streams.AutoOffsetReset reset,
            String name,
            TimestampExtractor time,
            Deserializer<K> keys,
            Deserializer<V> values,
            String... topics) {
        nodes.put(name, new Source(topics[0]));
        return super.addSource(reset, name, time, keys, values, topics);
    }

    @Override
    public synchronized <KI, VI, KO, VO> Topology addProcessor(
            String name, ProcessorSupplier<KI, VI, KO, VO> supplier, String... parents) {
        add(name, new Processor(supplier), parents);
        return super.addProcessor(name, supplier, parents);
    }

    @Override
    public synchronized <K, V> Topology addSink(
            String name, String topic, Serializer<K> keys, Serializer<V> values, String... parents) {
        add(name, new Sink(topic, keys, values, null), parents);
        return super.addSink(name, topic, keys, values, parents);
    }

    @Override
    public synchronized <K, V> Topology addSink(
            String name,
            String topic,
            Serializer<K> keys,
            Serializer<V> values,
            StreamPartitioner<? super K, ? super V> partitioner,
            String... parents) {
        add(name, new Sink(topic, keys, values, partitioner), parents);
        return super.addSink(name, topic, keys, values, partitioner, parents);
    }

    @Override
    public synchronized <S extends StateStore> Topology addStateStore(StoreBuilder<S> builder, String... processors) {
        for (String processor : processors) {
            stores.computeIfAbsent(processor, added -> new TreeSet<>()).add(builder.name());
        }
        return super.addStateStore(builder, processors);
    }

    private void add(String name, Node node, String... parents) {
        nodes.put(name, node);
        for (String parent : parents) {
            children.computeIfAbsent(parent, added -> new ArrayList<>()).add(name);
        }
    }

    /** Names of the nodes of each sub-topology, in the order in which they were added. */
    Map<Integer, List<String>> parts() {
        Map<Integer, List<String>> parts = new TreeMap<>();
        for (TopologyDescription.Subtopology part : describe().subtopologies()) {
            Set<String> names = new TreeSet<>();
            part.nodes().forEach(node -> names.add(node.name()));
            parts.put(part.id(), nodes.keySet().stream().filter(names::contains).toList());
        }
        return parts;
    }
}
