package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;

import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.ModelQueries;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.List;

/** {@code GET /v1/counts?ngram=students+opened+their}: a raw count, whichever instance has it; POST with the same in JSON. */
final class CountRoutes implements RouteGroup {

    private final ModelQueries queries;
    private final RequestDocuments documents;
    private final RequestPool pool;

    CountRoutes(ModelQueries queries, RequestDocuments documents, RequestPool pool) {
        this.queries = queries;
        this.documents = documents;
        this.pool = pool;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/counts", this::count);
        routes.post("/v1/counts", this::count);
    }

    private void count(Context context) {
        List<String> ngram = documents.ngram(RequestArguments.of(context, "ngram", "tokenizer", "language"));
        if (ngram.isEmpty()) {
            throw new BadRequestResponse("there is no ngram: give a text, or a list of tokens");
        }
        pool.answer(context, () -> fields("ngram", ngram, "count", queries.count(ngram)));
    }
}
