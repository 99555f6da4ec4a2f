package dev.driftline.serving;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.Keys;
import dev.driftline.live.LiveFeed;
import dev.driftline.topology.DriftlineService;
import dev.driftline.topology.TopologySettings;
import io.javalin.Javalin;
import java.util.List;

/**
 * The HTTP endpoint of an instance: the groups of routes, one class each.
 *
 * <p>Answers 503 with {@code Retry-After} while a shard that is needed is nowhere, and never from half of the model. What
 * goes wrong is told as {@link Problem}.
 */
public final class ModelServer implements AutoCloseable {

    private final Javalin http;
    private final String host;
    private final List<RouteGroup> groups;

    private ModelServer(Javalin http, String host, List<RouteGroup> groups) {
        this.http = http;
        this.host = host;
        this.groups = groups;
    }

    /**
     * Starts listening where {@code config} says. Questions are answered once {@code service} has started.
     *
     * @throws io.javalin.util.JavalinBindException if the port is taken
     */
    public static ModelServer start(DriftlineConfig config, DriftlineService service) {
        String host = config.get(Keys.HTTP_HOST);
        List<RouteGroup> groups = groups(config, service);
        Javalin http = Javalin.create(javalin -> {
                    javalin.startup.showJavalinBanner = false;
                    javalin.http.prefer405over404 = true;
                    groups.forEach(group -> group.addTo(javalin.routes));
                })
                .start(host, config.get(Keys.HTTP_PORT));
        return new ModelServer(http, host, groups);
    }

    private static List<RouteGroup> groups(DriftlineConfig config, DriftlineService service) {
        TopologySettings settings = DriftlineService.settings(config);
        ModelQuestions questions = new ModelQuestions(settings.model(), settings.shards(), new ServiceShards(service));
        NetworkQuestions network = new NetworkQuestions(service.activeSnapshot());
        TextQuestions texts = new TextQuestions(questions, network, service.progress());
        return List.of(
                new ProblemResponses(),
                new QuestionRoutes(questions, network, texts),
                new StatusRoutes(service),
                new LiveRoutes(new LiveFeed(config)),
                new DashboardRoutes(),
                new InstanceRoutes(service.shards(), settings.shards()));
    }

    /** The port it listens on. */
    public int port() {
        return http.port();
    }

    /** Where it answers. */
    public String address() {
        return "http://" + host + ":" + http.port();
    }

    @Override
    public void close() {
        http.stop();
        groups.forEach(RouteGroup::close);
    }
}
