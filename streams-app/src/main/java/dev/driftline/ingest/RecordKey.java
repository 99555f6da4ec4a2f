package dev.driftline.ingest;

import dev.driftline.corpus.CorpusEntry;
import java.util.Optional;

/** The key of a document's record, which determines the documents that stay in order. */
public enum RecordKey {
    /** The source: all documents of a source are in one partition, in order. */
    SOURCE,
    /** The document's id. */
    ID,
    /** No key: documents are spread over the partitions in batches. */
    NONE;

    Optional<String> of(CorpusEntry entry) {
        return switch (this) {
            case SOURCE -> Optional.of(entry.source());
            case ID -> Optional.of(entry.id());
            case NONE -> Optional.empty();
        };
    }
}
