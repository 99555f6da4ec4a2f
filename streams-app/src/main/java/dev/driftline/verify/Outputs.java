package dev.driftline.verify;

import dev.driftline.input.DeadLetters;
import dev.driftline.pages.PageStore;
import dev.driftline.schemas.MalformedRecordException;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import dev.driftline.verify.log.CommittedLog;
import dev.driftline.verify.log.VerifyProgress;
import dev.driftline.verify.order.Place;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * What the deployment has written of each document, by the document's {@link Place}: scores, predictions and dead letters. Kept in
 * a store, since the order in which they were written is not that of a replay. What is taken is gone: what is left at the end
 * belongs to no document.
 */
final class Outputs {

    private static final byte SCORE = 's';
    private static final byte PREDICTION = 'p';
    private static final byte DEAD_LETTER = 'x';
    private static final byte ANSWER = 'r';
    private static final byte UNDER_WAY = 'u';
    private static final int ANY_SHARD = -1;

    private final PageStore store;
    private final TopicNames names;
    private final Differences differences;
    /** By topic of the input, its partition and a partition of the output: the first offset of which there is an output. */
    private final Map<String, Long> firsts = new HashMap<>();

    private final Map<Topic, Integer> partitions = new HashMap<>();
    private final Map<Topic, Boolean> whole = new HashMap<>();

    private long unreadable;

    /** An output of a document, and where it is. */
    record Written(TopicPartition partition, long offset, byte[] value) {

        String place() {
            return partition + " at offset " + offset;
        }
    }

    /** A dead letter: what became of the counts, as {@link DeadLetters#LEARNED}; empty where shards were never asked. */
    record DeadLetter(String learned, String reason) {}

    Outputs(PageStore store, TopicNames names, Differences differences) {
        this.store = store;
        this.names = names;
        this.differences = differences;
    }

    /** Reads the scores. */
    void readScores(CommittedLog log, int count, SchemaRegistrySerdes serdes, VerifyProgress progress) {
        try (Deserializer<Score> scores = serdes.deserializer(Score.class)) {
            read(log, Topic.SCORES, count, progress, record -> {
                Score score = scores.deserialize(record.topic(), record.headers(), record.value());
                return score == null
                        ? null
                        : place(score.getInputTopic(), score.getInputPartition(), score.getInputOffset());
            });
        }
    }

    /** Reads the predictions. */
    void readPredictions(CommittedLog log, int count, SchemaRegistrySerdes serdes, VerifyProgress progress) {
        try (Deserializer<Prediction> predictions = serdes.deserializer(Prediction.class)) {
            read(log, Topic.PREDICTIONS, count, progress, record -> {
                Prediction prediction = predictions.deserialize(record.topic(), record.headers(), record.value());
                return prediction == null
                        ? null
                        : place(
                                prediction.getInputTopic(),
                                prediction.getInputPartition(),
                                prediction.getInputOffset());
            });
        }
    }

    /** Reads the answers to retractions. */
    void readRetractions(CommittedLog log, int count, SchemaRegistrySerdes serdes, VerifyProgress progress) {
        try (Deserializer<Retraction> answers = serdes.deserializer(Retraction.class)) {
            for (int partition = 0; partition < count; partition++) {
                TopicPartition of = new TopicPartition(names.name(Topic.RETRACTIONS), partition);
                for (ConsumerRecord<byte[], byte[]> record = log.next(of); record != null; record = log.next(of)) {
                    readAnswer(answers, record);
                    progress.at("reading " + of, record.offset(), log.end(of));
                }
            }
        }
    }

    private void readAnswer(Deserializer<Retraction> answers, ConsumerRecord<byte[], byte[]> record) {
        try {
            Retraction answer = answers.deserialize(record.topic(), record.headers(), record.value());
            Place place = answer == null
                    ? null
                    : place(answer.getInputTopic(), answer.getInputPartition(), answer.getInputOffset());
            if (answer != null && place != null) {
                store.put(answerKey(place), answer.getOutcome().name().getBytes(StandardCharsets.UTF_8));
            }
        } catch (MalformedRecordException e) {
            unreadable++;
        }
    }

    private static byte[] answerKey(Place place) {
        byte[] at = place.key();
        return ByteBuffer.allocate(1 + at.length).put(ANSWER).put(at).array();
    }

