package dev.driftline.recall;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.MalformedRecordException;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.TextEvent;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import dev.driftline.verify.log.CommittedLog;
import dev.driftline.verify.log.TopicEnds;
import dev.driftline.verify.log.VerifyProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the documents of an id or a source: reads the documents topic and the text topic, committed records only, from their
 * beginnings to where they ended when the search began, and the answers to retractions. What is held does not grow with the topics.
 * One thread at a time.
 */
public final class DocumentSearch implements AutoCloseable {

    /** Each holds a megabyte of records that were read ahead. */
    private static final int PARTITIONS_AT_A_TIME = 8;

    private final DriftlineConfig config;
    private final Duration timeout;
    private final VerifyProgress progress;
    private final TopicNames names;
    private final TopicEnds topics;
    private final Deserializer<Document> documents;
    private final Deserializer<TextEvent> texts;
    private final Deserializer<Retraction> answers;
    private long unreadable;

    /**
     * Does not contact the brokers yet.
     *
     * @param timeout how long no record may come although there are more
     * @param progress is told how far it is, and may end it by a {@link CancellationException}
     */
    public DocumentSearch(DriftlineConfig config, Duration timeout, VerifyProgress progress) {
        this.config = config;
        this.timeout = timeout;
        this.progress = progress;
        names = TopicNames.of(config);
        topics = new TopicEnds(config);
        SchemaRegistrySerdes serdes = new SchemaRegistrySerdes(config.clients().schemaRegistry());
        documents = serdes.deserializer(Document.class);
        texts = serdes.deserializer(TextEvent.class);
        answers = serdes.deserializer(Retraction.class);
    }

    /**
     * Every document of each id that the topics still have, with what has become of it.
     *
     * @return by id; an id that is not there has none
     * @throws RetractionException if there is no input topic, or too many records have one id
     */
    public Map<String, List<DocumentPlace>> ofIds(Set<String> ids) {
        Wanted wanted = Wanted.ids(ids);
        Map<String, DocumentPlaces> places = new LinkedHashMap<>();
        ids.forEach(id -> places.put(id, new DocumentPlaces()));
        inputs(
                wanted,
                inputEnds(),
                record -> places.getOrDefault(record.id(), new DocumentPlaces()).add(record));
        answers(
                wanted,
                answer -> places.getOrDefault(answer.getId(), new DocumentPlaces())
                        .add(answer));
        Map<String, List<DocumentPlace>> found = new LinkedHashMap<>();
        places.forEach((id, of) -> found.put(id, of.places()));
        return found;
    }

    /**
     * Hands over each document of a source that was learned, or will be, and that no answer says is out. In the order of each
     * partition.
     *
     * @return how many documents of the source are there, those that are out or were never learned among them
     * @throws RetractionException if there is no input topic
     */
    public long ofSource(String source, Consumer<FoundRecord> found) {
        Wanted wanted = Wanted.source(source);
        Map<String, Map<TopicPartition, Long>> ends = inputEnds();
        OffsetSet gone = new OffsetSet();
        answers(wanted, answer -> {
            if (DocumentPlaces.isGone(answer.getOutcome())) {
                Answers.document(answer).ifPresent(gone::add);
            }
        });
        long[] there = {0};
        inputs(wanted, ends, record -> {
            there[0] += record.isRetraction() ? 0 : 1;
            if (!record.isRetraction() && record.isLearned() && !gone.contains(record.origin())) {
                found.accept(record);
            }
        });
        return there[0];
    }

    /** The record at a place; empty if the topic does not have it, or it cannot be read. */
    public Optional<FoundRecord> at(DocumentOrigin place) {
        TopicPartition partition = new TopicPartition(place.topic(), place.partition());
        if (!topics.topics().contains(place.topic())
                || !topics.partitions(place.topic()).contains(partition)) {
            return Optional.empty();
        }
        long end =
                Math.min(place.offset() + 1, topics.committed(Set.of(partition)).getOrDefault(partition, 0L));
        if (end <= place.offset()) {
            return Optional.empty();
        }
        try (CommittedLog log = new CommittedLog(
                config,
                Map.of(partition, end),
                timeout,
                () -> progress.at("reading " + DocumentPlace.where(place), 0, 1),
                Map.of(partition, place.offset()))) {
            ConsumerRecord<byte[], byte[]> record = log.next(partition);
            return record == null || record.offset() != place.offset() ? Optional.empty() : read(record);
        }
    }

