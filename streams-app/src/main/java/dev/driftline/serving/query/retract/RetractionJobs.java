package dev.driftline.serving.query.retract;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.recall.DocumentPlace;
import dev.driftline.recall.DocumentSearch;
import dev.driftline.recall.FoundRecord;
import dev.driftline.recall.Retracting;
import dev.driftline.recall.RetractionException;
import dev.driftline.verify.log.VerifyProgress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes documents out in the background, one job after the other, and remembers how the last of them ended. A search reads all of the
 * input topics, so there are few at a time. Thread-safe.
 */
public final class RetractionJobs implements AutoCloseable {

    /** Jobs that are not over, at most. */
    public static final int MOST_OPEN = 8;

    private static final Logger LOG = LoggerFactory.getLogger(RetractionJobs.class);

    /** Jobs that are remembered. */
    private static final int MOST_KEPT = 100;

    /** Documents of a source a second: a service that scores goes on scoring. */
    private static final double SOURCE_RATE = 500;

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final DriftlineConfig config;
    private final Executor worker;
    private final Map<String, RetractionJob> jobs = new LinkedHashMap<>();
    private volatile boolean isClosed;

    /** @param worker runs one job at a time, and does not refuse {@link #MOST_OPEN} */
    public RetractionJobs(DriftlineConfig config, Executor worker) {
        this.config = config;
        this.worker = worker;
    }

    /**
     * Begins to take a document out.
     *
     * @param place where it is, so that it is not searched
     * @return empty if too many jobs are open
     */
    public Optional<RetractionJob> ofDocument(String id, Optional<DocumentOrigin> place) {
        return begin(new RetractionJob(UUID.randomUUID().toString(), Optional.of(id), Optional.empty(), place));
    }

    /**
     * Begins to take all documents of a source out.
     *
     * @return empty if too many jobs are open
     */
    public Optional<RetractionJob> ofSource(String source) {
        return begin(new RetractionJob(
                UUID.randomUUID().toString(), Optional.empty(), Optional.of(source), Optional.empty()));
    }

    /** A job that is under way, or ended lately. */
    public Optional<RetractionJob> job(String id) {
        synchronized (jobs) {
            return Optional.ofNullable(jobs.get(id));
        }
    }

    private Optional<RetractionJob> begin(RetractionJob job) {
        synchronized (jobs) {
            if (isClosed || jobs.values().stream().filter(one -> !one.isOver()).count() >= MOST_OPEN) {
                return Optional.empty();
            }
            jobs.put(job.id(), job);
            Iterator<RetractionJob> oldest = jobs.values().iterator();
            while (jobs.size() > MOST_KEPT && oldest.hasNext()) {
                if (oldest.next().isOver()) {
                    oldest.remove();
                }
            }
        }
        worker.execute(() -> run(job));
        return Optional.of(job);
    }

    private void run(RetractionJob job) {
        VerifyProgress progress = (step, done, total) -> {
            if (isClosed) {
                throw new CancellationException("the service stops");
            }
            job.running(step, done, total);
        };
        try (DocumentSearch search = new DocumentSearch(config, TIMEOUT, progress)) {
            progress.at("", 0, 0);
            if (job.source().isPresent()) {
                source(job, job.source().get(), search, progress);
            } else {
                document(job, job.document().orElseThrow(), search, progress);
            }
        } catch (CancellationException | InterruptException e) {
            job.end(503, "the service stopped before the end: ask again");
        } catch (RetractionException e) {
            job.end(503, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("A retraction failed", e);
            job.end(500, "see the log of this instance: " + e.getMessage());
        } finally {
            job.end(500, "see the log of this instance");
        }
    }

    private void source(RetractionJob job, String source, DocumentSearch search, VerifyProgress progress) {
        boolean[] isIncomplete = {false};
        try (Retracting retracting = new Retracting(config, search, true, TIMEOUT, progress)) {
            boolean isAnswered = retracting.askForSource(source, SOURCE_RATE, answer -> {
                job.answered(answer);
                isIncomplete[0] |= switch (answer.getOutcome()) {
                    case NOT_LEARNED, NO_TEXT, UNKNOWN -> true;
                    case RETRACTED, APPROXIMATE, ALREADY_RETRACTED, SOURCE_DROPPED -> false;
                };
            });
            if (isAnswered && retracting.found() == 0) {
                job.end(
                        404,
                        "no document of this source is there: the name is wrong, or retention has deleted them, and what was learned of"
                                + " them stays; what is known of the source itself is dropped");
            }
            end(job, isAnswered, isIncomplete[0]);
        }
    }

    private void document(RetractionJob job, String id, DocumentSearch search, VerifyProgress progress) {
        List<DocumentPlace> places = job.place()
                .map(place -> search
                        .at(place)
                        .filter(record -> record.id().equals(id) && !record.isRetraction())
                        .map(DocumentPlace::of)
                        .stream()
                        .toList())
                .orElseGet(() -> search.ofIds(Set.of(id)).getOrDefault(id, List.of()));
        job.found(places);
        List<DocumentPlace> open = places.stream().filter(DocumentPlace::isOpen).toList();
        if (places.isEmpty()) {
            job.end(404, "no document with this id is there: the id is wrong, or retention has deleted it");
        } else if (open.size() > 1) {
            job.end(409, "the document is there " + open.size() + " times: choose one with partition and offset");
        } else if (open.isEmpty()) {
            boolean isOut = places.stream().anyMatch(place -> place.state() == DocumentPlace.State.RETRACTED);
            job.end(isOut ? 200 : 409, isOut ? "it has been taken out before" : "it was never learned");
        } else {
            Optional<FoundRecord> record = search.at(open.get(0).origin());
            if (record.isEmpty()) {
                job.end(404, "retention has deleted it meanwhile");
            } else {
                ask(job, record.get(), search, progress);
            }
        }
    }

    private void ask(RetractionJob job, FoundRecord record, DocumentSearch search, VerifyProgress progress) {
        boolean[] isIncomplete = {false};
        try (Retracting retracting = new Retracting(config, search, true, TIMEOUT, progress)) {
            retracting.ask(record);
            boolean isAnswered = retracting.await(answer -> {
                job.answered(answer);
                isIncomplete[0] = !DocumentPlace.isGone(answer);
            });
            end(job, isAnswered, isIncomplete[0]);
        }
    }

    private static void end(RetractionJob job, boolean isAnswered, boolean isIncomplete) {
        if (!isAnswered) {
            job.end(504, "no answer came within " + TIMEOUT.toSeconds() + " s; the retraction stays in the topic");
        } else if (isIncomplete) {
            job.end(409, "not everything was taken out: the answers say why");
        } else {
            job.end(200, null);
        }
    }

    /** Ends the jobs soon; what was asked for stays asked for. */
    @Override
    public void close() {
        isClosed = true;
    }
}
