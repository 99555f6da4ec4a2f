package dev.driftline.output;

import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.neural.snapshot.SeenText;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;

/** A document on its way to the trainer, without a key; none for one that is not to be learned. */
public final class TrainingOutput implements Output {

    /** Sink of documents to the trainer. */
    public static final String SINK = "training-sink";

    @Override
    public String sink() {
        return SINK;
    }

    @Override
    public Optional<Record<Object, Object>> of(ScoringResult result) {
        if (!result.document().learn()) {
            return Optional.empty();
        }
        SeenText.Place place = new SeenText.Place(
                result.isText() ? TrainingRecord.TEXT : TrainingRecord.DOCUMENTS,
                result.origin().partition(),
                result.origin().offset());
        byte[] record = new TrainingRecord.Text(
                        result.document().source(),
                        result.document().id(),
                        Optional.of(place),
                        result.document().tokens())
                .encode();
        return Optional.of(new Record<>(null, record, result.timestamp()));
    }
}
