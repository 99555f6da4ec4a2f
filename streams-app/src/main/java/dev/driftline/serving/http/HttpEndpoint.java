package dev.driftline.serving.http;

import io.javalin.Javalin;
import io.javalin.util.JavalinBindException;
import java.util.List;

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
        Javalin http = Javalin.create(javalin -> {
            javalin.startup.showJavalinBanner = false;
            javalin.http.prefer405over404 = true;
            javalin.http.maxRequestSize = settings.maxBodyBytes();
            JettySetup.on(javalin.jetty, settings);
            groups.forEach(group -> group.addTo(javalin.routes));
        });
        try {
            http.start();
        } catch (RuntimeException e) {
            http.stop();
            groups.forEach(RouteGroup::close);
            throw e;
        }
        return new HttpEndpoint(http, settings, groups);
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
        return settings.advertisedHost() + ":" + http.port();
    }

    /** The URL it listens at, without a path. */
    public String address() {
        return settings.scheme() + "://" + settings.host() + ":" + http.port();
    }

    @Override
    public void close() {
        http.stop();
        groups.forEach(RouteGroup::close);
    }
}
