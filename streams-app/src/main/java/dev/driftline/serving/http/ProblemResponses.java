package dev.driftline.serving.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every failure of a request with a {@link Problem}, unknown routes included. Thread-safe. */
public final class ProblemResponses implements RouteGroup {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemResponses.class);

    /** Seconds after which a shard that was moving is likely to have arrived. */
    static final int RETRY_SECONDS = 2;

    static final String SEE_LOG = "the request failed; the log of the instance says why";
    private static final Pattern COMMA = Pattern.compile(",");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Function<Throwable, Optional<Problem>> domain;

    /** @param domain the problem that an exception of the application stands for; empty for one that it does not know */
    public ProblemResponses(Function<Throwable, Optional<Problem>> domain) {
        this.domain = domain;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.exception(MethodNotAllowedResponse.class, ProblemResponses::refuseMethod);
        routes.exception(HttpResponseException.class, (e, context) -> answer(context, of(e)));
        routes.exception(Exception.class, (e, context) -> {
            Problem problem = of(e);
            if (problem.status() == 500) {
                LOG.warn("{} {} failed", context.method(), context.path(), e);
            }
            answer(context, problem);
        });
    }

    /** The problem that a failure stands for. An unforeseen failure reveals nothing of itself. */
    public Problem of(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return of(failure.getCause());
        }
        if (failure instanceof ProblemException told) {
            return told.problem();
        }
        Optional<Problem> known = domain.apply(failure);
        if (known.isPresent()) {
            return known.get();
        }
        if (failure instanceof HttpResponseException http) {
            return Problem.of(http.getStatus(), String.valueOf(http.getMessage()));
        }
        if (failure instanceof IllegalArgumentException wrong) {
            // The shape of a request is checked before it reaches the model.
            return ProblemException.cannotHonour(String.valueOf(wrong.getMessage()))
                    .problem();
        }
        return Problem.of(500, SEE_LOG);
    }

    private static void refuseMethod(MethodNotAllowedResponse refused, Context context) {
        Set<String> allowed = new TreeSet<>();
        refused.getDetails()
                .values()
                .forEach(methods ->
                        COMMA.splitAsStream(methods).map(String::strip).forEach(allowed::add));
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        String list = String.join(", ", allowed);
        context.header("Allow", list);
        answer(
                context,
                Problem.of(
                        405, HeadRequests.method(context) + " does not work for " + context.path() + ": send " + list));
    }

    /** Puts a problem into the response; a 503 or 429 says when to ask again. */
    private static void answer(Context context, Problem problem) {
        if (problem.status() == 503 || problem.status() == 429) {
            context.header("Retry-After", Integer.toString(RETRY_SECONDS));
        }
        context.status(problem.status()).contentType(Problem.MEDIA_TYPE).result(json(problem));
    }

    static byte[] json(Problem problem) {
        try {
            return JSON.writeValueAsString(problem.members()).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem cannot be written as JSON: " + problem, e);
        }
    }
}
