package dev.driftline.migration;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes to changelogs in one transaction: all of it becomes visible with {@link #commit}, or nothing. Used by one thread. */
final class ChangelogWriter implements AutoCloseable {

    /** The most that brokers allow by default. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final KafkaProducer<byte[], byte[]> producer;
    private long sent;
    private volatile @Nullable Exception failure;
    private boolean committed;

    /**
     * @param transaction the transactional id: another writer of the same one ends this one
     * @throws MisconfiguredException if the brokers allow no transaction that is long enough
     */
    ChangelogWriter(DriftlineConfig config, String transaction) {
        Map<String, Object> properties = new HashMap<>(config.clients().producer());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transaction);
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) LONGEST.toMillis());
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, config.maxRecordBytes());
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 18);
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
        } catch (InvalidTxnTimeoutException e) {
            producer.close(Duration.ZERO);
            throw new MisconfiguredException(
                    "the brokers' transaction.max.timeout.ms is below " + LONGEST.toMillis()
                            + ", and all of the state is written in one transaction: raise it for as long as this takes",
                    e);
        }
        producer.beginTransaction();
    }

    /** A null value removes the key. */
    void send(String topic, int partition, byte[] key, byte @Nullable [] value) {
        send(new ProducerRecord<>(topic, partition, key, value));
    }

    void send(ProducerRecord<byte[], byte[]> record) {
        throwFailure();
        producer.send(record, (at, e) -> {
            if (e != null) {
                failure = e;
            }
        });
        sent++;
    }

    /** How many records. */
    long sent() {
        return sent;
    }

    /** @throws KafkaException if one of the records could not be written; then none is */
    void commit() {
        producer.flush();
        throwFailure();
        producer.commitTransaction();
        committed = true;
    }

    private void throwFailure() {
        if (failure != null) {
            throw new KafkaException("cannot write to the changelogs, which stay as they were", failure);
        }
    }

    @Override
    public void close() {
        try {
            if (!committed) {
                producer.abortTransaction();
            }
        } finally {
            producer.close();
        }
    }
}
