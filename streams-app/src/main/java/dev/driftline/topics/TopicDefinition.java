package dev.driftline.topics;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * One topic with everything about it stated, so that nothing depends on a broker's defaults but the replication factor,
 * where that is left to it.
 *
 * @param topic what it is for; what a filter sends documents to is a topic of documents, too
 * @param name full name
 * @param partitions number of partitions
 * @param replicationFactor copies; -1 is the broker's default
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
