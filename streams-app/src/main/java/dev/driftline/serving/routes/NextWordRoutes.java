package dev.driftline.serving.routes;

import static dev.driftline.serving.http.JsonFields.fields;
import static dev.driftline.serving.routes.ModelJson.words;

import dev.driftline.mixture.PredictedWord;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.serving.http.RequestArguments;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.ModelQueries;
import dev.driftline.serving.query.NextWordsAnswer;
import dev.driftline.serving.query.NextWordsQuery;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/**
 * The most probable next words.
 *
 * <pre>
 * POST /v1/predict  {"text": …, "k": 10, "source": …}, and GET with a query
 * GET  /v1/next?context=students+opened+their&amp;k=10    the same
 * </pre>
 *
 * <p>{@code model=ngram|network|mixture} names the model, by default the mixture; with {@code network_weight} a linear blend of
 * counts and network answers. {@code </s>} in a context ends a sentence.
 */
final class NextWordRoutes implements RouteGroup {

    private static final int MOST_WORDS = 1000;

    private final ModelQueries queries;
    private final RequestDocuments documents;
    private final RequestPool pool;

    NextWordRoutes(ModelQueries queries, RequestDocuments documents, RequestPool pool) {
        this.queries = queries;
        this.documents = documents;
        this.pool = pool;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/v1/predict", this::predict);
        routes.get("/v1/predict", this::predict);
        routes.get("/v1/next", this::next);
    }

    private void predict(Context context) {
        answer(
                context,
                RequestArguments.of(context, "context", "text", "tokenizer", "language", "k", "model", "source"));
    }

    private void next(Context context) {
        answer(context, RequestArguments.of(context, "context", "k", "model", "network_weight", "source"));
    }

    private void answer(Context context, RequestArguments arguments) {
        int k = arguments.whole("k", 10, 1, MOST_WORDS);
        arguments.refuseBoth("context", "text");
        if (!arguments.has("text")) {
            RequestDocuments.refuseTokenizer(arguments, "context is words already, and only text is split");
        }
        List<List<String>> sentences = arguments
                .text("text")
                .map(text -> documents.sentences(text, arguments))
                .orElseGet(() -> documents.open(arguments.words("context")));
        documents.check(
                sentences.stream().mapToInt(sentence -> sentence.size() + 1).sum());
        NextWordsQuery query = new NextWordsQuery(sentences, ModelJson.choice(arguments), arguments.text("source"), k);
        pool.answer(context, () -> {
            NextWordsAnswer answer = queries.next(query);
            return fields(
                    "context",
                    query.openSentence(),
                    "model",
                    answer.model(),
                    "next",
                    words(answer.words()),
                    "unknown",
                    words(List.of(new PredictedWord(DocumentTokens.UNKNOWN_WORD, answer.unknown())))
                            .get(0),
                    "rest",
                    answer.rest());
        });
    }
}
