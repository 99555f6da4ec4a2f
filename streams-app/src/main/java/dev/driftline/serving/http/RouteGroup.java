package dev.driftline.serving.http;

import dev.driftline.serving.routes.ModelServer;
import io.javalin.config.RoutesConfig;

/** Routes that belong together. {@link ModelServer} composes them; a route without an {@link Access} needs READ. */
public interface RouteGroup extends AutoCloseable {

    /** Registers the routes. Called once, before the server listens. */
    void addTo(RoutesConfig routes);

    /** Lets go of what the routes need. Called once, after the server has stopped. */
    @Override
    default void close() {}
}
