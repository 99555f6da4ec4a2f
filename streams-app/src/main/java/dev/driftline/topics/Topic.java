package dev.driftline.topics;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * Every topic of Driftline except those of a filter, with what follows from its purpose. {@link TopicNames} makes the full
 * name of one, {@link TopicDefinitions} its settings.
 */
public enum Topic {
    /** Raw text, which Driftline tokenises. */
    TEXT("text.v1", Partitioning.LIKE_DOCUMENTS, Retention.PUBLIC, TextEvent.class),
    /** Tokenised documents. */
    DOCUMENTS("documents.v1", Partitioning.LIKE_DOCUMENTS, Retention.PUBLIC, Document.class),
    /** One score for each document, by document id. */
    SCORES("scores.v1", Partitioning.LIKE_DOCUMENTS, Retention.PUBLIC, Score.class),
    /** Next-word predictions, by document id. */
    PREDICTIONS("predictions.v1", Partitioning.LIKE_DOCUMENTS, Retention.PUBLIC, Prediction.class),
    /** Records that could not be scored, as received, with headers that give the reason. */
    DEAD_LETTERS("dead-letters.v1", Partitioning.LIKE_DOCUMENTS, Retention.DEAD_LETTERS),
    /** The answer to each retraction, by document id. */
    RETRACTIONS("retractions.v1", Partitioning.LIKE_DOCUMENTS, Retention.PUBLIC, Retraction.class),
    /** Internal: a part of a document, to the shard that owns its counts. */
    NGRAM_REQUESTS("ngram-requests.v1", Partitioning.SHARDS, Retention.INTERNAL),
    /** Internal: a shard's reply, to the partition of the document. */
    NGRAM_REPLIES("ngram-replies.v1", Partitioning.LIKE_DOCUMENTS, Retention.INTERNAL),
    /** Internal: whole documents, to the one shard that there is. */
    NGRAM_DOCUMENTS("ngram-documents.v1", Partitioning.ONE, Retention.INTERNAL),
    /** Versions of the network in chunks with checksums, and the pointer to the active one; compacted. */
    SNAPSHOTS("snapshots.v1", Partitioning.ONE, Retention.FOREVER),
    /** Internal: scored documents, to the trainer. */
    TRAINING("training.v1", Partitioning.ONE, Retention.INTERNAL),
    /** Why a snapshot became active or not, by version: an audit trail that lasts as long as the snapshots. */
    PROMOTIONS("promotions.v1", Partitioning.ONE, Retention.FOREVER, PromotionDecision.class),
    /** A vector for each document, by document id; published if {@code neural.encodings} is not {@code none}. */
    ENCODINGS("encodings.v1", Partitioning.LIKE_DOCUMENTS, Retention.PUBLIC, Encoding.class),
    /** Internal: scored documents, to the drift detectors of their source; by source. */
    OBSERVATIONS("observations.v1", Partitioning.LIKE_DOCUMENTS, Retention.INTERNAL),
    /** Changes of the language of a source, by source. */
    DRIFT("drift.v1", Partitioning.LIKE_DOCUMENTS, Retention.PUBLIC, DriftEvent.class),
    /** Whose these topics are, and which model is learned from them; compacted. */
    IDENTITY("identity.v1", Partitioning.ONE, Retention.FOREVER);

    /**
     * Whether others read what the service writes there. They choose the compression of what they write themselves, and
     * snapshots are read by Driftline and do not get smaller.
     */
    boolean isForOthersToRead() {
        return switch (this) {
            case SCORES, PREDICTIONS, ENCODINGS, DRIFT, PROMOTIONS, DEAD_LETTERS, RETRACTIONS -> true;
            case TEXT,
                    DOCUMENTS,
                    NGRAM_REQUESTS,
                    NGRAM_REPLIES,
                    NGRAM_DOCUMENTS,
                    SNAPSHOTS,
                    TRAINING,
                    OBSERVATIONS,
                    IDENTITY -> false;
        };
    }

    /** How many partitions a topic has. */
    enum Partitioning {
        /** As the input topics: scatter and gather share a store, so text, documents and replies must agree. */
        LIKE_DOCUMENTS,
        /** One partition for each shard. */
        SHARDS,
        /** One: there is one trainer or one shard, and chunks, manifest and pointer of a snapshot must stay in order. */
        ONE
    }

    /** How long records are kept. */
    enum Retention {
        /** As set for what users read and write. */
        PUBLIC,
        /** As set for dead letters. */
        DEAD_LETTERS,
        /** As set for what only Driftline reads. */
        INTERNAL,
        /** Without a limit. */
        FOREVER
    }

    private final String suffix;
    private final Partitioning partitioning;
    private final Retention retention;
    private final Optional<Class<? extends SpecificRecord>> recordType;

    Topic(String suffix, Partitioning partitioning, Retention retention) {
        this(suffix, partitioning, retention, Optional.empty());
    }

    Topic(String suffix, Partitioning partitioning, Retention retention, Class<? extends SpecificRecord> recordType) {
        this(suffix, partitioning, retention, Optional.of(recordType));
    }

    Topic(
            String suffix,
            Partitioning partitioning,
            Retention retention,
            Optional<Class<? extends SpecificRecord>> recordType) {
        this.suffix = suffix;
        this.partitioning = partitioning;
        this.retention = retention;
        this.recordType = recordType;
    }

    /** The name without the prefix, with the version, for example {@code documents.v1}. */
    public String suffix() {
        return suffix;
    }

    /** Whether only Driftline reads and writes it, and what is in it is worth nothing without the state. */
    public boolean isInternal() {
        return retention == Retention.INTERNAL;
    }

    Partitioning partitioning() {
        return partitioning;
    }

    Retention retention() {
        return retention;
    }

    /** The Avro record in the values; empty if the values are not Avro. */
    public Optional<Class<? extends SpecificRecord>> recordType() {
        return recordType;
    }
}
