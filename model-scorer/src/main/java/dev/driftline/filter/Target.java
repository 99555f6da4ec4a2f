package dev.driftline.filter;

/** Where a document goes. */
public sealed interface Target {

    /** To the topic for what is kept. */
    record Keep() implements Target {}

    /** Nowhere; it has been scored, and learned if it was to be. */
    record Drop() implements Target {}

    /**
     * To a topic.
     *
     * @param name without the prefix of all topics
     */
    record ToTopic(String name) implements Target {}

    /** As it stands in a file of rules. */
    default String label() {
        if (this instanceof ToTopic topic) {
            return topic.name();
        }
        return this instanceof Keep ? "keep" : "drop";
    }
}
