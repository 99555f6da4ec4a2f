package dev.driftline.topics;

import dev.driftline.schemas.Document;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.Encoding;
import dev.driftline.schemas.Prediction;
import dev.driftline.schemas.PromotionDecision;
import dev.driftline.schemas.Score;
import dev.driftline.schemas.TextEvent;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** What each topic is for. Its full name is the configured prefix followed by {@link #suffix()}. */
public enum Topic {
    /** Raw text, tokenised by Driftline. */
    TEXT("text.v1", TextEvent.class),
    /** Tokenised documents. */
    DOCUMENTS("documents.v1", Document.class),
    /** One score a document, by document id. */
    SCORES("scores.v1", Score.class),
    /** Next-word predictions, by document id. */
    PREDICTIONS("predictions.v1", Prediction.class),
    /** Records that could not be scored, as received, with headers that say why. */
    DEAD_LETTERS("dead-letters.v1", null),
    /** Internal: a part of a document, to the shard that owns its counts. */
    NGRAM_REQUESTS("ngram-requests.v1", null),
    /** Internal: a shard's answer, to the partition that the document came from. */
    NGRAM_REPLIES("ngram-replies.v1", null),
    /** Versions of the network in checked chunks, and which of them is active; compacted. */
    SNAPSHOTS("snapshots.v1", null),
    /** Internal: documents that were scored and are to be learned, to the trainer. */
    TRAINING("training.v1", null),
    /** Why a snapshot became active, or did not, by version. */
    PROMOTIONS("promotions.v1", PromotionDecision.class),
    /** A vector a document, by document id; written where {@code neural.encodings} says so. */
    ENCODINGS("encodings.v1", Encoding.class),
    /** Internal: what is to be known of a scored document by who watches its source, by source. */
    OBSERVATIONS("observations.v1", null),
    /** When the language of a source changes, by source. */
    DRIFT("drift.v1", DriftEvent.class);

    private final String suffix;
    private final Class<? extends SpecificRecord> recordType;

    Topic(String suffix, Class<? extends SpecificRecord> recordType) {
        this.suffix = suffix;
        this.recordType = recordType;
    }

    /** The name without the prefix, version included, for example {@code documents.v1}. */
    public String suffix() {
        return suffix;
    }

    /** The Avro record in the values; none where values are not Avro. */
    public Optional<Class<? extends SpecificRecord>> recordType() {
        return Optional.ofNullable(recordType);
    }
}
