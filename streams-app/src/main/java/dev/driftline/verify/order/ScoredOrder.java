package dev.driftline.verify.order;

import dev.driftline.schemas.MalformedRecordException;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import dev.driftline.verify.log.CommittedLog;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** The documents of one task by the order of their scores, which are in one partition. */
public final class ScoredOrder implements Supplier<@Nullable Place>, AutoCloseable {

    private final CommittedLog log;
    private final TopicNames names;
    private final TopicPartition partition;
    private final Deserializer<Score> scores;

    /** @param log of the scores; closed with this */
    public ScoredOrder(CommittedLog log, TopicNames names, SchemaRegistrySerdes serdes) {
        this.log = log;
        this.names = names;
        partition = new TopicPartition(names.name(Topic.SCORES), 0);
        scores = serdes.deserializer(Score.class);
    }

    /** Whether retention has left all of them. */
    public boolean isWhole() {
        return log.begin(partition) == 0;
    }

    /** The document of the next score; null at the end. */
    @Override
    public @Nullable Place get() {
        for (ConsumerRecord<byte[], byte[]> record = log.next(partition);
                record != null;
                record = log.next(partition)) {
            try {
                Score score = scores.deserialize(record.topic(), record.headers(), record.value());
                if (score != null) {
                    return new Place(
                            score.getInputTopic().equals(names.name(Topic.TEXT)),
                            score.getInputPartition(),
                            score.getInputOffset());
                }
            } catch (MalformedRecordException e) {
                // Said where the scores are compared.
            }
        }
        return null;
    }

    @Override
    public void close() {
        scores.close();
        log.close();
    }
}
