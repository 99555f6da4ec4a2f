package dev.driftline.identity;

import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * The ids that brokers gave the topics that the topology reads, as of the start. A topic that was deleted and created again
 * has the same name and another id, and its offsets mean other records.
 *
 * @param ids by full topic name
 */
public record TopicIncarnations(Map<String, Uuid> ids) {

    public TopicIncarnations {
        ids = Map.copyOf(ids);
    }

    /** The id of {@code topic}; zero where it is not known. */
    public Uuid of(String topic) {
        return ids.getOrDefault(topic, Uuid.ZERO_UUID);
    }
}
