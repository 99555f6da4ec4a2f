package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;
import static dev.driftline.serving.routes.ModelJson.words;

import dev.driftline.mixture.PredictedWord;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.ModelQueries;
import dev.driftline.serving.query.NextWordsAnswer;
import dev.driftline.serving.query.NextWordsQuery;
import dev.driftline.text.Detokenizer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/**
 * The most probable next words.
 *
 * <pre>
 * POST /v1/predict  {"text": …, "k": 10, "source": …}, and GET with a query
 * GET  /v1/next?context=students+opened+their&amp;k=10    the same
 * </pre>
 *
 * <p>With {@code prefix} the most probable words that begin with it. With {@code complete} that is the end of the text itself: the
 * answer tells it as {@code typed}, and each word's {@code text} goes in its place.
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
        routes.post("/v1/predict", this::answer);
        routes.get("/v1/predict", this::answer);
        routes.get("/v1/next", this::answer);
    }

    private void answer(Context context) {
        RequestArguments arguments = RequestArguments.of(
                context,
                "context",
                "text",
                "prefix",
                "complete",
                "ignore_case",
                "tokenizer",
                "language",
                "k",
                "model",
                "network_weight",
                "source");
        arguments.refuseBoth("context", "text");
        int k = arguments.whole("k", 10, 1, MOST_WORDS);
        String before = arguments.has("text") ? "text" : "context";
        documents.refuseLanguageOfTokens(arguments, arguments.givenIn(before, "prefix"));
        RequestDocuments.Typed typed = documents.typed(arguments, before, true);
        NextWordsQuery query = new NextWordsQuery(
                typed.sentences(), ModelJson.choice(arguments), arguments.text("source"), k, typed.prefix());
        pool.answer(context, () -> {
            NextWordsAnswer answer = queries.next(query);
            Map<String, Object> json = fields("context", query.openSentence());
            if (!query.prefix().isEmpty()) {
                json.put("prefix", query.prefix().text());
            }
            typed.typed().ifPresent(end -> json.put("typed", end));
            json.put("model", answer.model());
            json.put("next", continued(answer.words(), typed.joining()));
            json.put(
                    "unknown",
                    words(List.of(new PredictedWord(DocumentTokens.UNKNOWN_WORD, answer.unknown())))
                            .get(0));
            json.put("rest", answer.rest());
            return json;
        });
    }

    /** Each with its text, to be put after that of the request; the end of a sentence has none. */
    private static List<Map<String, Object>> continued(List<PredictedWord> next, Detokenizer joining) {
        List<Map<String, Object>> json = words(next);
        for (int i = 0; i < json.size(); i++) {
            String token = next.get(i).word();
            if (!token.equals(DocumentTokens.EOS_WORD)) {
                json.get(i).put("text", joining.copy().next(token));
            }
        }
        return json;
    }
}
