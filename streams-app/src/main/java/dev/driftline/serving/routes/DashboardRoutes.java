package dev.driftline.serving.routes;

import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.RouteGroup;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * The dashboard at {@code /}: files of the class path, sent as they are. Nothing comes from elsewhere, and its policy lets
 * nothing else in, so it works without a network and documents cannot bring scripts along.
 */
final class DashboardRoutes implements RouteGroup {

    private static final String POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'");

    private static final String OWN = "/dev/driftline/dashboard/";
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    private static final String HTML = "text/html; charset=utf-8";
    private static final String CSS = "text/css; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String SVG = "image/svg+xml";

    /**
     * @param resource where it is on the class path
     * @param type its content type
     */
    private record Asset(String resource, String type) {}

    private static final Map<String, Asset> ASSETS = Map.ofEntries(
            Map.entry("/", new Asset(OWN + "index.html", HTML)),
            Map.entry("/dashboard/style.css", new Asset(OWN + "style.css", CSS)),
            Map.entry("/dashboard/icon.svg", new Asset(OWN + "icon.svg", SVG)),
            Map.entry("/dashboard/uplot.js", new Asset(UPLOT + "uPlot.esm.js", SCRIPT)),
            Map.entry("/dashboard/uplot.css", new Asset(UPLOT + "uPlot.min.css", CSS)),
            script("main.js"),
            script("api.js"),
            script("chart.js"),
            script("documents.js"),
            script("dom.js"),
            script("drift.js"),
            script("events.js"),
            script("events-worker.js"),
            script("feed.js"),
            script("format.js"),
            script("lines.js"),
            script("playground.js"),
            script("service.js"),
            script("snapshots.js"),
            script("sources.js"),
            script("states.js"),
            script("terms.js"),
            script("words.js"));

    private static Map.Entry<String, Asset> script(String name) {
        return Map.entry("/dashboard/" + name, new Asset(OWN + name, SCRIPT));
    }

    @Override
    public void addTo(RoutesConfig routes) {
        ASSETS.forEach((path, asset) -> {
            byte[] content = read(asset.resource());
            String tag = '"' + HexFormat.of().formatHex(digest(content), 0, 16) + '"';
            routes.get(path, context -> send(context, asset.type(), content, tag), Access.OPEN);
        });
    }

    private static void send(Context context, String type, byte[] content, String tag) {
        context.header("Content-Security-Policy", POLICY);
        context.header("Referrer-Policy", "no-referrer");
        // Kept, but asked for each time: a new version of the service has a new page.
        context.header("Cache-Control", "no-cache");
        context.header("ETag", tag);
        if (tag.equals(context.header("If-None-Match"))) {
            context.status(304);
            return;
        }
        context.contentType(type).result(content);
    }

    private static byte[] read(String resource) {
        try (InputStream in = DashboardRoutes.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path: the build is incomplete");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }

    private static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
