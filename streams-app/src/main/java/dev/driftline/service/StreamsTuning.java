package dev.driftline.service;

import dev.driftline.commits.CommittingProcessors;
import dev.driftline.commits.EarlyCommits;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.MemoryKeys;
import dev.driftline.config.keys.ProcessingGuarantee;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.store.SharedRocksDbMemory;
import dev.driftline.topology.time.EventTime;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;

/** Kafka Streams settings that suit this topology. Whatever the configuration says itself wins. */
final class StreamsTuning {

    private static final int MIN_TRANSACTION_TIMEOUT_MS = 10_000;
    private static final long POLL_MS = 10;
    private static final int POLL_RECORDS = 250;

    private StreamsTuning() {}

    /**
     * Makes the stream threads static members of the group, under a name that outlives a kill. Without that the brokers count
     * the dead threads in until their session times out, and the tasks wait as long. The protocol {@code streams} knows no
     * static members; a name that the configuration says stays.
     *
     * @param instance a name that no other instance has
     */
    static void nameMembers(Properties properties, String instance) {
        boolean isNamed = properties.stringPropertyNames().stream()
                .anyMatch(name -> name.endsWith(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG));
        boolean isClassic = GroupProtocol.CLASSIC
                .name()
                .equalsIgnoreCase(
                        properties.getProperty(StreamsConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CLASSIC.name()));
        if (!isNamed && isClassic) {
            properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instance);
        }
    }

    static Properties of(DriftlineConfig config, EarlyCommits commits) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDbMemory.class);
        properties.put(SharedRocksDbMemory.BLOCK_CACHE_BYTES_CONFIG, config.get(MemoryKeys.ROCKSDB_BLOCK_CACHE_BYTES));
        properties.put(
                SharedRocksDbMemory.WRITE_BUFFER_BYTES_CONFIG, config.get(MemoryKeys.ROCKSDB_WRITE_BUFFER_BYTES));
        // The decoded caches take the place of Kafka's cache of bytes.
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
        // A killed instance keeps its stores: see WriteBackStore. Without transactions there is nothing to commit
        // together.
        properties.put(
                StreamsConfig.TRANSACTIONAL_STATE_STORES_CONFIG,
                config.get(ServiceKeys.PROCESSING_GUARANTEE) == ProcessingGuarantee.EXACTLY_ONCE_V2);
        properties.put(
                StreamsConfig.STATESTORE_UNCOMMITTED_MAX_BYTES_CONFIG, config.get(MemoryKeys.CACHE_UNCOMMITTED_BYTES));
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) config.get(TopicKeys.REPLICATION_FACTOR));
        // The sources read bytes, and bad records are dead letters of our own: anything else is a defect to stop at.
        properties.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailExceptionHandler.class);
        properties.put(
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailProcessingExceptionHandler.class);
        properties.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, EventTime.class);
        // A task never waits for one of its topics: most of the time text is empty and documents are not.
        properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1L);
        // Commits that are due early are looked for between polls.
        properties.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
        properties.put(StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG, CommittingProcessors.class);
        properties.put(EarlyCommits.CONFIG, commits);
        // One commit interval of work on one thread must fit into a transaction several times over.
        long commitInterval = config.get(ServiceKeys.COMMIT_INTERVAL_MS);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), (int)
                Math.min(900_000, Math.max(MIN_TRANSACTION_TIMEOUT_MS, 4 * commitInterval)));
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // After a commit the broker may still be ending that transaction: ask again soon, every hop waits for it.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 10L);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 * 1024);
        // A batch leaves when it is full or at the commit, which flushes.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 50);
        // A thread polls again only when it has processed what it has, and a poll empties one partition's fetch after
        // the
        // other. Small fetches and polls let it go round all of them often, so that a backlog of inputs does not hold
        // up
        // what has come back from the shards.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 128 * 1024);
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), POLL_RECORDS);
        properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, POLL_RECORDS);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 20_000);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 3_000);
        properties.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5000);
        config.clients().streams().forEach(properties::put);
        // The threads keep a shorter one, as far as commits do not take too much of their time.
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commits.longestMillis(commitInterval));
        return properties;
    }
}
