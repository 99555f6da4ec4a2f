package dev.driftline.filter;

/** Where a document goes. */
public sealed interface Target {

    /** To the topic for documents that are kept. */
    record Keep() implements Target {}

    /** Nowhere. The document was scored and, unless it asked not to be, learned. */
    record Drop() implements Target {}

    /**
     * To a topic.
     *
     * @param name without the prefix of all topics
     */
    record ToTopic(String name) implements Target {}

    /** As written in a rules file. */
    default String label() {
        if (this instanceof ToTopic topic) {
            return topic.name();
        }
        return this instanceof Keep ? "keep" : "drop";
    }
}
