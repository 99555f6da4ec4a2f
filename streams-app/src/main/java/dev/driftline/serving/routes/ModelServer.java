package dev.driftline.serving.routes;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.config.keys.OutputKeys;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.heap.HeapUse;
import dev.driftline.live.LiveFeed;
import dev.driftline.metrics.ServiceMetrics;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.Problem;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.DirectQueries;
import dev.driftline.serving.query.DocumentScores;
import dev.driftline.serving.query.ModelParts;
import dev.driftline.serving.query.instances.InstanceAnswers;
import dev.driftline.serving.query.instances.InstanceStatus;
import dev.driftline.serving.query.instances.PeerInstances;
import dev.driftline.serving.query.instances.ServiceShards;
import dev.driftline.serving.query.retract.RetractionJobs;
import dev.driftline.serving.routes.copies.CopyRoutes;
import dev.driftline.shards.ShardCopies;
import dev.driftline.topics.TopicNames;
import dev.driftline.topology.TopologySettings;
import io.javalin.util.JavalinBindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The HTTP endpoint of an instance: the groups of routes, one class each.
 *
 * <p>Answers 503 with {@code Retry-After} while a shard that is needed is nowhere, and never from half of the model. What
 * goes wrong is told as {@link Problem}.
 */
public final class ModelServer {

    /** A source of millions of documents takes this long. */
    private static final long RETRACTION_MS = Duration.ofDays(2).toMillis();

    private ModelServer() {}

    /**
     * Starts listening where {@code config} says. Questions are answered once {@code service} has started.
     *
     * @throws dev.driftline.config.InvalidConfigException if the settings would let strangers in, or name files that are not
     *     there
     * @throws JavalinBindException if the port is taken
     */
    public static HttpEndpoint start(DriftlineConfig config, DriftlineService service) {
        HttpSettings settings = HttpSettings.of(config);
        return HttpEndpoint.start(
                settings,
                groups(config, settings, service),
                HttpEndpoint.bodies(settings, service.counters().heap().account(HeapUse.BODIES)::set),
                () -> PeerInstances.name(service.self()));
    }

    private static List<RouteGroup> groups(DriftlineConfig config, HttpSettings http, DriftlineService service) {
        TopologySettings settings = TopologySettings.of(config);
        InstanceStatus status = new InstanceStatus(service);
        ShardCopies copies = new ShardCopies(service.shards(), copiesFolder(config));
        InstanceAnswers here = new InstanceAnswers(service.shards(), service.sources(), copies, status::json);
        ServiceShards shards = new ServiceShards(service, here, http);
        ProblemResponses problems = new ProblemResponses(ModelProblems::of);
        RequestPool pool = http.work("query");
        ModelParts parts = new ModelParts(
                settings.model(),
                settings.mixture(),
                settings.shards(),
                shards,
                service.activeSnapshot()::get,
                service::foreignRows);
        DirectQueries queries = DirectQueries.of(parts);
        DocumentScores scores = new DocumentScores(parts);
        RequestDocuments documents = new RequestDocuments(
                settings.tokenizer(), http.limits().maxTokens(), config.get(InputKeys.TOKEN_MAX_BYTES));
        return List.of(
                // First, so that it measures what the others refuse.
                new MetricsRoutes(new ServiceMetrics(service, settings, config.get(OutputKeys.METRICS_SOURCES))),
                problems,
                new CountRoutes(queries, documents, pool),
                new CopyRoutes(shards, settings.shards(), CopyRoutes.PART_BYTES, pool),
                RouteGroup.closing(copies::close),
                new NextWordRoutes(queries, documents, pool),
                new GenerateRoutes(queries, documents, problems, pool),
                new EncodeRoutes(queries, documents, pool),
                new ScoreRoutes(scores, documents, pool),
                new RankRoutes(scores, documents, pool),
                new SnapshotRoutes(config, service, pool),
                retractions(config),
                new StatusRoutes(status, shards::statuses, settings.shards(), settings.tokenizer(), pool),
                new TopologyRoutes(service::topology),
                new HealthRoutes(service::state, service::waitingFor),
                new OpenApiRoutes(),
                new LiveRoutes(new LiveFeed(config, service.counters().heap()), pool),
                new DashboardRoutes(),
                RouteGroup.pool(pool),
                new InstanceRoutes(here, settings.shards(), http, http.work("instance")));
    }

    /** Beside the folders of the tasks, on their file system. */
    private static Path copiesFolder(DriftlineConfig config) {
        return config.get(ServiceKeys.STATE_DIR)
                .resolve(config.get(ServiceKeys.APPLICATION_ID))
                .resolve("copies");
    }

    private static RouteGroup retractions(DriftlineConfig config) {
        RequestPool worker = new RequestPool("retractions", 1, RetractionJobs.MOST_OPEN, RETRACTION_MS);
        RetractionJobs jobs = new RetractionJobs(
                config,
                job -> worker.submit(() -> {
                    job.run();
                    return true;
                }));
        return new RetractRoutes(TopicNames.of(config), jobs, worker);
    }
}
