package dev.driftline.serving.routes;

import dev.driftline.metrics.ServiceMetrics;
import dev.driftline.serving.http.HeadRequests;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;

/** {@code GET /metrics}: what Prometheus scrapes; and how long every other answer takes, by its route. */
final class MetricsRoutes implements RouteGroup {

    private static final String STARTED = "driftline.metrics.started";

    /** What no route has: everybody may ask for any path, and a series for each would be without bound. */
    private static final String NO_ROUTE = "none";

    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");

    private final ServiceMetrics metrics;

    /** @param metrics closed with the routes */
    MetricsRoutes(ServiceMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.before(context -> context.attribute(STARTED, System.nanoTime()));
        routes.after(this::measure);
        routes.get("/metrics", this::scrape);
    }

    private void scrape(Context context) throws IOException {
        RequestArguments.none(context);
        String accept = context.header("Accept");
        ByteArrayOutputStream text = new ByteArrayOutputStream(1 << 16);
        metrics.write(accept, text);
        context.contentType(metrics.contentType(accept)).result(text.toByteArray());
    }

    private void measure(Context context) {
        Long started = context.attribute(STARTED);
        if (started == null) {
            return;
        }
        Endpoint matched = context.endpoints().matchedHttpEndpoint();
        String method = HeadRequests.method(context);
        metrics.answered(
                METHODS.contains(method) ? method : "other",
                matched == null ? NO_ROUTE : matched.path,
                context.statusCode(),
                System.nanoTime() - started);
    }

    @Override
    public void close() {
        metrics.close();
    }
}
