package dev.driftline.recall;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.TextEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record of an input topic.
 *
 * @param origin where it is
 * @param key of the record; null if it has none
 * @param value a {@link Document} or a {@link TextEvent}
 */
public record FoundRecord(DocumentOrigin origin, byte @Nullable [] key, SpecificRecord value) {

    /** The document's id. */
    public String id() {
        return value instanceof TextEvent text ? text.getId() : document().getId();
    }

    /** The document's source. */
    public String source() {
        return value instanceof TextEvent text ? text.getSource() : document().getSource();
    }

    /** When it was published, by its producer. */
    public Instant publishedAt() {
        return value instanceof TextEvent text
                ? text.getPublishedAt()
                : document().getPublishedAt();
    }

    /** Whether it takes a document out, or drops a source, and is not a document. */
    public boolean isRetraction() {
        return Boolean.TRUE.equals(
                value instanceof TextEvent text ? text.getRetract() : document().getRetract());
    }

    /** Whether it drops what is known of a source. */
    boolean dropsSource() {
        return isRetraction()
                && Boolean.TRUE.equals(
                        value instanceof TextEvent text
                                ? text.getRetractSource()
                                : document().getRetractSource());
    }

    /** The offset of the document that it takes out; empty where it does not say. */
    OptionalLong retractOffset() {
        Long offset = value instanceof TextEvent text
                ? text.getRetractOffset()
                : document().getRetractOffset();
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** Whether its producer had it learned. */
    boolean isLearned() {
        return value instanceof TextEvent || document().getLearn();
    }

    /** The record that takes this one out: its text again, and its offset. */
    FoundRecord retraction() {
        SpecificRecord again = value instanceof TextEvent text
                ? new TextEvent(
                        text.getId(),
                        text.getSource(),
                        text.getText(),
                        text.getPublishedAt(),
                        text.getLanguage(),
                        Map.of(),
                        true,
                        origin.offset(),
                        false)
                : new Document(
                        id(),
                        source(),
                        publishedAt(),
                        document().getSentences(),
                        // An instance of an older release scores it then, and does not learn it again.
                        false,
                        Map.of(),
                        true,
                        origin.offset(),
                        false);
        return new FoundRecord(origin, key, again);
    }

    /** The record that drops what is known of {@code source} in a partition of the documents topic. */
    static Document drop(String source) {
        return new Document(source, source, Instant.now(), List.of(), false, Map.of(), true, null, true);
    }

    private Document document() {
        return (Document) value;
    }
}
