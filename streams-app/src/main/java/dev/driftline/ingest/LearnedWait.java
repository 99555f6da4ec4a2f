package dev.driftline.ingest;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Whether the service has learned what was published: its consumer group is past it in the input topic, and past all that it has
 * made of it on the way to the shards. One thread.
 */
public final class LearnedWait implements AutoCloseable {

    /** How far from the end of a topic its last record is looked for; what comes after are marks of transactions. */
    private static final long LOOKED_AT = 1_000;

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int MOST_POLLS = 25;

    private static final List<Topic> TO_THE_SHARDS = List.of(Topic.NGRAM_REQUESTS, Topic.NGRAM_DOCUMENTS);

    private final DriftlineConfig config;
    private final String application;
    private final Map<TopicPartition, Long> published;
    private final Admin admin;
    private final Map<TopicPartition, Long> begun;
    private Map<TopicPartition, Long> toTheShards = Map.of();
    private boolean isThroughTheInput;

    /**
     * @param application whose service is waited for
     * @param published the offset behind what was published, of each partition
     */
    public LearnedWait(DriftlineConfig config, String application, Map<TopicPartition, Long> published) {
        this.config = config;
        this.application = application;
        this.published = Map.copyOf(published);
        admin = Admin.create(new HashMap<>(config.clients().admin()));
        begun = committed();
    }

    /** Whether everything is learned. */
    public boolean isDone() {
        Map<TopicPartition, Long> committed = committed();
        if (!isThroughTheInput) {
            if (!isPast(published, committed)) {
                return false;
            }
            isThroughTheInput = true;
            // What is in these topics now is all that the documents have become.
            toTheShards = lastRecords();
        }
        return isPast(toTheShards, committed);
    }

    /** The share of the input that the service has read, 0 to 1. */
    public double share() {
        if (isThroughTheInput) {
            return 1;
        }
        Map<TopicPartition, Long> committed = committed();
        long all = 0;
        long done = 0;
        for (Map.Entry<TopicPartition, Long> end : published.entrySet()) {
            long from = begun.getOrDefault(end.getKey(), 0L);
            long to = Math.min(end.getValue(), committed.getOrDefault(end.getKey(), 0L));
            all += Math.max(0, end.getValue() - from);
            done += Math.max(0, to - from);
        }
        return all == 0 ? 1 : (double) done / all;
    }

    private static boolean isPast(Map<TopicPartition, Long> ends, Map<TopicPartition, Long> committed) {
        return ends.entrySet().stream().allMatch(end -> committed.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    private Map<TopicPartition, Long> committed() {
        try {
            Map<TopicPartition, Long> offsets = new HashMap<>();
            Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets(application)
                    .partitionsToOffsetAndMetadata()
                    .get();
            found.forEach((partition, offset) -> {
                if (offset != null) {
                    offsets.put(partition, offset.offset());
                }
            });
            return offsets;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw new KafkaException(
                    "cannot read how far the service is: " + e.getCause(), Objects.requireNonNullElse(e.getCause(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    /** The offset behind the last record of each partition on the way to the shards; without those that have none. */
    private Map<TopicPartition, Long> lastRecords() {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        Map<TopicPartition, Long> last = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicNames names = TopicNames.of(config);
            Set<String> there = consumer.listTopics().keySet();
            List<TopicPartition> partitions = new ArrayList<>();
            for (Topic topic : TO_THE_SHARDS) {
                if (there.contains(names.name(topic))) {
                    consumer.partitionsFor(names.name(topic))
                            .forEach(found -> partitions.add(new TopicPartition(found.topic(), found.partition())));
                }
            }
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
            for (TopicPartition partition : partitions) {
                consumer.seek(
                        partition,
                        Math.max(begins.getOrDefault(partition, 0L), ends.getOrDefault(partition, 0L) - LOOKED_AT));
            }
            for (int poll = 0; poll < MOST_POLLS && !partitions.isEmpty(); poll++) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    last.merge(new TopicPartition(record.topic(), record.partition()), record.offset() + 1, Math::max);
                }
                if (partitions.stream()
                        .allMatch(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L))) {
                    break;
                }
            }
        }
        return last;
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(2));
    }
}
