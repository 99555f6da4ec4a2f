package dev.driftline.commits;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka's clients, which report to {@link EarlyCommits} what Kafka Streams does not: the consumer of a stream thread, the
 * number of polled records; its producer, the end of a transaction (Kafka Streams calls {@code StateStore.commit} only when a
 * task is suspended).
 */
public final class TimedClients implements KafkaClientSupplier {

    private final EarlyCommits commits;
    private final Supplier<PollListener> listeners;
    private final int mostBytes;

    /**
     * @param commits learns of polls and transactions
     * @param listeners makes one for each consumer of a stream thread
     * @param mostBytes the most bytes that are kept of a value which the consumer of a stream thread reads; of a longer one
     *     {@link WholeLength} knows how long it was
     */
    public TimedClients(EarlyCommits commits, Supplier<PollListener> listeners, int mostBytes) {
        this.mostBytes = mostBytes;
        this.commits = commits;
        this.listeners = listeners;
    }

    /** Learns of what a consumer has polled, on its thread. */
    public interface PollListener {

        /** Records have come. */
        void polled(Consumer<?, ?> consumer, ConsumerRecords<byte[], byte[]> records);
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new TimedProducer(config, commits);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new CountingConsumer(config, commits, listeners.get(), mostBytes);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static final class CountingConsumer extends KafkaConsumer<byte[], byte[]> {

        private final EarlyCommits commits;
        private final PollListener listener;

        CountingConsumer(Map<String, Object> config, EarlyCommits commits, PollListener listener, int mostBytes) {
            super(config, new ByteArrayDeserializer(), new CutValues(mostBytes));
            this.commits = commits;
            this.listener = listener;
        }

        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
            if (!records.isEmpty()) {
                commits.ofThread().polled(records.count());
                listener.polled(this, records);
            }
            return records;
        }
    }

    private static final class TimedProducer extends KafkaProducer<byte[], byte[]> {

        private final EarlyCommits commits;

        TimedProducer(Map<String, Object> config, EarlyCommits commits) {
            super(config, new ByteArraySerializer(), new ByteArraySerializer());
            this.commits = commits;
        }

        @Override
        public void commitTransaction() {
            super.commitTransaction();
            commits.ofThread().clock().committed();
        }
    }
}
