package dev.driftline.serving;

import static dev.driftline.serving.Parameters.words;

import dev.driftline.topology.LiveShards;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;

/** What instances ask each other: {@code POST /v1/shards/N} and {@code GET /v1/shards/N/count}. */
final class InstanceRoutes implements RouteGroup {

    private final LiveShards live;
    private final int shards;

    InstanceRoutes(LiveShards live, int shards) {
        this.live = live;
        this.shards = shards;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post(
                "/v1/shards/{shard}",
                context -> context.result(live.ask(shard(context), scorer -> scorer.peek(context.bodyAsBytes()))
                        .orElseThrow(() -> notHere(context))),
                Access.OPERATE);
        routes.get(
                "/v1/shards/{shard}/count",
                context -> context.result(Long.toString(
                        live.ask(shard(context), scorer -> scorer.rawCount(words(context, "ngram")))
                                .orElseThrow(() -> notHere(context)))),
                Access.OPERATE);
    }

    private int shard(Context context) {
        int shard = context.pathParamAsClass("shard", Integer.class).get();
        if (shard < 0 || shard >= shards) {
            throw new BadRequestResponse("shard " + shard + " is not between 0 and " + (shards - 1));
        }
        return shard;
    }

    private static ShardUnavailableException notHere(Context context) {
        return new ShardUnavailableException("shard " + context.pathParam("shard") + " is not on this instance");
    }
}
