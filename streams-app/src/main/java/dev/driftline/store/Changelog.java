package dev.driftline.store;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.topics.CommittedRecords;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The topic that has a store, read without Kafka Streams: what is committed of it up to the moment of the call. Used by one
 * thread.
 */
public final class Changelog {

    /** A transaction that nobody ends is aborted by the brokers after a minute at the latest, by default. */
    private static final Duration OPEN_TRANSACTION = Duration.ofSeconds(90);

    private final DriftlineConfig config;
    private final String topic;

    /**
     * @param config says where the brokers are
     * @param topic the changelog's full name
     */
    public Changelog(DriftlineConfig config, String topic) {
        this.topic = topic;
        this.config = config;
    }

    /**
     * Waits until no transaction is open on a partition: one of an instance that was killed ends by itself.
     *
     * @throws MisconfiguredException if one stays open, with what to do about it
     */
    public void awaitNoOpenTransaction(int partition) {
        TopicPartition from = new TopicPartition(topic, partition);
        long deadline = System.nanoTime() + OPEN_TRANSACTION.toNanos();
        CountDownLatch pause = new CountDownLatch(1);
        try (Consumer<byte[], byte[]> committed = consumer(IsolationLevel.READ_COMMITTED);
                Consumer<byte[], byte[]> all = consumer(IsolationLevel.READ_UNCOMMITTED)) {
            while (end(committed, from) < end(all, from)) {
                if (System.nanoTime() > deadline) {
                    throw new MisconfiguredException("a transaction on " + from + " has been open for more than "
                            + OPEN_TRANSACTION.toSeconds() + " s: an instance still runs, or hangs. Stop it, or end the"
                            + " transaction by `kafka-transactions.sh --bootstrap-server HOST:PORT find-hanging` and"
                            + " `abort`");
                }
                pause.await(200, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private static long end(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    /**
     * Tells {@code visitor} every record of a partition, in order; a null value removes the key.
     *
     * @param progress told how many records have been read, now and then
     */
    public void read(int partition, BiConsumer<byte[], byte @Nullable []> visitor, LongConsumer progress) {
        new CommittedRecords(config)
                .read(
                        Map.of(new TopicPartition(topic, partition), OptionalLong.empty()),
                        record -> {
                            visitor.accept(record.key(), record.value());
                            return true;
                        },
                        progress);
    }

    private Consumer<byte[], byte[]> consumer(IsolationLevel isolation) {
        Map<String, Object> of = new HashMap<>(config.clients().consumer());
        of.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString());
        return new KafkaConsumer<>(of, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
