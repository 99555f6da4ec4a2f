package dev.driftline.topology;

import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Stands where a processor would, of something that is switched off. Kafka Streams numbers tasks by the shape of the topology, and
 * instances of two shapes in one group would take each other's tasks for their own: so the shape is the same whatever is on, and
 * a setting can be changed by restarting instances one at a time. What instances with the other setting send in that time is
 * passed over.
 */
final class SwitchedOff extends ContextualProcessor<byte[], byte[], Void, Void> {

    /** The name of the one that stands for {@code processor}. */
    static String name(String processor) {
        return processor + "-off";
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        // Nothing is to be done with it.
    }
}
