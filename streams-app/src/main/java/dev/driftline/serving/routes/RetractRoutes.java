package dev.driftline.serving.routes;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.retract.RetractionJob;
import dev.driftline.serving.query.retract.RetractionJobs;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.List;
import java.util.Optional;

/**
 * Takes documents out: {@code DELETE /v1/documents/{id}} and {@code DELETE /v1/sources/{name}} begin a job, and {@code GET
 * /v1/retractions/{job}} says how far it is.
 */
final class RetractRoutes implements RouteGroup {

    private final TopicNames topics;
    private final RetractionJobs jobs;
    private final RequestPool worker;

    /** @param worker runs the jobs; closed with the routes */
    RetractRoutes(TopicNames topics, RetractionJobs jobs, RequestPool worker) {
        this.topics = topics;
        this.jobs = jobs;
        this.worker = worker;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.delete("/v1/documents/{id}", this::document, Access.OPERATE);
        routes.delete("/v1/sources/{name}", this::source, Access.OPERATE);
        routes.get("/v1/retractions/{job}", this::job, Access.READ);
    }

    private void document(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "partition", "offset", "topic");
        Optional<DocumentOrigin> place = Optional.empty();
        if (arguments.has("partition") != arguments.has("offset")) {
            String given = arguments.has("partition") ? "partition" : "offset";
            arguments.refuse(given, "is half of a place: give partition and offset, or neither");
        }
        if (arguments.has("topic") && !arguments.has("partition")) {
            arguments.refuse("topic", "has no effect without partition and offset");
        }
        String topic = arguments.oneOf("topic", "documents", List.of("documents", "text"));
        if (arguments.has("partition")) {
            place = Optional.of(new DocumentOrigin(
                    topics.name(topic.equals("text") ? Topic.TEXT : Topic.DOCUMENTS),
                    arguments.whole("partition", 0, 0, Integer.MAX_VALUE),
                    arguments.whole("offset", 0L, 0L, Long.MAX_VALUE)));
        }
        accept(context, jobs.ofDocument(context.pathParam("id"), place));
    }

    private void source(Context context) {
        RequestArguments.of(context);
        accept(context, jobs.ofSource(context.pathParam("name")));
    }

    private static void accept(Context context, Optional<RetractionJob> begun) {
        RetractionJob job = begun.orElseThrow(() -> new ProblemException(Problem.limit(
                "too-many-retractions",
                503,
                "Too many retractions at a time",
                "this instance has " + RetractionJobs.MOST_OPEN + " retractions under way: ask again when one is over",
                RetractionJobs.MOST_OPEN)));
        context.status(202).header("Location", "/v1/retractions/" + job.id()).json(job.json());
    }

    private void job(Context context) {
        RequestArguments.of(context);
        context.json(jobs.job(context.pathParam("job"))
                .orElseThrow(() ->
                        new NotFoundResponse("this instance has no such job: another one has it, or it ended long ago"))
                .json());
    }

    @Override
    public void close() {
        jobs.close();
        worker.close();
    }
}
