package dev.driftline.serving.routes;

import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.RequestArguments;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.instances.InstanceAnswers;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.serving.query.instances.ServiceShards;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;

/**
 * What instances ask each other: {@code POST /v1/instance/ask}. It only reads, but its queries are not checked like those of a
 * stranger, so it needs the token of instances. It has threads of its own: two instances whose threads all wait for each other's would wait for ever.
 */
final class InstanceRoutes implements RouteGroup {

    private final InstanceAnswers answers;
    private final int shards;
    private final RequestPool work;

    InstanceRoutes(InstanceAnswers answers, int shards, RequestPool work) {
        this.answers = answers;
        this.shards = shards;
        this.work = work;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post(ServiceShards.PATH, this::ask, Access.INSTANCE);
    }

    private void ask(Context context) {
        RequestArguments.none(context);
        List<InstanceQuery> queries = decode(context);
        context.future(() -> work.submit(() -> answers.answer(queries)).thenAccept(found -> answer(context, found)));
    }

    private List<InstanceQuery> decode(Context context) {
        try {
            List<InstanceQuery> queries = InstanceQuery.decode(context.bodyAsBytes());
            queries.forEach(this::check);
            return queries;
        } catch (IllegalArgumentException e) {
            throw new BadRequestResponse(String.valueOf(e.getMessage()));
        }
    }

    private static void answer(Context context, List<Optional<byte[]>> found) {
        context.contentType("application/octet-stream").result(InstanceAnswers.encode(found));
    }

    private void check(InstanceQuery query) {
        int shard = query instanceof InstanceQuery.Peek peek
                ? peek.shard()
                : query instanceof InstanceQuery.Count count ? count.shard() : 0;
        if (shard < 0 || shard >= shards) {
            throw new IllegalArgumentException("shard " + shard + " is not between 0 and " + (shards - 1));
        }
    }

    @Override
    public void close() {
        work.close();
    }
}
