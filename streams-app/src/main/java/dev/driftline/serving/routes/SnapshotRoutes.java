package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.network.snapshots.PublishedSnapshot;
import dev.driftline.network.snapshots.SnapshotFollower;
import dev.driftline.network.snapshots.SnapshotSwitch;
import dev.driftline.neural.Architecture;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * The versions of the network: {@code GET /v1/snapshots}, {@code POST /v1/snapshots/{version}/promote} and {@code POST
 * /v1/snapshots/rollback}, the same as {@code driftline snapshots}.
 */
final class SnapshotRoutes implements RouteGroup {

    private final DriftlineConfig config;
    private final DriftlineService service;
    private final RequestPool work;

    SnapshotRoutes(DriftlineConfig config, DriftlineService service, RequestPool work) {
        this.config = config;
        this.service = service;
        this.work = work;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/snapshots", this::list, Access.READ);
        routes.post("/v1/snapshots/{version}/promote", this::promote, Access.OPERATE);
        routes.post("/v1/snapshots/rollback", this::rollBack, Access.OPERATE);
    }

    private void list(Context context) {
        RequestArguments.of(context);
        List<PublishedSnapshot> all =
                service.snapshots().map(SnapshotFollower::list).orElse(List.of());
        String active = service.snapshots().flatMap(SnapshotFollower::pointer).orElse(null);
        context.json(fields(
                "active",
                active,
                "snapshots",
                all.stream().map(SnapshotRoutes::json).toList()));
    }

    private static Map<String, Object> json(PublishedSnapshot snapshot) {
        SnapshotManifest manifest = snapshot.description().manifest();
        Architecture architecture = snapshot.description().architecture();
        return fields(
                "version",
                snapshot.version(),
                "parent",
                manifest.parent(),
                "active",
                snapshot.active(),
                "problem",
                snapshot.problem().orElse(null),
                "model",
                architecture.cell().label(),
                "words",
                snapshot.description().vocabularySize(),
                "bytes",
                snapshot.bytes(),
                "published_at",
                snapshot.publishedAt().toString(),
                "metrics",
                manifest.metrics(),
                "data",
                manifest.data(),
                "text",
                text(manifest.text()));
    }

    private static Map<String, Object> text(SeenText text) {
        return fields(
                "known",
                text.known(),
                "ranges",
                text.ranges().entrySet().stream()
                        .map(each -> fields(
                                "topic",
                                each.getKey().topic(),
                                "partition",
                                each.getKey().partition(),
                                "from",
                                each.getValue().from(),
                                "to",
                                each.getValue().to(),
                                "taken_out",
                                each.getValue().takenOut()))
                        .toList());
    }

    private void promote(Context context) {
        Optional<String> reason = RequestArguments.of(context, "reason").text("reason");
        String version = context.pathParam("version");
        choose(context, () -> chooser().promote(version, reason));
    }

    private void rollBack(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "version", "reason");
        Optional<String> version = arguments.text("version");
        Optional<String> reason = arguments.text("reason");
        choose(context, () -> chooser().rollBack(version, reason));
    }

    private SnapshotSwitch chooser() {
        SnapshotFollower follower = service.snapshots()
                .orElseThrow(() -> new NotFoundResponse(
                        "this service has no network: neural.model=none, or it is still starting"));
        return new SnapshotSwitch(config, follower.catalog());
    }

    private void choose(Context context, Callable<SnapshotSwitch.Outcome> choice) {
        work.answer(context, () -> {
            SnapshotSwitch.Outcome outcome = choice.call();
            return fields(
                    "active",
                    outcome.active().version(),
                    "before",
                    outcome.before().orElse(null),
                    "moved",
                    outcome.moved());
        });
    }
}
