package dev.driftline.ingest;

import dev.driftline.corpus.CorpusContent;
import dev.driftline.corpus.CorpusDocument;
import dev.driftline.corpus.CorpusEntry;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.TextEvent;
import dev.driftline.text.Tokenizer;
import dev.driftline.topics.Topic;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** The form in which a document of a corpus is published. */
public enum RecordForm {
    /** Tokenised, on the documents topic. */
    DOCUMENT(Topic.DOCUMENTS) {
        @Override
        Record of(CorpusEntry entry, Tokenizer tokenizer, Instant now) {
            CorpusDocument document = entry.document(tokenizer);
            int words = document.sentences().stream().mapToInt(List::size).sum();
            Document value = new Document(
                    entry.id(),
                    entry.source(),
                    entry.publishedAt().orElse(now),
                    document.sentences(),
                    entry.learn(),
                    entry.attributes(),
                    false,
                    null,
                    false);
            return new Record(value, words, document.sentences().size());
        }
    },
    /** As raw text, on the text topic; the service tokenises it. */
    TEXT(Topic.TEXT) {
        @Override
        Record of(CorpusEntry entry, Tokenizer tokenizer, Instant now) {
            if (!entry.learn()) {
                throw new IllegalArgumentException(
                        "raw text is always learned, but this document has learn = false: produce it without --raw");
            }
            String language = entry.content() instanceof CorpusContent.Text text ? text.language() : "";
            TextEvent value = new TextEvent(
                    entry.id(),
                    entry.source(),
                    entry.content().text(),
                    entry.publishedAt().orElse(now),
                    language.isEmpty() ? null : language,
                    entry.attributes(),
                    false,
                    null,
                    false);
            return new Record(value, 0, 0);
        }
    };

    private final Topic topic;

    RecordForm(Topic topic) {
        this.topic = topic;
    }

    /** The topic of this form. */
    public Topic topic() {
        return topic;
    }

    /**
     * The record of {@code entry}.
     *
     * @throws IllegalArgumentException if this form cannot represent the entry
     */
    abstract Record of(CorpusEntry entry, Tokenizer tokenizer, Instant now);

    /**
     * A record to publish.
     *
     * @param value its value
     * @param words number of its tokens without {@code </s>}; 0 if it is not tokenised
     * @param sentences number of its sentences; 0 if it is not tokenised
     */
    record Record(SpecificRecord value, int words, int sentences) {}
}
