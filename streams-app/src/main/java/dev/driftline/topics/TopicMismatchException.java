package dev.driftline.topics;

/** A topic exists but cannot be used with this configuration. The message names the topic, the reason and what to do. */
public final class TopicMismatchException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    TopicMismatchException(String message) {
        super(message);
    }
}
