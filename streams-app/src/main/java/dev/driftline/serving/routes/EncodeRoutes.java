package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;

import dev.driftline.neural.Pooling;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.EncodedDocument;
import dev.driftline.serving.query.ModelQueries;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Locale;

/** {@code GET /v1/encode?text=…&amp;pooling=mean}: a document's vector; POST with the same in JSON. */
final class EncodeRoutes implements RouteGroup {

    private static final List<String> POOLINGS = List.of("last", "mean", "max");

    private final ModelQueries queries;
    private final RequestDocuments documents;
    private final RequestPool pool;

    EncodeRoutes(ModelQueries queries, RequestDocuments documents, RequestPool pool) {
        this.queries = queries;
        this.documents = documents;
        this.pool = pool;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/encode", this::encode);
        routes.post("/v1/encode", this::encode);
    }

    private void encode(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "text", "tokenizer", "language", "pooling");
        Pooling pooling = Pooling.named(arguments.oneOf("pooling", "mean", POOLINGS));
        List<List<String>> sentences = documents.sentences(arguments);
        pool.answer(context, () -> {
            EncodedDocument encoded = queries.encode(sentences, pooling);
            return fields(
                    "snapshot_version",
                    encoded.snapshot(),
                    "pooling",
                    pooling.name().toLowerCase(Locale.ROOT),
                    "vector",
                    encoded.vector());
        });
    }
}
