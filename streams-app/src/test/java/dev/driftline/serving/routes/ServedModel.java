package dev.driftline.serving.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.counters.Progress;
import dev.driftline.network.snapshots.ActiveSnapshot;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import dev.driftline.serving.query.CountQueries;
import dev.driftline.serving.query.DocumentQueries;
import dev.driftline.serving.query.NetworkQueries;
import dev.driftline.serving.query.TextQueries;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** The routes for questions over a {@link LearnedModel}, on a free port. */
final class ServedModel implements AutoCloseable {

    final LearnedModel model = new LearnedModel();
    final HttpEndpoint server;

    private final HttpClient client = HttpClient.newHttpClient();

    ServedModel(Map<String, String> settings, RouteGroup... others) {
        DriftlineConfig config = DriftlineConfig.of(settings);
        HttpSettings http = HttpSettings.of(config);
        ProblemResponses problems = new ProblemResponses(ModelProblems::of);
        RequestPool work = http.work("question");
        CountQueries questions = new CountQueries(LearnedModel.SETTINGS, LearnedModel.SHARDS, model);
        NetworkQueries network = new NetworkQueries(new ActiveSnapshot());
        TextQueries texts = new TextQueries(questions, network, new Progress());
        RequestDocuments documents = new RequestDocuments("words", http.maxTokens(), 1024);
        DocumentQueries whole = new DocumentQueries(
                LearnedModel.SETTINGS,
                LearnedModel.mixtureSettings(),
                LearnedModel.SHARDS,
                model,
                new ActiveSnapshot(),
                snapshot -> new BitSet());
        List<RouteGroup> groups = new ArrayList<>(List.of(
                http.credentials(),
                problems,
                new ModelRoutes(questions, network, texts, documents, work),
                new GenerateRoutes(texts, problems, work),
                new ScoreRoutes(whole, documents, work)));
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
