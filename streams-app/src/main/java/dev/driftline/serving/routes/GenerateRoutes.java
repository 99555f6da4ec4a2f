package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;

import dev.driftline.generation.Constraints;
import dev.driftline.generation.FreshSeed;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextRequest;
import dev.driftline.serving.http.ProblemException;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.DirectQueries;
import dev.driftline.serving.query.NextWordsQuery;
import dev.driftline.serving.query.TextAnswer;
import dev.driftline.serving.query.TextQuery;
import dev.driftline.text.Detokenizer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Text written by the model: drawn, or found by beam search. {@code GET /v1/generate?prompt=…&sentences=3}, or the same as a JSON
 * object in a POST.
 *
 * <p>With {@code Accept: text/event-stream} each word is an event as soon as it is drawn, {@code data: {"word": …, "text": …, "sentence": 0}},
 * and {@code event: done} is the last. A client that goes away, or does not read, ends the work.
 */
final class GenerateRoutes implements RouteGroup {

    private static final String EVENTS = "text/event-stream";
    private static final int MOST_SENTENCES = 100;
    private static final int MOST_WORDS = 1000;
    private static final int MOST_BEAM = 100;
    private static final double MOST_TEMPERATURE = 100;
    private static final double MOST_NORMALISATION = 2;

    private final DirectQueries queries;
    private final RequestDocuments documents;
    private final ProblemResponses problems;
    private final RequestPool pool;

    GenerateRoutes(DirectQueries queries, RequestDocuments documents, ProblemResponses problems, RequestPool pool) {
        this.problems = problems;
        this.queries = queries;
        this.documents = documents;
        this.pool = pool;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/generate", this::generate);
        routes.post("/v1/generate", this::generate);
    }

    private void generate(Context context) {
        RequestArguments arguments = RequestArguments.of(
                context,
                "prompt",
                "prefix",
                "ignore_case",
                "tokenizer",
                "language",
                "sentences",
                "words",
                "temperature",
                "top_k",
                "top_p",
                "beam",
                "length_normalisation",
                "must",
                "must_not",
                "max_repeats",
                "seed",
                "model",
                "network_weight",
                "source");
        RequestDocuments.Typed typed = documents.typed(arguments, "prompt", false);
        TextRequest request = request(arguments, typed);
        Detokenizer joining = typed.joining();
        TextQuery query = new TextQuery(request, ModelJson.choice(arguments), arguments.text("source"));
        String accept = context.header("Accept");
        if (accept != null && accept.contains(EVENTS)) {
            new TextStream(request, queries.text(query), joining, problems).answer(context, pool);
        } else {
            pool.answer(context, () -> json(request, queries.generate(query), joining));
        }
    }

    private TextRequest request(RequestArguments arguments, RequestDocuments.Typed typed) {
        int sentences = arguments.whole("sentences", 1, 1, MOST_SENTENCES);
        int words = arguments.whole("words", 50, 1, MOST_WORDS);
        int beam = arguments.whole("beam", 0, 0, MOST_BEAM);
        double temperature = arguments.real("temperature", 1, 0, MOST_TEMPERATURE);
        double topP = arguments.real("top_p", 1, 0, 1);
        if (topP == 0) {
            throw ProblemException.cannotHonour(
                    "top_p=0 leaves no word to draw: give a number above 0, up to 1, which draws from all");
        }
        Constraints constraints = new Constraints(
                documents.words(arguments, "must"),
                Set.copyOf(documents.words(arguments, "must_not")),
                arguments.whole("max_repeats", 0, 0, MOST_WORDS));
        documents.refuseLanguageOfTokens(arguments, arguments.givenIn("prompt", "prefix", "must", "must_not"));
        int topK = arguments.whole("top_k", 0, 0, MOST_WORDS);
        if (beam > 0) {
            checkSearch(arguments, sentences, words, beam, constraints);
        } else {
            checkDrawing(arguments, temperature, topK);
        }
        return new TextRequest(
                NextWordsQuery.flat(typed.sentences()),
                sentences,
                words,
                new Sampling(temperature, topK, topP),
                constraints,
                beam,
                arguments.real("length_normalisation", TextRequest.LENGTH_NORMALISATION, 0, MOST_NORMALISATION),
                typed.prefix(),
                seed(arguments));
    }

    private static void checkSearch(
            RequestArguments arguments, int sentences, int words, int beam, Constraints constraints) {
        for (String drawing : List.of("temperature", "top_k", "top_p", "seed")) {
            arguments.refuse(
                    drawing, "has no effect with a beam, which searches and draws nothing: leave one of them out");
        }
        if (beam < sentences) {
            throw ProblemException.cannotHonour("beam=" + beam + " finds at most " + beam + " sentences, and sentences="
                    + sentences + ": widen the beam, or ask for fewer");
        }
        if (constraints.must().size() > words) {
            throw ProblemException.cannotHonour("must has " + constraints.must().size()
                    + " words, which cannot come in words=" + words + ": allow more words");
        }
    }

    private static void checkDrawing(RequestArguments arguments, double temperature, int topK) {
        arguments.refuse("must", "needs beam search, since words are drawn without looking ahead: set beam");
        arguments.refuse("length_normalisation", "has no effect without a beam: set beam, or leave it out");
        if (temperature == 0) {
            for (String drawing : List.of("top_k", "top_p", "seed")) {
                arguments.refuse(
                        drawing,
                        "has no effect with temperature=0, which always takes the most probable word: leave one of them"
                                + " out");
            }
        } else if (topK == 1) {
            for (String drawing : List.of("temperature", "top_p", "seed")) {
                arguments.refuse(
                        drawing,
                        "has no effect with top_k=1, which always takes the most probable word: leave one of them out");
            }
        }
    }

    /** The one given, else a fresh one, which the answer tells. */
    private static int seed(RequestArguments arguments) {
        return arguments.has("seed")
                ? arguments.whole("seed", 0, Integer.MIN_VALUE, Integer.MAX_VALUE)
                : FreshSeed.draw();
    }

    private static Map<String, Object> json(TextRequest request, TextAnswer answer, Detokenizer joining) {
        List<TextRequest.Continuation> written = answer.continuations();
        if (written.isEmpty()) {
            throw ProblemException.cannotHonour("no sentence of up to " + request.words()
                    + " words that the beam found keeps to must, must_not and max_repeats: widen the beam, allow more"
                    + " words, or require less");
        }
        Map<String, Object> json = fields(
                "prompt",
                request.prompt(),
                "sentences",
                written.stream().map(TextRequest.Continuation::words).toList(),
                "texts",
                written.stream()
                        .map(found -> joining.copy().read(List.of(found.words())))
                        .toList());
        if (request.beam() > 0) {
            json.put(
                    "bits",
                    written.stream()
                            .mapToDouble(found -> found.bits().orElseThrow())
                            .boxed()
                            .toList());
        }
        json.put("drawn_from", answer.drawnFrom());
        if (request.isDrawn()) {
            json.put("seed", request.seed());
        }
        return json;
    }
}
