package dev.driftline.output;

import dev.driftline.drift.DriftChange;
import dev.driftline.drift.Observation;
import dev.driftline.schemas.DriftDetector;
import dev.driftline.schemas.DriftDocument;
import dev.driftline.schemas.DriftEvent;
import dev.driftline.schemas.DriftRecovery;
import dev.driftline.schemas.DriftSeries;
import dev.driftline.schemas.DriftState;
import dev.driftline.schemas.DriftWord;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import java.time.Instant;

/** Changes of sources as the records that go out. */
public final class DriftEvents {

    private DriftEvents() {}

    /**
     * The event of a change.
     *
     * @param document the document with which it came
     * @param now milliseconds since 1970
     */
    public static DriftEvent of(Observation document, DriftChange change, TopicNames topics, long now) {
        DriftEvent event = new DriftEvent();
        event.setSource(document.source());
        event.setSeries(DriftSeries.valueOf(change.series().name()));
        event.setState(DriftState.valueOf(change.state().name()));
        event.setPrevious(DriftState.valueOf(change.previous().name()));
        event.setRecovery(DriftRecovery.valueOf(change.recovery().name()));
        event.setDetector(DriftDetector.valueOf(change.evidence().detector().name()));
        event.setStatistic(change.evidence().statistic());
        event.setThreshold(change.evidence().threshold());
        event.setBitsPerTokenBefore(change.before().bitsPerToken());
        event.setBitsPerTokenAfter(change.after().bitsPerToken());
        event.setPerplexityBefore(change.before().perplexity());
        event.setPerplexityAfter(change.after().perplexity());
        event.setUnknownRateBefore(change.before().unknownRate());
        event.setUnknownRateAfter(change.after().unknownRate());
        event.setStartedAt(Instant.ofEpochMilli(change.start().publishedAt()));
        event.setStartedDocument(change.start().document());
        event.setDocuments(change.documents().stream()
                .map(listed -> new DriftDocument(
                        listed.id(),
                        listed.tokens(),
                        listed.bitsPerToken(),
                        listed.excessBits(),
                        listed.isText() ? topics.name(Topic.TEXT) : topics.name(Topic.DOCUMENTS),
                        listed.partition(),
                        listed.offset()))
                .toList());
        event.setWords(change.words().stream()
                .map(word -> new DriftWord(word.word(), word.count(), word.bits(), word.excessBits()))
                .toList());
        event.setDocumentsSeen(change.seen().documents());
        event.setTokensSeen(change.seen().tokens());
        event.setDocumentId(document.id());
        event.setPublishedAt(Instant.ofEpochMilli(document.publishedAt()));
        event.setAt(Instant.ofEpochMilli(now));
        return event;
    }
}
