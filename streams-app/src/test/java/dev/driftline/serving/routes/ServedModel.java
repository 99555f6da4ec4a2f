package dev.driftline.serving.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.InputKeys;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.DirectQueries;
import dev.driftline.serving.query.DocumentScores;
import dev.driftline.serving.query.LearnedModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The routes for questions over a {@link LearnedModel}, on a free port. */
final class ServedModel implements AutoCloseable {

    final LearnedModel model;
    final HttpEndpoint server;
    final RequestPool pool;

    private final HttpClient client = HttpClient.newHttpClient();

    ServedModel(Map<String, String> settings, RouteGroup... others) {
        this(new LearnedModel(), settings, others);
    }

    ServedModel(LearnedModel model, Map<String, String> settings, RouteGroup... others) {
        this.model = model;
        DriftlineConfig config = DriftlineConfig.of(settings);
        HttpSettings http = HttpSettings.of(config);
        ProblemResponses problems = new ProblemResponses(ModelProblems::of);
        String tokenizer = config.get(InputKeys.TOKENIZER);
        pool = http.work("query");
        DirectQueries queries = DirectQueries.of(model.parts());
        DocumentScores scores = new DocumentScores(model.parts());
        RequestDocuments documents =
                new RequestDocuments(tokenizer, http.limits().maxTokens(), 1024);
        List<RouteGroup> groups = new ArrayList<>(List.of(
                problems,
                new CountRoutes(queries, documents, pool),
                new NextWordRoutes(queries, documents, pool),
                new GenerateRoutes(queries, documents, problems, pool),
                new EncodeRoutes(queries, documents, pool),
                new ScoreRoutes(scores, documents, pool),
                new RankRoutes(scores, documents, pool),
                // As much of a status as the command line asks for.
                routes -> routes.get("/v1/status", context -> context.json(Map.of("tokenizer", tokenizer))),
                RouteGroup.closing(pool::close)));
        groups.addAll(List.of(others));
        server = HttpEndpoint.start(http, groups);
    }

    JsonNode post(String path, String json) throws IOException, InterruptedException {
        return read(send("POST", path, json), 200);
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return read(send("GET", path, ""), 200);
    }

    /** The problem that a request ends with. */
    JsonNode problem(String method, String path, String json, int status) throws IOException, InterruptedException {
        return read(send(method, path, json), status);
    }

    HttpResponse<String> send(String method, String path, String json, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path))
                .method(
                        method,
                        json.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode read(HttpResponse<String> response, int status) throws IOException {
        if (response.statusCode() != status) {
            throw new AssertionError(response.statusCode() + ", expected " + status + ": " + response.body());
        }
        return new ObjectMapper().readTree(response.body());
    }

    @Override
    public void close() {
        server.close();
    }
}
