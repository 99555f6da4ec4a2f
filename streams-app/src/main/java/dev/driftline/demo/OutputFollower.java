package dev.driftline.demo;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.MalformedRecordException;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicDefinitions;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads scores, predictions and dead letters from the beginning, on a thread of its own, as far as committed. */
final class OutputFollower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutputFollower.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long CLOSE_MILLIS = 10_000;

    /** What comes out. Called from the follower's thread only. */
    interface Listener {
        void score(Score score) throws IOException;

        void prediction(Prediction prediction) throws IOException;

        void deadLetter(ConsumerRecord<byte[], byte[]> record) throws IOException;

        void decision(PromotionDecision decision) throws IOException;

        void drift(DriftEvent event) throws IOException;
    }

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Deserializer<Score> scores;
    private final Deserializer<Prediction> predictions;
    private final Deserializer<PromotionDecision> decisions;
    private final Deserializer<DriftEvent> driftEvents;
    private final String scoresTopic;
    private final String predictionsTopic;
    private final String decisionsTopic;
    private final String driftTopic;
    private final String deadLettersTopic;
    private final Listener listener;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::follow, "demo-output");
    private volatile boolean stopped;

    private OutputFollower(DriftlineConfig config, Listener listener) {
        Map<String, Object> properties = new HashMap<>(config.clients().consumer());
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        this.consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        this.scores = serdes.deserializer(Score.class);
        this.predictions = serdes.deserializer(Prediction.class);
        this.decisions = serdes.deserializer(PromotionDecision.class);
        this.driftEvents = serdes.deserializer(DriftEvent.class);
        this.listener = listener;
        TopicDefinitions topics = TopicDefinitions.of(config);
        this.scoresTopic = topics.get(Topic.SCORES).name();
        this.predictionsTopic = topics.get(Topic.PREDICTIONS).name();
        this.decisionsTopic = topics.get(Topic.PROMOTIONS).name();
        this.driftTopic = topics.get(Topic.DRIFT).name();
        this.deadLettersTopic = topics.get(Topic.DEAD_LETTERS).name();
        List<TopicPartition> partitions =
                List.of(Topic.SCORES, Topic.PREDICTIONS, Topic.DEAD_LETTERS, Topic.PROMOTIONS, Topic.DRIFT).stream()
                        .map(topics::get)
                        .flatMap(topic -> IntStream.range(0, topic.partitions())
                                .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Starts to follow; {@code listener} is told of every record. */
    static OutputFollower start(DriftlineConfig config, Listener listener) {
        OutputFollower follower = new OutputFollower(config, listener);
        follower.thread.start();
        return follower;
    }

    /**
     * Throws what ended the following, where it has ended by itself.
     *
     * @throws IOException if it has
     */
    void check() throws IOException {
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IOException("reading the results failed: " + failed.getMessage(), failed);
        }
    }

    /** Stops, after the records that have been read are handed on. The caller's interrupt is kept for later. */
    @Override
    public void close() {
        stopped = true;
        consumer.wakeup();
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try (consumer;
                scores;
                predictions;
                decisions;
                driftEvents) {
            while (!stopped) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    handReadable(record);
                }
            }
        } catch (WakeupException e) {
            // That is how close() ends the waiting.
        } catch (IOException | RuntimeException | Error e) {
            failure.set(e);
        }
    }

    /** A tombstone, or a record of somebody else on the demo's broker, ends no demo. */
    private void handReadable(ConsumerRecord<byte[], byte[]> record) throws IOException {
        if (record.value() == null && !record.topic().equals(deadLettersTopic)) {
            return;
        }
        try {
            hand(record);
        } catch (MalformedRecordException e) {
            LOG.warn(
                    "Passed over {}-{} at {}: {}", record.topic(), record.partition(), record.offset(), e.getMessage());
        }
    }

    private void hand(ConsumerRecord<byte[], byte[]> record) throws IOException {
        if (record.topic().equals(scoresTopic)) {
            listener.score(scores.deserialize(scoresTopic, record.headers(), record.value()));
        } else if (record.topic().equals(predictionsTopic)) {
            listener.prediction(predictions.deserialize(predictionsTopic, record.headers(), record.value()));
        } else if (record.topic().equals(decisionsTopic)) {
            listener.decision(decisions.deserialize(decisionsTopic, record.headers(), record.value()));
        } else if (record.topic().equals(driftTopic)) {
            listener.drift(driftEvents.deserialize(driftTopic, record.headers(), record.value()));
        } else {
            listener.deadLetter(record);
        }
    }
}
