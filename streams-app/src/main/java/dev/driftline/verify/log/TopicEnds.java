package dev.driftline.verify.log;

import dev.driftline.config.DriftlineConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Which topics there are, and where they end now. Calls block until the brokers have answered. One thread at a time. */
public final class TopicEnds implements AutoCloseable {

    private final Admin admin;

    /** Does not contact the brokers yet. */
    public TopicEnds(DriftlineConfig config) {
        admin = Admin.create(config.clients().admin());
    }

    /** The names of all topics. */
    public Set<String> topics() {
        return Set.copyOf(await(admin.listTopics().names()));
    }

    /** All partitions of a topic that exists. */
    public Set<TopicPartition> partitions(String topic) {
        int count = await(Objects.requireNonNull(
                        admin.describeTopics(Set.of(topic)).topicNameValues().get(topic)))
                .partitions()
                .size();
        return IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toSet());
    }

    /** Where what is decided ends: all transactions before that offset are committed or aborted. */
    public Map<TopicPartition, Long> committed(Set<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    }

    /** Where what has been written ends, in transactions that are open, too. */
    public Map<TopicPartition, Long> written(Set<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    }

    /** Where the first record is that the brokers still have. */
    public Map<TopicPartition, Long> begins(Set<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    }

    private Map<TopicPartition, Long> offsets(
            Set<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        await(admin.listOffsets(
                                partitions.stream()
                                        .collect(Collectors.toMap(partition -> partition, partition -> which)),
                                new ListOffsetsOptions(isolation))
                        .all())
                .forEach((partition, found) -> offsets.put(partition, found.offset()));
        return offsets;
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException refused) {
                throw refused;
            }
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
