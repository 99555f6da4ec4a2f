package dev.driftline.serving.routes;

import static dev.driftline.serving.http.JsonFields.fields;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.generation.Constraints;
import dev.driftline.generation.Sampling;
import dev.driftline.generation.TextGenerator;
import dev.driftline.generation.TextModel;
import dev.driftline.generation.TextRequest;
import dev.driftline.serving.http.EventStream;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.http.RequestArguments;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.TextQueries;
import dev.driftline.serving.query.WatchedText;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Text written by the model: drawn, or found by beam search. {@code GET /v1/generate?prompt=…&sentences=3}, or the same as a JSON
 * object in a POST.
 *
 * <p>With {@code Accept: text/event-stream} each word is an event as soon as it is drawn, {@code data: {"word": …, "sentence": 0}},
 * and {@code event: done} is the last. A client that goes away, or does not read, ends the work.
 */
final class GenerateRoutes implements RouteGroup {

    private static final Logger LOG = LoggerFactory.getLogger(GenerateRoutes.class);

    private static final String EVENTS = "text/event-stream";
    private static final int MOST_SENTENCES = 100;
    private static final int MOST_WORDS = 1000;
    private static final int MOST_BEAM = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TextQueries texts;
    private final ProblemResponses problems;
    private final RequestPool work;

    GenerateRoutes(TextQueries texts, ProblemResponses problems, RequestPool work) {
        this.problems = problems;
        this.texts = texts;
        this.work = work;
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
                "network_weight");
        TextRequest request = request(arguments);
        TextModel model = texts.text(
                arguments.text("model").orElse(null),
                arguments.has("network_weight") ? Optional.of(arguments.real("network_weight", 0)) : Optional.empty(),
                request.sampling().topK());
        String accept = context.header("Accept");
        if (accept != null && accept.contains(EVENTS)) {
            stream(context, request, model);
        } else {
            work.answer(context, () -> json(request, request.write(new WatchedText(model, () -> true))));
        }
    }

    private static TextRequest request(RequestArguments arguments) {
        int sentences = arguments.whole("sentences", 1, 1, MOST_SENTENCES);
        int beam = arguments.whole("beam", 0, 0, MOST_BEAM);
        TextRequest request = new TextRequest(
                arguments.words("prompt"),
                sentences,
                arguments.whole("words", 50, 1, MOST_WORDS),
                new Sampling(
                        arguments.real("temperature", 1),
                        arguments.whole("top_k", 0, 0, MOST_WORDS),
                        arguments.real("top_p", 1)),
                new Constraints(
                        arguments.words("must"),
                        Set.copyOf(arguments.words("must_not")),
                        arguments.whole("max_repeats", 0, 0, MOST_WORDS)),
                beam == 0 ? 0 : Math.max(beam, sentences),
                arguments.real("length_normalisation", TextRequest.LENGTH_NORMALISATION),
                arguments.whole("seed", 1, Integer.MIN_VALUE, Integer.MAX_VALUE));
        if (beam == 0 && !request.constraints().must().isEmpty()) {
            throw new IllegalArgumentException("words that must come need beam search: set beam");
        }
        return request;
    }

    private static Map<String, Object> json(TextRequest request, List<TextRequest.Continuation> written) {
        Map<String, Object> answer = fields(
                "prompt",
                request.prompt(),
                "sentences",
                written.stream().map(TextRequest.Continuation::words).toList());
        if (request.beam() > 0) {
            answer.put(
                    "bits",
                    written.stream()
                            .mapToDouble(found -> found.bits().orElseThrow())
                            .boxed()
                            .toList());
        }
        return answer;
    }

    // ---- as a stream

    private void stream(Context context, TextRequest request, TextModel model) {
        CompletableFuture<EventStream> opened = new CompletableFuture<>();
        // First, so that one question too many is still refused with its status.
        CompletableFuture<Boolean> writing = work.submit(() -> {
            EventStream stream = opened.get();
            return write(request, new WatchedText(model, () -> !stream.isOver()), stream);
        });
        EventStream.open(context, stream -> {
            opened.complete(stream);
            writing.whenComplete((done, failure) -> end(stream, failure));
        });
    }

    private static boolean write(TextRequest request, TextModel model, EventStream stream) {
        if (request.beam() > 0) {
            // The client may go away while nothing is sent: it is looked after at each word that the search looks at.
            int sentence = 0;
            for (TextRequest.Continuation found : request.write(new WatchedText(model, stream::ping))) {
                for (String word : found.words()) {
                    stream.send("", line(fields("word", word, "sentence", sentence)));
                }
                sentence++;
            }
            return true;
        }
        TextGenerator generator = new TextGenerator(model, request.sampling(), request.constraints(), request.seed());
        for (int i = 0; i < request.sentences(); i++) {
            int sentence = i;
            generator.sentence(
                    request.prompt(),
                    request.words(),
                    word -> stream.send("", line(fields("word", word, "sentence", sentence))));
            if (stream.isOver()) {
                throw new CancellationException("the client has gone");
            }
        }
        return true;
    }

    private void end(EventStream stream, Throwable failureOrNull) {
        Throwable failure = failureOrNull instanceof CompletionException wrapped ? wrapped.getCause() : failureOrNull;
        if (failure == null) {
            stream.send("done", "{}");
        } else if (failure instanceof CancellationException) {
            LOG.debug("A client went away before its text was written");
        } else {
            stream.send("error", line(problems.of(failure).members()));
        }
        stream.close();
    }

    private static String line(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + value, e);
        }
    }
}
