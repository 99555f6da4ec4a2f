package dev.driftline.serving.routes;

import dev.driftline.serving.http.Access;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.InstanceSecret;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.instances.InstanceAnswers;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.serving.query.instances.MessageTooLargeException;
import dev.driftline.serving.query.instances.ServiceShards;
import dev.driftline.serving.routes.copies.CopyRoutes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;

/**
 * What instances ask each other: {@code POST /v1/instance/ask}. It only reads, but its queries are not checked like those of a
 * stranger, so it needs the proof of {@link InstanceSecret}, and its answer carries one. It has threads of its own: two instances whose threads all wait for each other's would wait for ever.
 */
final class InstanceRoutes implements RouteGroup {

    /** A query may list all words of a fixed vocabulary. */
    private static final long VOCABULARY_BYTES = 16L << 20;

    private final InstanceAnswers answers;
    private final int shards;
    private final HttpSettings settings;
    private final RequestPool work;

    InstanceRoutes(InstanceAnswers answers, int shards, HttpSettings settings, RequestPool work) {
        this.settings = settings;
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
        context.future(() -> work.submit(
                        () -> answers.answer(queries, settings.limits().bodiesBytes()))
                .thenAccept(found -> answer(context, found)));
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

    private void answer(Context context, List<Optional<byte[]>> found) {
        byte[] answer = InstanceAnswers.encode(found);
        settings.secret().ifPresent(secret -> {
            String number = InstanceSecret.numberOf(String.valueOf(context.header("Authorization")));
            context.header(InstanceSecret.ANSWER_HEADER, secret.proveAnswer(number, answer));
        });
        context.contentType("application/octet-stream").result(answer);
    }

    private void check(InstanceQuery query) {
        int shard = Math.max(0, InstanceQuery.shard(query));
        if (query instanceof InstanceQuery.Peek peek && peek.request().length > mostOfAQuery()) {
            throw new MessageTooLargeException("a query of " + peek.request().length + " bytes is more than "
                    + mostOfAQuery() + ": ask for less at a time");
        }
        if (query instanceof InstanceQuery.ReadCopy read
                && (read.bytes() < 0 || read.bytes() > CopyRoutes.PART_BYTES)) {
            throw new IllegalArgumentException(
                    read.bytes() + " bytes of a file are asked for, and " + CopyRoutes.PART_BYTES + " are the most");
        }
        if (shard >= shards) {
            throw new IllegalArgumentException("shard " + shard + " is not between 0 and " + (shards - 1));
        }
    }

    /** A shard keeps room for the longest message that it was asked, many times its bytes. */
    private long mostOfAQuery() {
        return 4L * settings.limits().maxBodyBytes() + VOCABULARY_BYTES;
    }

    @Override
    public void stopping() {
        work.refuse();
    }

    @Override
    public void close() {
        work.close();
    }
}
