package dev.driftline.output;

import dev.driftline.neural.Pooling;
import dev.driftline.schemas.Encoding;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.Record;

/** The vector of a document that the network has scored, under the document's id. */
public final class EncodingOutput implements Output {

    /** Sink of vectors. */
    public static final String SINK = "encodings-sink";

    private final String pooling;

    /** @param pooling how the network's states become one vector */
    public EncodingOutput(Pooling pooling) {
        this.pooling = pooling.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String sink() {
        return SINK;
    }

    @Override
    public Optional<Record<Object, Object>> of(ScoringResult result) {
        return result.networkScore()
                .map(network -> new Record<>(
                        result.document().id(),
                        new Encoding(
                                result.document().id(),
                                result.document().source(),
                                network.snapshot().version(),
                                pooling,
                                Floats.list(
                                        Objects.requireNonNull(network.score().encoding())),
                                result.origin().topic(),
                                result.origin().partition(),
                                result.origin().offset()),
                        result.timestamp()));
    }
}
