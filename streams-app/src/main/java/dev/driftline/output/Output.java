package dev.driftline.output;

import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;

/** One kind of record that goes out for a scored document. Used by one stream thread. */
public interface Output {

    /** The sink of the topology that it goes to. */
    String sink();

    /** The record for a document; empty where it has none of this kind. */
    Optional<Record<Object, Object>> of(ScoringResult result);
}
