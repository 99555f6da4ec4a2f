package dev.driftline.input;

import dev.driftline.scoring.DocumentTokens;
import java.util.Map;

/**
 * A document that may be scored, from whichever topic.
 *
 * @param id what its producer calls it
 * @param source the unit of caches and mixture weights
 * @param publishedAt milliseconds since 1970, by the producer's clock
 * @param learn whether it is learned after it is scored
 * @param tokens what it says
 * @param attributes what else its producer says of it, by name; empty unless there is a filter, which sends it on
 */
public record IncomingDocument(
        String id,
        String source,
        long publishedAt,
        boolean learn,
        DocumentTokens tokens,
        Map<String, String> attributes) {

    /** Without attributes. */
    public IncomingDocument(String id, String source, long publishedAt, boolean learn, DocumentTokens tokens) {
        this(id, source, publishedAt, learn, tokens, Map.of());
    }
}
