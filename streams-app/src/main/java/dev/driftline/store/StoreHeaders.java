package dev.driftline.store;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * The headers of the stores of a task in which the same records are taken in. Each notes all of them, so that each says how far
 * it has come, and a record that one of them has is not taken in again.
 */
public record StoreHeaders(List<StoreHeader> headers) {

    /** Those of some stores of a task. */
    public static StoreHeaders of(ProcessorContext<?, ?> context, List<String> stores) {
        return new StoreHeaders(stores.stream()
                .map(name -> context.<WriteBackStore>getStateStore(name).header())
                .toList());
    }

    /** As {@link StoreHeader#position} of the first; the offset where there is none. */
    public long position(String topic, long offset) {
        return headers.isEmpty() ? offset : headers.get(0).position(topic, offset);
    }

    /** Takes in a record, as {@link StoreHeader#isNew(Optional)}. */
    public boolean isNew(Optional<RecordMetadata> from) {
        boolean isNew = true;
        for (StoreHeader header : headers) {
            isNew &= header.isNew(from);
        }
        return isNew;
    }

    /** Takes in a record that another task has read, as {@link StoreHeader#isNew(String, int, long, Uuid)}. */
    public boolean isNew(String topic, int partition, long offset, Uuid id) {
        boolean isNew = true;
        for (StoreHeader header : headers) {
            isNew &= header.isNew(topic, partition, offset, id);
        }
        return isNew;
    }
}
