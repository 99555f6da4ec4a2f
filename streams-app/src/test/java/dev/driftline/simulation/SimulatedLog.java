package dev.driftline.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;

/** What the brokers hold: committed records alone, since everybody reads committed. */
final class SimulatedLog {

    /** A record of a partition. */
    record Entry(byte[] key, byte[] value, long timestamp, Headers headers) {}

    private final Map<String, Integer> partitions;
    private final Map<TopicPartition, List<Entry>> entries =
            new TreeMap<>((a, b) -> a.topic().equals(b.topic())
                    ? a.partition() - b.partition()
                    : a.topic().compareTo(b.topic()));

    /** @param partitions number of partitions of each topic; of others 1 */
    SimulatedLog(Map<String, Integer> partitions) {
        this.partitions = partitions;
    }

    int partitions(String topic) {
        return partitions.getOrDefault(topic, 1);
    }

    void append(TopicPartition partition, Entry entry) {
        entries.computeIfAbsent(partition, added -> new ArrayList<>()).add(entry);
    }

    List<Entry> of(TopicPartition partition) {
        return entries.getOrDefault(partition, List.of());
    }

    /** The records of all partitions of a topic. */
    List<Entry> of(String topic) {
        List<Entry> all = new ArrayList<>();
        entries.forEach((partition, of) -> {
            if (partition.topic().equals(topic)) {
                all.addAll(of);
            }
        });
        return all;
    }
}
