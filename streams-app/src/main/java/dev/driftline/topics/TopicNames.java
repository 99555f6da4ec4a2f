package dev.driftline.topics;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.TopicKeys;

/**
 * The full names of topics.
 *
 * @param prefix what all of them start with, its separator included, for example {@code driftline.}
 */
public record TopicNames(String prefix) {

    /** The names under the configured prefix. */
    public static TopicNames of(DriftlineConfig config) {
        return new TopicNames(config.get(TopicKeys.PREFIX));
    }

    /** The full name of {@code topic}. */
    public String name(Topic topic) {
        return prefix + topic.suffix();
    }

    /** The full name of a topic that a filter routes documents to. */
    public String routed(String topic) {
        return prefix + topic;
    }
}
