package dev.driftline.serving.routes.copies;

import static dev.driftline.serving.http.request.JsonFields.fields;

import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.serving.query.instances.ShardAccess;
import dev.driftline.serving.query.instances.ShardCopyAnswer;
import dev.driftline.shards.ShardCopies;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Copies of all shards, wherever they are, each as of its last commit: {@code POST /v1/copies} makes them, {@code GET
 * /v1/copies/{shard}/{copy}/{file}} reads a part of a file, {@code DELETE /v1/copies/{shard}/{copy}} ends one. For
 * {@code driftline export --instance}, which puts the files into a folder and reads that as the state of a stopped service.
 */
public final class CopyRoutes implements RouteGroup {

    /** The most bytes of a file in one answer of an instance to another. */
    public static final int PART_BYTES = 1 << 20;

    private final ShardAccess access;
    private final int shards;
    private final int partBytes;
    private final RequestPool pool;

    /**
     * @param shards how many there are
     * @param partBytes the most bytes of a file in one answer
     */
    public CopyRoutes(ShardAccess access, int shards, int partBytes, RequestPool pool) {
        this.access = access;
        this.shards = shards;
        this.partBytes = partBytes;
        this.pool = pool;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/v1/copies", this::make, Access.READ);
        routes.get("/v1/copies/{shard}/{copy}/{file}", this::read, Access.READ);
        routes.delete("/v1/copies/{shard}/{copy}", this::release, Access.READ);
    }

    private void make(Context context) {
        RequestArguments.of(context);
        pool.answer(context, () -> {
            List<InstanceQuery> queries = IntStream.range(0, shards)
                    .mapToObj(shard -> (InstanceQuery) new InstanceQuery.MakeCopy(shard))
                    .toList();
            List<Object> copies = new ArrayList<>();
            for (byte[] answer : access.ask(queries)) {
                copies.add(json(ShardCopyAnswer.decode(answer)));
            }
            return fields("copies", copies);
        });
    }

    private static Map<String, Object> json(ShardCopies.Copy copy) {
        List<Object> files = new ArrayList<>();
        copy.files().forEach((name, bytes) -> files.add(fields("name", name, "bytes", bytes)));
        return fields("shard", copy.shard(), "copy", Long.toString(copy.number()), "files", files);
    }

    private void read(Context context) {
        long from = RequestArguments.of(context, "from").whole("from", 0L, 0L, Long.MAX_VALUE);
        InstanceQuery query =
                new InstanceQuery.ReadCopy(shard(context), copy(context), context.pathParam("file"), from, partBytes);
        context.future(() -> pool.submit(() -> access.ask(List.of(query)).get(0))
                .thenAccept(answer -> {
                    byte[] part = ShardCopyAnswer.part(answer).orElseThrow(CopyRoutes::gone);
                    context.contentType("application/octet-stream").result(part);
                }));
    }

    private void release(Context context) {
        RequestArguments.of(context);
        InstanceQuery query = new InstanceQuery.ReleaseCopy(shard(context), copy(context));
        context.status(204);
        context.future(() -> pool.submit(() -> access.ask(List.of(query))).thenAccept(answer -> {}));
    }

    private int shard(Context context) {
        long shard = number(context, "shard");
        if (shard >= shards) {
            throw gone();
        }
        return (int) shard;
    }

    private static long copy(Context context) {
        return number(context, "copy");
    }

    private static long number(Context context, String name) {
        String text = context.pathParam(name);
        if (!text.matches("[0-9]{1,18}")) {
            throw gone();
        }
        return Long.parseLong(text);
    }

    private static NotFoundResponse gone() {
        return new NotFoundResponse("there is no such file of a copy: it was not read for " + ShardCopies.IDLE_MINUTES
                + " minutes, or its shard has moved; make another one");
    }
}
