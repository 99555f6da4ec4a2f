package dev.driftline.bench.baseline;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ModelKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** What Driftline is compared with. Each counts the n-grams that Driftline counts, and does nothing else. */
public enum Baseline {
    NAIVE(
            false,
            "as one would write it first: flatMap to n-gram strings, groupByKey, count, Kafka's defaults",
            "counts only: no score, no prediction, no smoothing"),
    NAIVE_TUNED(
            true,
            "the same with lz4, large batches and a record cache of 256 MiB, as Driftline's own clients have them",
            "counts only: no score, no prediction, no smoothing"),
    NAIVE_IN_MEMORY(
            true,
            "the same, tuned, with Kafka's in-memory store",
            "counts only; all counts on the heap, restored as a whole at each start"),
    COMBINER(
            true,
            "counts within a document, then one record a document and shard; a hash table over RocksDB, written once a"
                    + " commit",
            "counts only; all counts on the heap, too, and a changelog record for each n-gram that changed"),
    COMBINER_IN_MEMORY(
            true,
            "the same without RocksDB and changelog: how fast counting can be",
            "counts only, and nothing is kept: a restart has no counts");

    private static final long RECORD_CACHE_BYTES = 256L << 20;

    private final boolean tuned;
    private final String what;
    private final String lacks;

    Baseline(boolean tuned, String what, String lacks) {
        this.tuned = tuned;
        this.what = what;
        this.lacks = lacks;
    }

    /** The name on the command line and in the report. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The one that {@link #toString()} names. */
    public static Baseline named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** What it does, in a line. */
    public String what() {
        return what;
    }

    /** What Driftline does and this does not. */
    public String lacks() {
        return lacks;
    }

    /** Whether a record goes through the broker for each n-gram, and not for each document and shard. */
    public boolean sendsNgrams() {
        return this != COMBINER && this != COMBINER_IN_MEMORY;
    }

    /** The topic between its halves. */
    public String repartitionTopic(String application) {
        return application + "-" + (sendsNgrams() ? NaiveTopology.COUNTS_STORE : CombinerTopology.REPARTITION)
                + "-repartition";
    }

    /** Its topology, of the order and the partitions of {@code config}. */
    public Topology topology(DriftlineConfig config) {
        String documents = TopicNames.of(config).name(Topic.DOCUMENTS);
        int order = config.get(ModelKeys.ORDER);
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        if (sendsNgrams()) {
            return new NaiveTopology(documents, order, this == NAIVE_IN_MEMORY, serdes).get();
        }
        return new CombinerTopology(
                        documents, order, config.get(TopicKeys.PARTITIONS), this == COMBINER, serdes, counts -> {})
                .get();
    }

    /** Its settings of Kafka Streams: guarantee, commit interval and threads of {@code config}. */
    public Properties properties(DriftlineConfig config) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, config.get(ServiceKeys.APPLICATION_ID));
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.get(ServiceKeys.BOOTSTRAP_SERVERS));
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                config.get(ServiceKeys.STATE_DIR).toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.get(ServiceKeys.STREAM_THREADS));
        properties.put(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                config.get(ServiceKeys.PROCESSING_GUARANTEE).text());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.get(ServiceKeys.COMMIT_INTERVAL_MS));
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        if (tuned) {
            properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, RECORD_CACHE_BYTES);
            properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
            properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 * 1024);
            properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 50);
            properties.put(
                    StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 512 * 1024);
        }
        return properties;
    }
}
