package dev.driftline.serving.query.retract;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.recall.DocumentPlace;
import dev.driftline.schemas.Retraction;
import dev.driftline.schemas.RetractionOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A document or a source that is to be taken out: how far that is, and how it ended. Thread-safe. */
public final class RetractionJob {

    /** Places that are told; the counts are of all. */
    private static final int MOST_PLACES = 100;

    /** How far a job is. */
    public enum State {
        /** It waits for its turn. */
        QUEUED,
        /** The topics are read, or an answer is waited for. */
        RUNNING,
        /** Everything that was asked for has been answered. */
        DONE,
        /** It ended otherwise; the status says how, as HTTP would. */
        FAILED
    }

    private final String id;
    private final Optional<String> document;
    private final Optional<String> source;
    private final Optional<DocumentOrigin> place;
    private final Instant created = Instant.now();
    private State state = State.QUEUED;
    private int status = 202;
    private @Nullable String detail;
    private String step = "";
    private long done;
    private long total;
    private List<DocumentPlace> places = List.of();
    private final List<Retraction> answers = new ArrayList<>();
    private final Map<RetractionOutcome, Long> outcomes = new EnumMap<>(RetractionOutcome.class);

    RetractionJob(String id, Optional<String> document, Optional<String> source, Optional<DocumentOrigin> place) {
        this.id = id;
        this.document = document;
        this.source = source;
        this.place = place;
    }

    /** What it is asked for by. */
    public String id() {
        return id;
    }

    Optional<String> document() {
        return document;
    }

    Optional<String> source() {
        return source;
    }

    Optional<DocumentOrigin> place() {
        return place;
    }

    /** Whether it is over. */
    public synchronized boolean isOver() {
        return state == State.DONE || state == State.FAILED;
    }

    synchronized void running(String step, long done, long total) {
        if (isOver()) {
            return;
        }
        state = State.RUNNING;
        if (total > 0) {
            this.step = step;
            this.done = done;
            this.total = total;
        }
    }

    synchronized void found(List<DocumentPlace> places) {
        this.places = places;
    }

    synchronized void answered(Retraction answer) {
        outcomes.merge(answer.getOutcome(), 1L, Long::sum);
        if (answers.size() < MOST_PLACES) {
            answers.add(answer);
        }
    }

    synchronized void end(int status, @Nullable String detail) {
        if (isOver()) {
            return;
        }
        state = status == 200 ? State.DONE : State.FAILED;
        this.status = status;
        this.detail = detail;
    }

    /** Ready for JSON. */
    public synchronized Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("job", id);
        json.put("document", document.orElse(null));
        json.put("source", source.orElse(null));
        json.put("state", state.name().toLowerCase(Locale.ROOT));
        json.put("status", status);
        json.put("detail", detail);
        json.put("created_at", created.toString());
        json.put("step", step);
        json.put("step_done", done);
        json.put("step_total", total);
        json.put(
                "documents",
                places.stream().limit(MOST_PLACES).map(RetractionJob::json).toList());
        Map<String, Object> counts = new LinkedHashMap<>();
        outcomes.forEach((outcome, count) -> counts.put(outcome.name().toLowerCase(Locale.ROOT), count));
        json.put("outcomes", counts);
        json.put("answers", answers.stream().map(RetractionJob::json).toList());
        return json;
    }

    private static Map<String, @Nullable Object> json(DocumentPlace place) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("topic", place.origin().topic());
        json.put("partition", place.origin().partition());
        json.put("offset", place.origin().offset());
        json.put("source", place.source());
        json.put("published_at", place.publishedAt().toString());
        json.put("state", place.state().name().toLowerCase(Locale.ROOT));
        return json;
    }

    private static Map<String, @Nullable Object> json(Retraction answer) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", answer.getId());
        json.put("outcome", answer.getOutcome().name().toLowerCase(Locale.ROOT));
        json.put("topic", answer.getInputTopic());
        json.put("partition", answer.getInputPartition());
        json.put("offset", answer.getInputOffset());
        json.put("retract_offset", answer.getRetractOffset());
        json.put("tokens", answer.getTokens());
        json.put("reason", answer.getReason());
        json.put("remains", answer.getRemains());
        return json;
    }
}
