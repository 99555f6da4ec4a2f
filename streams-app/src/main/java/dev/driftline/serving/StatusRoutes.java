package dev.driftline.serving;

import static dev.driftline.serving.Parameters.fields;

import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.topology.DriftlineService;
import dev.driftline.training.TrainerProgress;
import io.javalin.config.RoutesConfig;
import java.util.Map;

/** {@code GET /v1/status}: what this instance is doing. */
final class StatusRoutes implements RouteGroup {

    private final DriftlineService service;

    StatusRoutes(DriftlineService service) {
        this.service = service;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/status", context -> context.json(status(service)));
    }

    private static Map<String, Object> status(DriftlineService service) {
        Map<String, Object> status = fields(
                "state",
                service.state().map(Enum::name).orElse("NOT_STARTED"),
                "shards",
                service.shards().numbers(),
                "pending_documents",
                service.progress().pendingByPartition(),
                "documents_scored",
                service.progress().documentsScored(),
                "tokens_scored",
                service.progress().tokensScored());
        service.snapshots().ifPresent(snapshots -> {
            status.put(
                    "snapshot",
                    service.activeSnapshot().get().map(Snapshot::version).orElse(null));
            status.put("trainer", trainer(service.trainerProgress()));
        });
        return status;
    }

    private static Map<String, Object> trainer(TrainerProgress trainer) {
        return fields(
                "activity",
                trainer.activity().name(),
                "buffered_tokens",
                trainer.bufferedTokens(),
                "tokens_taught",
                trainer.tokensTaught(),
                "rounds",
                trainer.rounds(),
                "promotions",
                trainer.promotions(),
                "rejections",
                trainer.rejections(),
                "rollbacks",
                trainer.rollbacks(),
                "failures",
                trainer.failures(),
                "last_round",
                trainer.lastRound().map(Round::describe).orElse(null));
    }
}
