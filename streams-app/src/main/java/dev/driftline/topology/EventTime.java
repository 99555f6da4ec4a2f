package dev.driftline.topology;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/** The record's own timestamp; the clock's where it has none, since a missing timestamp says nothing against the text. */
public final class EventTime implements TimestampExtractor {

    /** Made by the topology and by Kafka Streams. */
    public EventTime() {}

    @Override
    public long extract(ConsumerRecord<Object, Object> received, long partitionTime) {
        return received.timestamp() >= 0 ? received.timestamp() : System.currentTimeMillis();
    }
}
