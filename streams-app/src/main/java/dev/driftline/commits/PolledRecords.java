package dev.driftline.commits;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Tells {@link EarlyCommits} of a stream thread how many records its consumer has polled. Made by the consumer. */
public final class PolledRecords implements ConsumerInterceptor<byte[], byte[]> {

    /** Made by the consumer. */
    public PolledRecords() {}

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
        EarlyCommits.ofThread().polled(records.count());
        return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        // Nothing here waits for it.
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // Nothing to be set.
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
