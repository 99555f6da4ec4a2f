package dev.driftline.live;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.topics.FollowerThread;
import dev.driftline.topics.RecordsPerOffset;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicDefinitions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads scores, drift, promotions and the answers to retractions as far as they are committed, from a little way back on. In no consumer group: every
 * instance reads all of them. One thread; {@link #wakeup()} from any.
 */
final class FeedReader implements FollowerThread.Reader {

    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int BATCH = 1_000;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> next;
    private final String scoresTopic;
    private final Set<TopicPartition> partitions;
    private final RecordsPerOffset recordsPerOffset = new RecordsPerOffset();
    private final RecordsPerOffset.Polls polls = recordsPerOffset.polls();

    /**
     * @param next the offset that each partition is to be read from; kept up to date, so that another reader can go on; a
     *     partition that is not in it begins a little way back
     */
    FeedReader(DriftlineConfig config, Map<TopicPartition, Long> next) {
        this.next = next;
        TopicDefinitions topics = TopicDefinitions.of(config);
        scoresTopic = topics.get(Topic.SCORES).name();
        partitions = List.of(Topic.SCORES, Topic.DRIFT, Topic.PROMOTIONS, Topic.RETRACTIONS).stream()
                .map(topics::get)
                .flatMap(topic -> IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                .collect(Collectors.toSet());
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, config.get(ServiceKeys.APPLICATION_ID) + "-live-feed");
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Takes up its place.
     *
     * @param back how far back scores are read
     * @param most the most records of all partitions of a topic that are read back
     * @throws org.apache.kafka.common.errors.TimeoutException if the broker does not answer
     */
    void open(Duration back, int most) {
        consumer.assign(partitions);
        Set<TopicPartition> fresh = partitions.stream()
                .filter(partition -> !next.containsKey(partition))
                .collect(Collectors.toSet());
        if (!fresh.isEmpty()) {
            begin(fresh, back, most);
        }
        next.forEach(consumer::seek);
    }

    private void begin(Set<TopicPartition> fresh, Duration back, int most) {
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(fresh, ANSWER);
        Map<TopicPartition, Long> ends = consumer.endOffsets(fresh, ANSWER);
        long since = System.currentTimeMillis() - back.toMillis();
        Map<TopicPartition, OffsetAndTimestamp> times = consumer.offsetsForTimes(
                fresh.stream()
                        .filter(partition -> partition.topic().equals(scoresTopic))
                        .collect(Collectors.toMap(partition -> partition, partition -> since)),
                ANSWER);
        Map<String, Long> partitionsOfTopic =
                fresh.stream().collect(Collectors.groupingBy(TopicPartition::topic, Collectors.counting()));
        for (TopicPartition partition : fresh) {
            long end = ends.getOrDefault(partition, 0L);
            long share = most / partitionsOfTopic.getOrDefault(partition.topic(), 1L);
            long start = Math.max(beginnings.getOrDefault(partition, 0L), end - share);
            if (partition.topic().equals(scoresTopic)) {
                OffsetAndTimestamp time = times.get(partition);
                start = Math.max(start, time == null ? end : time.offset());
            }
            next.put(partition, start);
        }
    }

    /** The next records; none after a moment without any. Each is to be passed to {@link #done} or {@link #again} called. */
    ConsumerRecords<byte[], byte[]> poll() {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        polls.polled(consumer, records);
        return records;
    }

    /** A record is dealt with. */
    void done(ConsumerRecord<byte[], byte[]> record) {
        next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    }

    /** Reads on after the last record that was dealt with. */
    void again() {
        next.forEach(consumer::seek);
    }

    /**
     * How many records are still to be read; about, for the topics are written in transactions, whose marks are not told
     * apart before they are read ({@link RecordsPerOffset}).
     *
     * @throws org.apache.kafka.common.errors.TimeoutException if the broker does not answer
     */
    long behind() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ANSWER);
        long behind = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            TopicPartition partition = end.getKey();
            long offsets = Math.max(0, end.getValue() - consumer.position(partition, ANSWER));
            behind += recordsPerOffset.records(partition.topic(), partition.partition(), offsets);
        }
        return behind;
    }

    /** Ends the call that is under way. */
    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
