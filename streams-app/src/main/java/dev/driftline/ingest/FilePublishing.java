package dev.driftline.ingest;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Publishes the documents of a file, each once, however often that is interrupted. They go in transactions of at most a second,
 * each of which also notes how far the file is published, as the offset of a consumer group of its own: what is in the topic and
 * what is noted are never apart, even after a {@code kill -9}. A second process that publishes the same file fences the first.
 *
 * <p>The note is the offset of partition 0 of the input topic in the group {@code PREFIXlearn-FINGERPRINT}, and is the
 * number of documents, not a place in the topic. It has the prefix of the topics in its name, which every command must be given, and
 * not the application: that is the owner of the topics, whatever a command calls itself. Brokers drop it as they drop offsets of a group that nobody is in: seven days
 * after it was written, unless {@code offsets.retention.minutes} says otherwise. For one thread.
 */
public final class FilePublishing implements AutoCloseable {

    private static final int MOST_DOCUMENTS = 10_000;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DocumentPublisher publisher;
    private final Optional<ConsumerGroupMetadata> group;
    private final String note;
    private final long earlier;
    private long done;
    private long inTransaction;
    private boolean isOpen;
    private long begun;

    private FilePublishing(
            DocumentPublisher publisher, Optional<ConsumerGroupMetadata> group, String note, long earlier) {
        this.publisher = publisher;
        this.group = group;
        this.note = note;
        this.earlier = earlier;
        this.done = earlier;
    }

    /**
     * Connects, and finds out how much of the file was published before.
     *
     * @param fingerprint of the file; empty for what can be read but once, of which nothing is remembered
     * @param name of the file, which the note gives
     * @param again whether to begin at the first document, whatever was published before
     * @throws PublishException if a broker, the registry, the topic or the schema is missing, or may not be used
     */
    public static FilePublishing open(
            DriftlineConfig config,
            RecordForm form,
            RecordKey key,
            Optional<String> fingerprint,
            String name,
            boolean again) {
        if (fingerprint.isEmpty()) {
            return new FilePublishing(DocumentPublisher.open(config, form, key), Optional.empty(), "", 0);
        }
        String group = config.get(TopicKeys.PREFIX) + "learn-" + fingerprint.get();
        DocumentPublisher publisher = DocumentPublisher.transactional(config, form, key, group);
        try {
            DocumentPublisher.Note noted = publisher.noted(group, config);
            long earlier = again ? 0 : noted.number().orElse(0);
            String shown = name.getBytes(StandardCharsets.UTF_8).length > 1_000 ? "" : name;
            return new FilePublishing(publisher, Optional.of(noted.metadata()), shown, earlier);
        } catch (RuntimeException e) {
            publisher.close();
            throw e;
        }
    }

    /** Documents of the file that an earlier run has published: to be passed over. */
    public long earlier() {
        return earlier;
    }

    /** The publisher, for what it counts. */
    public DocumentPublisher publisher() {
        return publisher;
    }

    /**
     * Publishes the next document of the file.
     *
     * @throws IllegalArgumentException if it cannot be represented, or the service would refuse it: {@link #passOver} it
     * @throws PublishException if it or an earlier one could not be stored
     */
    public void publish(CorpusEntry entry, Tokenizer tokenizer) {
        begin();
        publisher.publish(entry, tokenizer);
        count();
    }

    /** Counts the next document of the file as done, without publishing it. */
    public void passOver() {
        begin();
        count();
    }

    private void begin() {
        if (!isOpen && group.isPresent()) {
            publisher.begin();
            isOpen = true;
            begun = System.nanoTime();
        }
    }

    private void count() {
        done++;
        inTransaction++;
        if (isOpen && (inTransaction >= MOST_DOCUMENTS || System.nanoTime() - begun > MOST_NANOS)) {
            commit();
        }
    }

    /** Makes what was published visible, with how far it is. */
    public void commit() {
        if (isOpen) {
            publisher.commit(group.orElseThrow(), done, note);
            isOpen = false;
            inTransaction = 0;
        } else if (group.isEmpty()) {
            publisher.flush();
        }
    }

    /** The first offset of each partition, by its number, behind what was published; where something was. */
    public Map<TopicPartition, Long> ends() {
        return publisher.ends();
    }

    /** Gives up what was not committed, and closes the connection. */
    @Override
    public void close() {
        publisher.close();
    }
}