    /** What was answered to a retraction; empty where nothing was. */
    Optional<RetractionOutcome> retraction(Place place) {
        byte[] stored = store.get(answerKey(place));
        return stored == null
                ? Optional.empty()
                : Optional.of(RetractionOutcome.valueOf(new String(stored, StandardCharsets.UTF_8)));
    }

    /** Reads the dead letters. */
    void readDeadLetters(CommittedLog log, int count, VerifyProgress progress) {
        read(log, Topic.DEAD_LETTERS, count, progress, record -> {
            Optional<String> topic = header(record, DeadLetters.TOPIC);
            Optional<String> partition = header(record, DeadLetters.PARTITION);
            Optional<String> offset = header(record, DeadLetters.OFFSET);
            return topic.isEmpty() || partition.isEmpty() || offset.isEmpty()
                    ? null
                    : place(topic.get(), Integer.parseInt(partition.get()), Long.parseLong(offset.get()));
        });
    }

    private static Optional<String> header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }

    private @Nullable Place place(String topic, int partition, long offset) {
        boolean isText = topic.equals(names.name(Topic.TEXT));
        return isText || topic.equals(names.name(Topic.DOCUMENTS)) ? new Place(isText, partition, offset) : null;
    }

    private interface Placed {
        @Nullable
        Place of(ConsumerRecord<byte[], byte[]> record);
    }

    private void read(CommittedLog log, Topic topic, int count, VerifyProgress progress, Placed placed) {
        partitions.put(topic, count);
        boolean isWhole = true;
        for (int partition = 0; partition < count; partition++) {
            TopicPartition of = new TopicPartition(names.name(topic), partition);
            isWhole &= log.begin(of) == 0;
            for (ConsumerRecord<byte[], byte[]> record = log.next(of); record != null; record = log.next(of)) {
                try {
                    Place place = placed.of(record);
                    if (place != null) {
                        put(topic, place, record);
                    } else if (topic != Topic.DEAD_LETTERS) {
                        foreign(topic, record, "a record of the inputs", "one of another topic");
                    }
                } catch (MalformedRecordException | NumberFormatException e) {
                    unreadable++;
                    if (topic != Topic.DEAD_LETTERS) {
                        foreign(topic, record, "a record that can be read", String.valueOf(e.getMessage()));
                    }
                }
                if ((record.offset() & 0xFF) == 0) {
                    progress.at("reading " + of, record.offset(), log.end(of));
                }
            }
        }
        whole.put(topic, isWhole);
    }

    private void foreign(Topic topic, ConsumerRecord<byte[], byte[]> record, String expected, String found) {
        differences.add(
                Difference.Kind.FOREIGN_SCORE,
                "a record of " + names.name(topic),
                record.topic() + "-" + record.partition() + " at offset " + record.offset(),
                expected,
                found);
    }

    private void put(Topic topic, Place place, ConsumerRecord<byte[], byte[]> record) {
        byte[] key = key(topic, place);
        byte[] before = store.get(key);
        if (before == null) {
            store.put(key, encode(topic, record));
            firsts.merge(group(topic, place, record.partition()), place.offset(), Math::min);
        } else if (topic != Topic.DEAD_LETTERS) {
            Written first = decode(topic, before);
            differences.add(
                    topic == Topic.SCORES ? Difference.Kind.DOUBLED_SCORE : Difference.Kind.DOUBLED_PREDICTION,
                    "the document of " + place.describe(names),
                    first.place() + " and "
                            + new TopicPartition(record.topic(), record.partition()) + " at offset "
                            + record.offset(),
                    "one",
                    "another one");
        }
    }

    private static String group(Topic topic, Place place, int partition) {
        return topic + (place.isText() ? " text " : " documents ") + place.partition() + " " + partition;
    }

    private static byte[] key(Topic topic, Place place) {
        byte[] at = place.key();
        byte[] key = new byte[1 + at.length];
        key[0] = topic == Topic.SCORES ? SCORE : topic == Topic.PREDICTIONS ? PREDICTION : DEAD_LETTER;
        System.arraycopy(at, 0, key, 1, at.length);
        return key;
    }

    private static byte[] encode(Topic topic, ConsumerRecord<byte[], byte[]> record) {
        byte[] value;
        if (topic == Topic.SCORES) {
            value = record.value();
        } else if (topic == Topic.PREDICTIONS) {
            value = new byte[0];
        } else {
            value = (header(record, DeadLetters.LEARNED).orElse("") + "\n"
                            + header(record, DeadLetters.REASON).orElse(""))
                    .getBytes(StandardCharsets.UTF_8);
        }
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + value.length)
                .putInt(record.partition())
                .putLong(record.offset())
                .put(value)
                .array();
    }

    private Written decode(Topic topic, byte[] stored) {
        ByteBuffer in = ByteBuffer.wrap(stored);
        int partition = in.getInt();
        long offset = in.getLong();
        byte[] value = new byte[in.remaining()];
        in.get(value);
        return new Written(new TopicPartition(names.name(topic), partition), offset, value);
    }

    /** The score of a document, which is gone then. */
    Optional<Written> takeScore(Place place) {
        return take(Topic.SCORES, place);
    }

    /** The score of a document, which stays. */
    Optional<Written> score(Place place) {
        byte[] stored = store.get(key(Topic.SCORES, place));
        return stored == null ? Optional.empty() : Optional.of(decode(Topic.SCORES, stored));
    }

    /** The predictions of a document, which are gone then. */
    Optional<Written> takePrediction(Place place) {
        return take(Topic.PREDICTIONS, place);
    }

    private Optional<Written> take(Topic topic, Place place) {
        byte[] key = key(topic, place);
        byte[] stored = store.get(key);
        if (stored == null) {
            return Optional.empty();
        }
        store.put(key, null);
        return Optional.of(decode(topic, stored));
    }

    /** The dead letter of a record of the inputs. */
    Optional<DeadLetter> deadLetter(Place place) {
        byte[] stored = store.get(key(Topic.DEAD_LETTERS, place));
        if (stored == null) {
            return Optional.empty();
        }
        String text = new String(decode(Topic.DEAD_LETTERS, stored).value(), StandardCharsets.UTF_8);
        int line = text.indexOf('\n');
        return Optional.of(new DeadLetter(text.substring(0, line), text.substring(line + 1)));
    }

    /** Whether no dead letter has been deleted by retention. */
    boolean hasAllDeadLetters() {
        return whole.getOrDefault(Topic.DEAD_LETTERS, false);
    }

    /** Whether retention may have deleted what was written of a document to {@code topic}. */
    boolean mayHaveExpired(Topic topic, Place place, String id) {
        if (whole.getOrDefault(topic, false)) {
            return false;
        }
        int count = partitions.getOrDefault(topic, 1);
        // Where a producer sends a record with a key: scores of one input partition come in its order, about.
        int partition = Utils.toPositive(Utils.murmur2(id.getBytes(StandardCharsets.UTF_8))) % count;
        return place.offset() <= firsts.getOrDefault(group(topic, place, partition), Long.MAX_VALUE);
    }

    /** Where an output of a document with that id is written. */
    String where(Topic topic, String id) {
        int count = partitions.getOrDefault(topic, 1);
        return names.name(topic) + "-" + Utils.toPositive(Utils.murmur2(id.getBytes(StandardCharsets.UTF_8))) % count;
    }

    /** Notes that a shard had yet to take a document in when the end was fixed. */
    void setUnderWay(int shard, Place place) {
        store.put(underWay(shard, place), new byte[0]);
    }

    /** Whether {@link #setUnderWay} has noted a document. */
    boolean isUnderWay(int shard, Place place) {
        return store.get(underWay(shard, place)) != null;
    }

    /** Notes that a document was not scored yet when the end was fixed. */
    void setPending(Place place) {
        store.put(underWay(ANY_SHARD, place), new byte[0]);
    }

    /** Whether {@link #setPending} has noted a document. */
    boolean isPending(Place place) {
        return store.get(underWay(ANY_SHARD, place)) != null;
    }

    private static byte[] underWay(int shard, Place place) {
        byte[] at = place.key();
        return ByteBuffer.allocate(1 + Integer.BYTES + at.length)
                .put(UNDER_WAY)
                .putInt(shard)
                .put(at)
                .array();
    }

    /** Outputs that could not be read. */
    long unreadable() {
        return unreadable;
    }

    /** Shows every score that was not taken. */
    void leftScores(BiConsumer<Place, Written> visitor) {
        store.scan(
                new byte[] {SCORE},
                (key, value) ->
                        visitor.accept(Place.of(Arrays.copyOfRange(key, 1, key.length)), decode(Topic.SCORES, value)));
    }
}
