package dev.driftline.topology.time;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The record's own timestamp; the clock's where it has none, since a missing timestamp says nothing against the text, and
 * where it is in the future: a task takes the record with the lowest timestamp next, so one of the year 3000 would wait until
 * the other topics of its task are empty.
 */
public final class EventTime implements TimestampExtractor {

    /** Made by the topology and by Kafka Streams. */
    public EventTime() {}

    @Override
    public long extract(ConsumerRecord<Object, Object> received, long partitionTime) {
        long now = System.currentTimeMillis();
        return received.timestamp() >= 0 ? Math.min(received.timestamp(), now) : now;
    }
}