    /** The full name of the documents topic. */
    public String documentsTopic() {
        return names.name(Topic.DOCUMENTS);
    }

    /** The full name of the text topic. */
    public String textTopic() {
        return names.name(Topic.TEXT);
    }

    /** The number of partitions of the documents topic. */
    int partitions() {
        return topics.partitions(documentsTopic()).size();
    }

    /** Records that were passed over, since they cannot be read; the service makes dead letters of such. */
    public long unreadable() {
        return unreadable;
    }

    private Map<String, Map<TopicPartition, Long>> inputEnds() {
        Set<String> existing = topics.topics();
        Map<String, Map<TopicPartition, Long>> ends = new LinkedHashMap<>();
        for (String topic : List.of(documentsTopic(), textTopic())) {
            if (existing.contains(topic)) {
                ends.put(topic, topics.committed(topics.partitions(topic)));
            }
        }
        if (ends.isEmpty()) {
            throw new RetractionException(
                    "there is no topic " + documentsTopic() + ": check topics.prefix and bootstrap.servers");
        }
        return ends;
    }

    private void inputs(Wanted wanted, Map<String, Map<TopicPartition, Long>> ends, Consumer<FoundRecord> found) {
        ends.forEach((topic, partitions) -> scan(
                topic,
                partitions,
                wanted,
                record -> read(record)
                        .filter(value -> wanted.is(value.id(), value.source()))
                        .ifPresent(found)));
    }

    private void answers(Wanted wanted, Consumer<Retraction> found) {
        String topic = names.name(Topic.RETRACTIONS);
        if (topics.topics().contains(topic)) {
            scan(topic, topics.committed(topics.partitions(topic)), wanted, record -> {
                Retraction answer = decode(answers, record);
                if (answer != null && wanted.is(answer.getId(), answer.getSource())) {
                    found.accept(answer);
                }
            });
        }
    }

    private void scan(
            String topic, Map<TopicPartition, Long> ends, Wanted wanted, Consumer<ConsumerRecord<byte[], byte[]>> hit) {
        List<TopicPartition> partitions = new ArrayList<>(ends.keySet());
        partitions.sort(Comparator.comparingInt(TopicPartition::partition));
        Map<TopicPartition, Long> begins = topics.begins(ends.keySet());
        long total = ends.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - begins.getOrDefault(end.getKey(), 0L)))
                .sum();
        String step = "searching " + topic + " for " + wanted;
        long done = 0;
        for (int from = 0; from < partitions.size(); from += PARTITIONS_AT_A_TIME) {
            Map<TopicPartition, Long> some = new HashMap<>();
            partitions
                    .subList(from, Math.min(partitions.size(), from + PARTITIONS_AT_A_TIME))
                    .forEach(partition -> some.put(partition, ends.getOrDefault(partition, 0L)));
            try (CommittedLog log = new CommittedLog(config, some, timeout, () -> progress.at(step, 0, 0))) {
                for (TopicPartition partition : partitions.subList(from, from + some.size())) {
                    long before = done;
                    for (ConsumerRecord<byte[], byte[]> record = log.next(partition);
                            record != null;
                            record = log.next(partition)) {
                        if (record.value() != null && wanted.mayBeIn(record.value())) {
                            hit.accept(record);
                        }
                        if ((record.offset() & 0x3F) == 0) {
                            progress.at(step, before + record.offset() - log.begin(partition), total);
                        }
                    }
                    done += Math.max(0, log.end(partition) - log.begin(partition));
                }
            }
        }
    }

    private Optional<FoundRecord> read(ConsumerRecord<byte[], byte[]> record) {
        SpecificRecord value = record.topic().equals(textTopic()) ? decode(texts, record) : decode(documents, record);
        return value == null
                ? Optional.empty()
                : Optional.of(new FoundRecord(
                        new DocumentOrigin(record.topic(), record.partition(), record.offset()), record.key(), value));
    }

    private <T> @Nullable T decode(Deserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record) {
        try {
            return deserializer.deserialize(record.topic(), record.headers(), record.value());
        } catch (MalformedRecordException e) {
            unreadable++;
            return null;
        }
    }

    @Override
    public void close() {
        topics.close();
        documents.close();
        texts.close();
        answers.close();
    }
}
