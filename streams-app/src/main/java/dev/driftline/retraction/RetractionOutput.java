package dev.driftline.retraction;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.network.trainer.TrainingRecord;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.streams.processor.api.Record;

/** The answers to retractions, under the id of the document. */
public final class RetractionOutput {

    /** Sink of the answers. */
    public static final String SINK = "retractions-sink";

    private RetractionOutput() {}

    /**
     * An answer.
     *
     * @param outcome what has become of the retraction
     * @param tokens taken out, {@code </s>} included
     * @param reason what happened, in a sentence
     * @param remains what may be left of the document, in a sentence; empty where nothing is
     */
    public record Answer(RetractionOutcome outcome, int tokens, String reason, Optional<String> remains) {

        /** One with which nothing was taken out. */
        static Answer of(RetractionOutcome outcome, String reason) {
            return new Answer(outcome, 0, reason, Optional.empty());
        }
    }

    /**
     * What the trainer is told, without a key: also where the counts lack the record that was named, since networks may have
     * been taught it; empty where nothing was to be taken out.
     *
     * @param isText whether the document came as raw text
     */
    public static Optional<Record<byte[], byte[]>> training(
            IncomingDocument document, DocumentOrigin origin, boolean isText, Answer answer, long timestamp) {
        OptionalLong offset = document.retract().orElseThrow().offset();
        boolean isOut = switch (answer.outcome()) {
            case RETRACTED, APPROXIMATE -> true;
            case NOT_LEARNED -> offset.isPresent();
            default -> false;
        };
        if (!isOut) {
            return Optional.empty();
        }
        TrainingRecord record = new TrainingRecord.Retraction(
                document.id(),
                isText ? TrainingRecord.TEXT : TrainingRecord.DOCUMENTS,
                origin.partition(),
                offset,
                document.tokens());
        return Optional.of(new Record<>(null, record.encode(), timestamp));
    }

    /**
     * The record of an answer.
     *
     * @param origin of the retraction
     * @param timestamp of its record, milliseconds since 1970
     * @param now milliseconds since 1970
     */
    public static Record<String, Retraction> record(
            IncomingDocument document, DocumentOrigin origin, Answer answer, long timestamp, long now) {
        Retraction value = new Retraction();
        value.setId(document.id());
        value.setSource(document.source());
        value.setOutcome(answer.outcome());
        value.setInputTopic(origin.topic());
        value.setInputPartition(origin.partition());
        value.setInputOffset(origin.offset());
        document.retract()
                .map(Retract::offset)
                .ifPresent(offset -> value.setRetractOffset(offset.isPresent() ? offset.getAsLong() : null));
        value.setTokens(answer.tokens());
        value.setReason(answer.reason());
        value.setRemains(answer.remains().orElse(null));
        value.setRetractedAt(Instant.ofEpochMilli(now));
        return new Record<>(document.id(), value, timestamp);
    }
}
