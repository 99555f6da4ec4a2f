package dev.driftline.serving.http;

import io.javalin.Javalin;
import io.javalin.http.HandlerType;
import io.javalin.router.ParsedEndpoint;
import io.javalin.security.Roles;
import io.javalin.util.JavalinBindException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** A server that listens, with its groups of routes. Thread-safe. */
public final class HttpEndpoint implements AutoCloseable {

    private final Javalin http;
    private final HttpSettings settings;
    private final List<RouteGroup> groups;

    private HttpEndpoint(Javalin http, HttpSettings settings, List<RouteGroup> groups) {
        this.http = http;
        this.settings = settings;
        this.groups = groups;
    }

    /**
     * Starts listening.
     *
     * @param groups the routes, closed with the server, also if it does not start
     * @throws JavalinBindException if the port is taken
     */
    public static HttpEndpoint start(HttpSettings settings, List<RouteGroup> groups) {
        AtomicReference<HttpEndpoint> started = new AtomicReference<>();
        HttpEndpoint endpoint = start(
                settings,
                groups,
                bodies(settings, taken -> {}),
                () -> Objects.requireNonNull(started.get(), "asked before the start")
                        .advertised());
        started.set(endpoint);
        return endpoint;
    }

    /**
     * The heap that the bodies of requests may take.
     *
     * @param told how many bytes they take, whenever that changes; one thread at a time
     */
    public static BodyBytes bodies(HttpSettings settings, LongConsumer told) {
        return new BodyBytes(settings.limits().bodiesBytes(), told);
    }

    /**
     * As {@link #start(HttpSettings, List)}.
     *
     * @param self {@code host:port} under which the other instances know this one
     */
    public static HttpEndpoint start(
            HttpSettings settings, List<RouteGroup> groups, BodyBytes bodies, Supplier<String> self) {
        AtomicReference<Javalin> router = new AtomicReference<>();
        Door door = new Door(
                settings,
                (method, path) -> access(Objects.requireNonNull(router.get(), "asked before the start"), method, path),
                self);
        Javalin http = Javalin.create(javalin -> {
            javalin.startup.showJavalinBanner = false;
            javalin.http.prefer405over404 = true;
            // The door and the handler behind it have their own limits.
            javalin.http.maxRequestSize = settings.limits().bodiesBytes();
            JettySetup.on(javalin.jetty, settings, door, bodies);
            javalin.routes.beforeMatched(door::check);
            groups.forEach(group -> group.addTo(javalin.routes));
        });
        router.set(http);
        try {
            http.start();
        } catch (RuntimeException e) {
            http.stop();
            groups.forEach(RouteGroup::close);
            throw e;
        }
        return new HttpEndpoint(http, settings, groups);
    }

    /** Who may use a route; empty if there is none. */
    private static Optional<Access> access(Javalin http, HandlerType method, String path) {
        if (!method.isHttpMethod()) {
            return Optional.empty();
        }
        ParsedEndpoint found = http.unsafe.internalRouter.findFirstHttpHandlerEntry(method, path);
        if (found == null) {
            return Optional.empty();
        }
        Roles roles = found.endpoint.metadata(Roles.class);
        return Optional.of(Door.accessOf(roles == null ? Set.of() : roles.getRoles()));
    }

    /** Every route, {@code METHOD PATH}. */
    public List<String> routes() {
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

    /** {@code host:port} at which the other instances find it. */
    public String advertised() {
        return HttpSettings.authority(settings.advertisedHost(), http.port());
    }

    /** The URL it listens at, without a path. */
    public String address() {
        return settings.scheme() + "://" + HttpSettings.authority(settings.host(), http.port());
    }

    @Override
    public void close() {
        groups.forEach(RouteGroup::stopping);
        http.stop();
        groups.forEach(RouteGroup::close);
    }
}
