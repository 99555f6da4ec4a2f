package dev.driftline.topics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the steps of a document's way are laid out over tasks. It follows from the topics that there are, so that every instance
 * of a service has the same, and a service keeps the one that it began with.
 *
 * <p>With one shard nothing has to cross the broker between scatter, count and gather: they stand in one task and are called
 * one after the other. What differs is how documents come to that task.
 */
public enum Layout {
    /** One shard and one partition of the inputs: the shard's task reads them itself. One hop. */
    ONE_TASK("one-task", Topic.DOCUMENTS, Topic.DOCUMENTS),
    /** One shard, several partitions of the inputs: readers send whole documents to the shard's task. Two hops. */
    ONE_SHARD("one-shard", Topic.NGRAM_DOCUMENTS, Topic.NGRAM_DOCUMENTS),
    /** Several shards: parts of a document go to each, and their replies come back. Three hops. */
    SHARDS("shards", Topic.NGRAM_REQUESTS, Topic.NGRAM_REPLIES);

    private final String label;
    private final Topic countsRead;
    private final Topic sourcesRead;

    Layout(String label, Topic countsRead, Topic sourcesRead) {
        this.label = label;
        this.countsRead = countsRead;
        this.sourcesRead = sourcesRead;
    }

    /** Its name for people and in what is stored. */
    public String label() {
        return label;
    }

    /**
     * The one with this label.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Layout labelled(String label) {
        return Arrays.stream(values())
                .filter(layout -> layout.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no layout " + label));
    }

    /** The topic, a partition of which the task of a shard reads: its partition is the shard's number. */
    public Topic countsRead() {
        return countsRead;
    }

    /** The topic, a partition of which the task reads that keeps what is known of sources. */
    public Topic sourcesRead() {
        return sourcesRead;
    }

    /** The topic that queues what the task of a shard is to do; none where that task reads the inputs itself. */
    public Optional<Topic> queue() {
        return this == ONE_TASK ? Optional.empty() : Optional.of(countsRead);
    }

    /** The topics that this layout has and {@code other} has not. */
    public List<Topic> beside(Layout other) {
        return Arrays.stream(Topic.values())
                .filter(topic -> has(topic) && !other.has(topic))
                .toList();
    }

    /** Whether the state of a service that was begun with this layout fits {@code later}, whose shards are as many. */
    public boolean canBecome(Layout later) {
        // Documents that wait since then tell by their tickets where they were read.
        return this == later || this == ONE_TASK;
    }

    /** Whether a service with this layout has {@code topic}. */
    public boolean has(Topic topic) {
        return switch (topic) {
            case NGRAM_REQUESTS, NGRAM_REPLIES -> this == SHARDS;
            case NGRAM_DOCUMENTS -> this == ONE_SHARD;
            default -> true;
        };
    }

    /** That of topics that are made new. */
    public static Layout ofNew(int shards, int partitions) {
        if (shards > 1) {
            return SHARDS;
        }
        return partitions > 1 ? ONE_SHARD : ONE_TASK;
    }

    /**
     * That of a service with the topics that exist. Those between its steps say it; where there is none of them, the number of
     * shards and the partitions of the inputs do.
     *
     * @param shards as configured
     * @param partitions of inputs, as configured, for those that do not exist
     * @param existing the number of partitions of each topic that exists
     */
    public static Layout of(int shards, int partitions, Map<Topic, Integer> existing) {
        if (existing.containsKey(Topic.NGRAM_REQUESTS) || existing.containsKey(Topic.NGRAM_REPLIES)) {
            return SHARDS;
        }
        if (existing.containsKey(Topic.NGRAM_DOCUMENTS)) {
            return ONE_SHARD;
        }
        int documents = existing.getOrDefault(Topic.DOCUMENTS, 0);
        int text = existing.getOrDefault(Topic.TEXT, 0);
        int inputs = Math.max(documents, text);
        return ofNew(shards, inputs == 0 ? partitions : inputs);
    }

    /**
     * Why no service can work on the topics that exist, and what to do about it; empty if one can.
     *
     * @param names the topics' full names
     */
    public static Optional<String> refusal(int shards, Map<Topic, Integer> existing, TopicNames names) {
        boolean hasDocuments = existing.containsKey(Topic.NGRAM_DOCUMENTS);
        String documents = names.name(Topic.NGRAM_DOCUMENTS);
        for (Topic topic : new Topic[] {Topic.NGRAM_REQUESTS, Topic.NGRAM_REPLIES}) {
            if (hasDocuments && existing.containsKey(topic)) {
                return Optional.of("both " + documents + ", of a model with one shard, and " + names.name(topic)
                        + ", of one with several, exist: one of them was made by mistake. Stop every instance and delete"
                        + " with kafka-topics.sh the one that the model was not begun with (`driftline topics list` says"
                        + " which has records)");
            }
        }
        if (hasDocuments && shards > 1) {
            return Optional.of(documents + " exists, so the model was begun with one shard, and the configuration says "
                    + shards + ": set shards=1");
        }
        return Optional.empty();
    }
}
