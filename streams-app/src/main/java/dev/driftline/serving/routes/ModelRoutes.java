package dev.driftline.serving.routes;

import static dev.driftline.serving.http.JsonFields.fields;

import dev.driftline.neural.Pooling;
import dev.driftline.serving.http.RequestArguments;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.CountQueries;
import dev.driftline.serving.query.NetworkQueries;
import dev.driftline.serving.query.TextQueries;
import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Questions to the model.
 *
 * <pre>
 * GET /v1/counts?ngram=students+opened+their         raw count, whichever instance has it
 * GET /v1/next?context=students+opened+their&amp;k=10    the most probable next words
 * GET /v1/encode?text=…&amp;pooling=mean                 a document's vector; POST with the same in JSON
 * </pre>
 *
 * <p>{@code model=ngram|network|mixture} says which model is asked for words and text; {@code </s>} in a text ends a
 * sentence.
 */
final class ModelRoutes implements RouteGroup {

    private static final int MOST_WORDS = 1000;

    private final CountQueries questions;
    private final NetworkQueries network;
    private final TextQueries texts;
    private final RequestDocuments documents;
    private final RequestPool work;

    ModelRoutes(
            CountQueries questions,
            NetworkQueries network,
            TextQueries texts,
            RequestDocuments documents,
            RequestPool work) {
        this.documents = documents;
        this.work = work;
        this.questions = questions;
        this.network = network;
        this.texts = texts;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/counts", this::counts);
        routes.get("/v1/next", this::next);
        routes.get("/v1/encode", this::encode);
        routes.post("/v1/encode", this::encode);
    }

    private void counts(Context context) {
        List<String> ngram = RequestArguments.of(context, "ngram").words("ngram");
        work.answer(context, () -> fields("ngram", ngram, "count", questions.rawCount(ngram)));
    }

    private void next(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "context", "k", "model", "network_weight");
        List<String> words = arguments.words("context");
        documents.check(words.size());
        int k = arguments.whole("k", 10, 1, MOST_WORDS);
        String model = arguments.text("model").orElse(null);
        Optional<Double> weight =
                arguments.has("network_weight") ? Optional.of(arguments.real("network_weight", 0)) : Optional.empty();
        work.answer(context, () -> fields("context", words, "next", texts.next(model, weight, words, k)));
    }

    private void encode(Context context) {
        RequestArguments arguments = RequestArguments.of(context, "text", "pooling");
        Pooling pooling = Pooling.named(arguments.text("pooling").orElse(null));
        List<List<String>> sentences = new ArrayList<>(documents.open(arguments.words("text")));
        if (sentences.get(sentences.size() - 1).isEmpty()) {
            sentences.remove(sentences.size() - 1);
        }
        if (sentences.isEmpty()) {
            throw new BadRequestResponse("text is missing: what is to be encoded, its words separated by spaces");
        }
        documents.check(
                sentences.stream().mapToInt(sentence -> sentence.size() + 1).sum());
        work.answer(context, () -> {
            NetworkQueries.Encoded encoded = network.encode(sentences, pooling);
            return fields(
                    "snapshot_version",
                    encoded.snapshot(),
                    "pooling",
                    pooling.name().toLowerCase(Locale.ROOT),
                    "vector",
                    encoded.vector());
        });
    }

    @Override
    public void close() {
        work.close();
    }
}
