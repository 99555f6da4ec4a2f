package dev.driftline.commits;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's clients, which report to {@link EarlyCommits} what Kafka Streams does not: the consumer of a stream thread, the
 * number of polled records; its producer, the end of a transaction.
 *
 * <p>They also change what Kafka Streams does in three cases, for which it has no setting:
 *
 * <ul>
 *   <li>a transaction that could not be sent or committed in time is reported as that of a fenced producer. Kafka Streams would
 *       call its tasks corrupted and delete their stores; so it drops what is not committed, starts a new producer, which
 *       settles the transaction whatever became of it, and goes on from what the brokers say.
 *   <li>a producer whose commit is undecided is closed without waiting for the brokers.
 *   <li>a consumer that is closed leaves its group, so that nobody waits for a thread that has died and is replaced. Only a
 *       killed one stays a member, and finds its place again by its {@code group.instance.id}.
 * </ul>
 */
public final class TimedClients implements KafkaClientSupplier {

    private static final Logger LOG = LoggerFactory.getLogger(TimedClients.class);

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

        @Override
        public void close(CloseOptions options) {
            CloseOptions leaving =
                    CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
            super.close(options.timeout().map(leaving::withTimeout).orElse(leaving));
        }
    }

    private static final class TimedProducer extends KafkaProducer<byte[], byte[]> {

        private final EarlyCommits commits;
        private final boolean transactional;
        private boolean undecided;

        TimedProducer(Map<String, Object> config, EarlyCommits commits) {
            super(config, new ByteArraySerializer(), new ByteArraySerializer());
            this.commits = commits;
            transactional = config.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG) != null;
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
            return callback == null || !transactional
                    ? super.send(record, callback)
                    : super.send(
                            record,
                            (metadata, failure) -> callback.onCompletion(
                                    metadata, failure instanceof TimeoutException ? fenced(failure) : failure));
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
            try {
                super.sendOffsetsToTransaction(offsets, groupMetadata);
            } catch (TimeoutException e) {
                undecided = true;
                throw fenced(e);
            }
        }

        @Override
        public void commitTransaction() {
            try {
                super.commitTransaction();
            } catch (TimeoutException e) {
                undecided = true;
                throw fenced(e);
            }
            commits.ofThread().clock().committed();
        }

        /** Does nothing where the transaction is undecided: it may be committed, and the next producer ends it either way. */
        @Override
        public void abortTransaction() {
            if (!undecided) {
                super.abortTransaction();
            }
        }

        @Override
        public void close() {
            if (undecided) {
                super.close(Duration.ZERO);
            } else {
                super.close();
            }
        }

        private static ProducerFencedException fenced(Exception timeout) {
            LOG.warn(
                    "The brokers did not take a transaction in time: what it did is done again, and stores are kept ({})",
                    timeout.getMessage());
            return new ProducerFencedException(
                    "the brokers did not take a transaction in time: " + timeout.getMessage());
        }
    }
}
