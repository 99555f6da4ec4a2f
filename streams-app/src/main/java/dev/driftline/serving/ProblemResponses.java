package dev.driftline.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every failure of a request as a {@link Problem}, unknown routes included. */
final class ProblemResponses implements RouteGroup {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemResponses.class);

    /** Seconds after which a shard that was moving is likely to be somewhere. */
    static final int RETRY_SECONDS = 2;

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public void addTo(RoutesConfig routes) {
        routes.exception(HttpResponseException.class, (e, context) -> answer(context, of(e)));
        routes.exception(Exception.class, (e, context) -> {
            Problem problem = of(e);
            if (problem.status() == 500) {
                LOG.warn("{} {} failed", context.method(), context.path(), e);
            }
            answer(context, problem);
        });
    }

    /** What is said of a failure; of one that nobody foresaw, nothing. */
    static Problem of(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return of(failure.getCause());
        }
        if (failure instanceof ProblemException told) {
            return told.problem();
        }
        if (failure instanceof ShardUnavailableException moving) {
            return unavailable("shard-unavailable", "Part of the model is moving", moving);
        }
        if (failure instanceof SnapshotUnavailableException none) {
            return unavailable("no-snapshot", "There is no network yet", none);
        }
        if (failure instanceof HttpResponseException http) {
            return Problem.of(http.getStatus(), String.valueOf(http.getMessage()));
        }
        if (failure instanceof IllegalArgumentException wrong) {
            return Problem.of(400, String.valueOf(wrong.getMessage()));
        }
        return Problem.of(500, "the request failed; the log of the instance says why");
    }

    private static Problem unavailable(String kind, String title, RuntimeException e) {
        return new Problem(kind, 503, title, e.getMessage(), Map.of());
    }

    /** Puts a problem into the response; a 503 says when to ask again. */
    static void answer(Context context, Problem problem) {
        if (problem.status() == 503 || problem.status() == 429) {
            context.header("Retry-After", Integer.toString(RETRY_SECONDS));
        }
        context.status(problem.status()).contentType(Problem.MEDIA_TYPE).result(json(problem));
    }

    static byte[] json(Problem problem) {
        try {
            return JSON.writeValueAsString(problem.members()).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem that is not JSON: " + problem, e);
        }
    }
}
