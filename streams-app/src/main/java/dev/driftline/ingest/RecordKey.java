package dev.driftline.ingest;

import dev.driftline.corpus.CorpusEntry;

/** What a document's record is keyed by, and so which documents stay in order. */
public enum RecordKey {
    /** The source: one source is one partition, in order. */
    SOURCE,
    /** The document's id. */
    ID,
    /** No key: spread over the partitions in batches. */
    NONE;

    String of(CorpusEntry entry) {
        return switch (this) {
            case SOURCE -> entry.source();
            case ID -> entry.id();
            case NONE -> null;
        };
    }
}
