package dev.driftline.recall;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.recall.DocumentPlace.State;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Pairs the documents of an id with the records that were to take them out, and these with their answers. A retraction names the
 * offset of its document; one that does not means the last document before it that was still there. For one thread.
 */
final class DocumentPlaces {

    /** Copies of one document; more is a producer that uses one id for all. */
    private static final int MOST = 10_000;

    private static final Comparator<DocumentOrigin> ORDER = Comparator.comparing(DocumentOrigin::topic)
            .thenComparingInt(DocumentOrigin::partition)
            .thenComparingLong(DocumentOrigin::offset);

    private final List<FoundAt> records = new ArrayList<>();
    private final Map<DocumentOrigin, RetractionOutcome> answers = new HashMap<>();
    private final Map<DocumentOrigin, RetractionOutcome> answered = new HashMap<>();

    /** What is kept of a record; its text is not. */
    private record FoundAt(DocumentPlace place, boolean isRetraction, OptionalLong retractOffset) {}

    /**
     * Adds a record of the id, in the order of its partition.
     *
     * @throws RetractionException if there are too many
     */
    void add(FoundRecord record) {
        if (record.dropsSource()) {
            return;
        }
        if (records.size() == MOST) {
            throw new RetractionException("more than " + MOST
                    + " records have this id: name the one that is meant by its partition and offset");
        }
        records.add(new FoundAt(DocumentPlace.of(record), record.isRetraction(), record.retractOffset()));
    }

    /** Adds an answer of the id. */
    void add(Retraction answer) {
        if (answers.size() == MOST) {
            return;
        }
        answers.put(Answers.retraction(answer), answer.getOutcome());
        Answers.document(answer)
                .ifPresent(document ->
                        answered.merge(document, answer.getOutcome(), (one, other) -> isGone(one) ? one : other));
    }

    /** Every document, in the order of topic, partition and offset. */
    List<DocumentPlace> places() {
        Map<DocumentOrigin, DocumentPlace> places = new HashMap<>();
        records.sort(Comparator.comparing(record -> record.place().origin(), ORDER));
        for (FoundAt record : records) {
            DocumentOrigin origin = record.place().origin();
            if (!record.isRetraction()) {
                places.put(origin, record.place());
                continue;
            }
            RetractionOutcome answer = answers.get(origin);
            if (answer != null && isRefused(answer)) {
                continue;
            }
            meant(record, places)
                    .ifPresent(document -> places.put(
                            document.origin(),
                            with(document, answer != null && isGone(answer) ? State.RETRACTED : State.ASKED, origin)));
        }
        // Where the retraction itself is not in the topic any more.
        answered.forEach((origin, outcome) -> {
            DocumentPlace place = places.get(origin);
            if (place != null && isGone(outcome)) {
                places.put(
                        origin, with(place, State.RETRACTED, place.retraction().orElse(null)));
            }
        });
        return places.values().stream()
                .sorted(Comparator.comparing(DocumentPlace::origin, ORDER))
                .toList();
    }

    private static Optional<DocumentPlace> meant(FoundAt retraction, Map<DocumentOrigin, DocumentPlace> places) {
        DocumentOrigin origin = retraction.place().origin();
        if (retraction.retractOffset().isPresent()) {
            return Optional.ofNullable(places.get(new DocumentOrigin(
                    origin.topic(),
                    origin.partition(),
                    retraction.retractOffset().getAsLong())));
        }
        return places.values().stream()
                .filter(place -> place.origin().topic().equals(origin.topic())
                        && place.origin().partition() == origin.partition()
                        && place.state() == State.LIVE)
                .max(Comparator.comparing(DocumentPlace::origin, ORDER));
    }

    private static DocumentPlace with(DocumentPlace place, State state, @Nullable DocumentOrigin retraction) {
        return place.state() == State.RETRACTED || place.state() == State.NEVER_LEARNED
                ? place
                : new DocumentPlace(
                        place.origin(), place.source(), place.publishedAt(), state, Optional.ofNullable(retraction));
    }

    /** Whether the document is out of the model after this answer. */
    static boolean isGone(RetractionOutcome outcome) {
        return switch (outcome) {
            case RETRACTED, APPROXIMATE, ALREADY_RETRACTED -> true;
            case NOT_LEARNED, NO_TEXT, SOURCE_DROPPED, UNKNOWN -> false;
        };
    }

    /** Whether nothing was taken out, so that it may be asked again. */
    private static boolean isRefused(RetractionOutcome outcome) {
        return outcome == RetractionOutcome.NOT_LEARNED || outcome == RetractionOutcome.NO_TEXT;
    }
}
