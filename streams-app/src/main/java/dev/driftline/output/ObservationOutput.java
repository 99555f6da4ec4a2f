package dev.driftline.output;

import dev.driftline.drift.Observation;
import dev.driftline.input.IncomingDocument;
import dev.driftline.sources.SourceModels;
import dev.driftline.store.Turns;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * What the sub-topology of the sources reads of a document, under its source; with the document itself in a header where a
 * filter may send it on. None for a document without tokens. The reference of the source learns from the document, until
 * it is frozen.
 */
public final class ObservationOutput implements Output {

    /** Sink of observations. */
    public static final String SINK = "observations-sink";

    /** The header of an observation that carries the document to the filter. */
    public static final String DOCUMENT_HEADER = "document";

    private final Turns turns;
    private final SourceModels sources;
    private final boolean withDocument;
    private final @Nullable String neural;

    /**
     * @param turns whose turn it is to use {@code sources}
     * @param sources have the references
     * @param withDocument whether there is a filter
     * @param neural the name of the network among the models; null where there is none
     */
    public ObservationOutput(Turns turns, SourceModels sources, boolean withDocument, @Nullable String neural) {
        this.turns = turns;
        this.sources = sources;
        this.withDocument = withDocument;
        this.neural = neural;
    }

    @Override
    public String sink() {
        return SINK;
    }

    @Override
    public Optional<Record<Object, Object>> of(ScoringResult result) {
        if (result.score().tokens() == 0) {
            return Optional.empty();
        }
        Observation observation;
        turns.take();
        try {
            observation = observe(result);
        } finally {
            turns.end();
        }
        Headers headers = new RecordHeaders();
        if (withDocument) {
            headers.add(
                    DOCUMENT_HEADER,
                    FilterRequest.of(result.document(), result.score(), neural, result.origin())
                            .encode());
        }
        return Optional.of(new Record<>(observation.key(), observation.encode(), result.timestamp(), headers));
    }

    private Observation observe(ScoringResult result) {
        IncomingDocument document = result.document();
        Observation observation = Observation.of(
                document.source(),
                document.id(),
                result.isText(),
                result.origin().partition(),
                result.origin().offset(),
                document.publishedAt(),
                document.tokens(),
                result.score(),
                sources.reference(document.source()).orElse(null));
        if (document.learn()) {
            sources.teachReference(document.source(), document.tokens());
        }
        return observation;
    }
}
