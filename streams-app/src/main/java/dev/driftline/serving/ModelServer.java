package dev.driftline.serving;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.InputKeys;
import dev.driftline.config.OutputKeys;
import dev.driftline.live.LiveFeed;
import dev.driftline.metrics.ServiceMetrics;
import dev.driftline.service.DriftlineService;
import dev.driftline.topology.TopologySettings;
import io.javalin.Javalin;
import io.javalin.util.JavalinBindException;
import java.util.List;

/**
 * The HTTP endpoint of an instance: the groups of routes, one class each.
 *
 * <p>Answers 503 with {@code Retry-After} while a shard that is needed is nowhere, and never from half of the model. What
 * goes wrong is told as {@link Problem}.
 */
public final class ModelServer implements AutoCloseable {

    private final Javalin http;
    private final HttpSettings settings;
    private final List<RouteGroup> groups;

    private ModelServer(Javalin http, HttpSettings settings, List<RouteGroup> groups) {
        this.http = http;
        this.settings = settings;
        this.groups = groups;
    }

    /**
     * Starts listening where {@code config} says. Questions are answered once {@code service} has started.
     *
     * @throws dev.driftline.config.InvalidConfigException if the settings would let strangers in, or name files that are not
     *     there
     * @throws JavalinBindException if the port is taken
     */
    public static ModelServer start(DriftlineConfig config, DriftlineService service) {
        HttpSettings settings = HttpSettings.of(config);
        return start(settings, groups(config, settings, service));
    }

    /** Starts listening with these groups of routes. */
    static ModelServer start(HttpSettings settings, List<RouteGroup> groups) {
        Javalin http = Javalin.create(javalin -> {
            javalin.startup.showJavalinBanner = false;
            javalin.http.prefer405over404 = true;
            javalin.http.maxRequestSize = settings.maxBodyBytes();
            Listening.on(javalin.jetty, settings);
            groups.forEach(group -> group.addTo(javalin.routes));
        });
        try {
            http.start();
        } catch (RuntimeException e) {
            http.stop();
            groups.forEach(RouteGroup::close);
            throw e;
        }
        return new ModelServer(http, settings, groups);
    }

    private static List<RouteGroup> groups(DriftlineConfig config, HttpSettings http, DriftlineService service) {
        TopologySettings settings = TopologySettings.of(config);
        InstanceStatus status = new InstanceStatus(service);
        InstanceAnswers here = new InstanceAnswers(service.shards(), service.sources(), status::json);
        ServiceShards shards = new ServiceShards(service, here, http);
        Work work = http.work("question");
        ModelQuestions questions = new ModelQuestions(settings.model(), settings.shards(), shards);
        NetworkQuestions network = new NetworkQuestions(service.activeSnapshot());
        TextQuestions texts = new TextQuestions(questions, network, service.progress());
        Texts documents = new Texts(settings.tokenizer(), http.maxTokens(), config.get(InputKeys.TOKEN_MAX_BYTES));
        WholeModel whole = new WholeModel(
                settings.model(),
                settings.mixture(),
                settings.shards(),
                shards,
                service.activeSnapshot(),
                service::foreignRows);
        return List.of(
                // First, so that it measures what the others refuse.
                new MetricsRoutes(new ServiceMetrics(service, settings, config.get(OutputKeys.METRICS_SOURCES))),
                http.tokens(),
                new ProblemResponses(),
                new QuestionRoutes(questions, network, texts, documents, work),
                new GenerateRoutes(texts, work),
                new ScoreRoutes(whole, documents, work),
                new SnapshotRoutes(config, service, work),
                new StatusRoutes(status, shards::statuses, settings.shards(), work),
                new TopologyRoutes(service::topology),
                new HealthRoutes(service::state),
                new OpenApiRoutes(),
                new LiveRoutes(new LiveFeed(config)),
                new DashboardRoutes(),
                new InstanceRoutes(here, settings.shards(), http.work("instance")));
    }

    /** Every route, {@code METHOD PATH}. */
    List<String> routes() {
        return http.unsafe.internalRouter.allHttpHandlers().stream()
                .map(route -> route.endpoint)
                .filter(route -> route.method.isHttpMethod())
                .map(route -> route.method.name() + " " + route.path)
                .toList();
    }

    /** The port it listens on. */
    public int port() {
        return http.port();
    }

    /** Under what name the other instances find it. */
    public String advertised() {
        return settings.advertisedHost() + ":" + http.port();
    }

    /** Where it answers. */
    public String address() {
        return settings.scheme() + "://" + settings.host() + ":" + http.port();
    }

    @Override
    public void close() {
        http.stop();
        groups.forEach(RouteGroup::close);
    }
}
