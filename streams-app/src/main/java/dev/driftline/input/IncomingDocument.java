package dev.driftline.input;

import dev.driftline.scoring.DocumentTokens;
import java.util.Map;
import java.util.Optional;

/**
 * A document that passed the checks, from either input topic.
 *
 * @param id the producer's name for it
 * @param source the unit of caches and mixture weights
 * @param publishedAt milliseconds since 1970, by the producer's clock
 * @param learn whether the model learns it after scoring it
 * @param tokens its text
 * @param attributes further properties that the producer set, by name; empty unless there is a filter, which passes them on
 * @param retract where the document is to be taken out of the model: it is not scored and not learned then, whatever
 *     {@code learn} says, and may have no text
 */
public record IncomingDocument(
        String id,
        String source,
        long publishedAt,
        boolean learn,
        DocumentTokens tokens,
        Map<String, String> attributes,
        Optional<Retract> retract) {

    /** One that is scored. */
    public IncomingDocument(
            String id,
            String source,
            long publishedAt,
            boolean learn,
            DocumentTokens tokens,
            Map<String, String> attributes) {
        this(id, source, publishedAt, learn, tokens, attributes, Optional.empty());
    }

    /** Without attributes. */
    public IncomingDocument(String id, String source, long publishedAt, boolean learn, DocumentTokens tokens) {
        this(id, source, publishedAt, learn, tokens, Map.of());
    }
}
