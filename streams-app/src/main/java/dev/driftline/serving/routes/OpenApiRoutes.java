package dev.driftline.serving.routes;

import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code GET /openapi.json}: what there is to ask, as OpenAPI 3.1. A test holds it against the routes and their answers. */
final class OpenApiRoutes implements RouteGroup {

    static final String RESOURCE = "openapi.json";

    private final byte[] document;

    OpenApiRoutes() {
        try (InputStream in = OpenApiRoutes.class.getResourceAsStream(RESOURCE)) {
            document = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(
                "/openapi.json",
                context -> {
                    RequestArguments.none(context);
                    context.contentType("application/json").result(document);
                },
                Access.OPEN);
    }
}
