package dev.driftline.topics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * How many of the offsets of a partition were records when a consumer passed over them. The others are the marks that end
 * transactions, and what was aborted or compacted away. From it follows how many records wait where Kafka says how many
 * offsets do: exactly, where a topic is not written in transactions.
 *
 * <p>Holds two numbers a partition. Thread-safe.
 */
public final class RecordsPerOffset {

    /** Beyond so many offsets the older ones count half, so that a change of the producers shows. */
    private static final long REMEMBERED = 10_000;

    private final Map<TopicPartition, Passed> passed = new ConcurrentHashMap<>();

    /** How many of the offsets that wait in a partition are records, to the nearest; at least 1 if any offset waits. */
    public long records(String topic, int partition, long offsets) {
        Passed share = passed.get(new TopicPartition(topic, partition));
        if (share == null || offsets <= 0) {
            return offsets;
        }
        return Math.max(1, Math.round((double) offsets * share.records / share.offsets));
    }

    /** One for each consumer, to be told of each of its polls. Not thread-safe. */
    public Polls polls() {
        return new Polls();
    }

    /** The polls of one consumer. */
    public final class Polls {

        private final Map<TopicPartition, Long> next = new HashMap<>();

        private Polls() {}

        /** Takes in what a poll of the consumer brought. */
        public void polled(Consumer<?, ?> consumer, ConsumerRecords<byte[], byte[]> records) {
            // What is taken from the consumer may go on in another one: the offsets between are not its own.
            next.keySet().retainAll(consumer.assignment());
            for (TopicPartition partition : records.partitions()) {
                List<ConsumerRecord<byte[], byte[]>> of = records.records(partition);
                long first = of.get(0).offset();
                long end = of.get(of.size() - 1).offset() + 1;
                Long before = next.put(partition, end);
                // Before or after: somebody has sought.
                long begin = before == null || before > first ? first : before;
                passed.merge(partition, new Passed(end - begin, of.size()), Passed::and);
            }
        }
    }

    private record Passed(long offsets, long records) {

        Passed and(Passed later) {
            long half = offsets > REMEMBERED ? 2 : 1;
            return new Passed(offsets / half + later.offsets, records / half + later.records);
        }
    }
}
