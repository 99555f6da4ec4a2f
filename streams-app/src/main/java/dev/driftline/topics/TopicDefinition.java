package dev.driftline.topics;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * One topic with all of its settings, so that only its replication factor may depend on a broker's default.
 *
 * @param topic its purpose; a topic that a filter routes documents to is {@link Topic#DOCUMENTS}, too
 * @param name full name
 * @param partitions number of its partitions
 * @param replicationFactor number of replicas; -1 is the broker's default
 * @param settings topic settings, sorted by name
 */
public record TopicDefinition(
        Topic topic, String name, int partitions, short replicationFactor, Map<String, String> settings) {

    /** Sorts and copies the settings. */
    public TopicDefinition {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    NewTopic toNewTopic() {
        return new NewTopic(name, partitions, replicationFactor).configs(settings);
    }
}
