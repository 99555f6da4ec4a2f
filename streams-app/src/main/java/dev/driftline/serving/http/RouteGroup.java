package dev.driftline.serving.http;

import dev.driftline.serving.routes.ModelServer;
import io.javalin.config.RoutesConfig;

/** Routes that belong together. {@link ModelServer} composes them; a route without an {@link Access} needs READ. */
public interface RouteGroup extends AutoCloseable {

    /** Registers the routes. Called once, before the server listens. */
    void addTo(RoutesConfig routes);

    /** The pool that several groups of routes have their requests processed by. */
    static RouteGroup pool(RequestPool pool) {
        return new RouteGroup() {
            @Override
            public void addTo(RoutesConfig routes) {}

            @Override
            public void stopping() {
                pool.refuse();
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }

    /** No routes, but something to close when the server has stopped. */
    static RouteGroup closing(Runnable close) {
        return new RouteGroup() {
            @Override
            public void addTo(RoutesConfig routes) {}

            @Override
            public void close() {
                close.run();
            }
        };
    }

    /** Answers what is under way, and refuses what comes from now on. Called once, before the server stops. */
    default void stopping() {}

    /** Lets go of what the routes need. Called once, after the server has stopped. */
    @Override
    default void close() {}
}
