package dev.driftline.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
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
        routes.exception(ProblemException.class, (e, context) -> answer(context, e.problem()));
        routes.exception(
                ShardUnavailableException.class,
                (e, context) -> answer(context, unavailable("shard-unavailable", "Part of the model is moving", e)));
        routes.exception(
                SnapshotUnavailableException.class,
                (e, context) -> answer(context, unavailable("no-snapshot", "There is no network yet", e)));
        routes.exception(
                IllegalArgumentException.class, (e, context) -> answer(context, Problem.of(400, e.getMessage())));
        routes.exception(
                HttpResponseException.class,
                (e, context) -> answer(context, Problem.of(e.getStatus(), String.valueOf(e.getMessage()))));
        routes.exception(Exception.class, (e, context) -> {
            LOG.warn("{} {} failed", context.method(), context.path(), e);
            answer(context, Problem.of(500, "the request failed; the log of the instance says why"));
        });
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
