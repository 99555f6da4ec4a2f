package dev.driftline.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Headers;

/** What the brokers hold: committed records alone, since everybody reads committed. */
final class SimulatedLog {

    /** A record of a partition. */
    record Entry(byte[] key, byte[] value, long timestamp, Headers headers) {}

    private final Map<String, Integer> partitions;
    private final Map<TopicPartition, List<Entry>> entries = new HashMap<>();
    private final Map<String, Integer> incarnations = new HashMap<>();

    /** @param partitions number of partitions of each topic; of others 1 */
    SimulatedLog(Map<String, Integer> partitions) {
        this.partitions = partitions;
    }

    int partitions(String topic) {
        return partitions.getOrDefault(topic, 1);
    }

    /** The id of a topic, which is another one once it was deleted and made again. */
    Uuid id(String topic) {
        return new Uuid(1 + topic.hashCode(), incarnations.getOrDefault(topic, 1));
    }

    /** Deletes a topic and makes it again, empty. */
    void makeAgain(String topic) {
        incarnations.merge(topic, 2, (before, two) -> before + 1);
        entries.keySet().removeIf(partition -> partition.topic().equals(topic));
    }

    /** Returns the offset. */
    long append(TopicPartition partition, Entry entry) {
        List<Entry> of = entries.computeIfAbsent(partition, added -> new ArrayList<>());
        of.add(entry);
        return of.size() - 1;
    }

    List<Entry> of(TopicPartition partition) {
        return entries.getOrDefault(partition, List.of());
    }

    /** The records of all partitions of a topic, one partition after the other. */
    List<Entry> of(String topic) {
        List<Entry> all = new ArrayList<>();
        for (int partition = 0; partition < partitions(topic); partition++) {
            all.addAll(of(new TopicPartition(topic, partition)));
        }
        return all;
    }
}
