package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What every response says of itself, whatever the route and however it ends. */
class ResponseHeadersTest {

    /** Answers with figures of the moment, whose length may change between two requests. */
    private static final Set<String> OF_THE_MOMENT = Set.of("/metrics", "/v1/status", "/v1/sources");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static DriftlineService service;
    private static HttpEndpoint server;
    private static ServedModel served;

    @BeforeAll
    static void start() {
        DriftlineConfig config = DriftlineConfig.of(Map.of("http.max.body.bytes", "1KiB"));
        service = new DriftlineService(config);
        server = ModelServer.start(config, service);
        served = new ServedModel(Map.of("http.read.token", "0123456789abcdef"));
    }

    @AfterAll
    static void stop() {
        served.close();
        server.close();
        service.close();
    }

    @Test
    void shouldSayWhatAPathAllowsWhenTheMethodIsNotOne() throws Exception {
        Map<String, Set<String>> methods = new TreeMap<>();
        for (String route : server.routes()) {
            String[] parts = route.split(" ");
            methods.computeIfAbsent(parts[1], path -> new TreeSet<>()).add(parts[0]);
        }
        assertThat(methods).containsKeys("/", "/metrics", "/v1/score", "/dashboard/main.js");
        for (Map.Entry<String, Set<String>> path : methods.entrySet()) {
            Set<String> allowed = path.getValue();
            if (allowed.contains("GET")) {
                allowed.add("HEAD");
            }
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")) {
                if (!allowed.contains(method)) {
                    HttpResponse<InputStream> refused = send(server, method, path.getKey());
                    assertThat(refused.statusCode())
                            .as(method + " " + path.getKey())
                            .isEqualTo(405);
                    assertThat(refused.headers().firstValue("Allow"))
                            .as(method + " " + path.getKey())
                            .hasValue(String.join(", ", allowed));
                    if (!method.equals("HEAD")) {
                        assertThat(new String(refused.body().readAllBytes(), StandardCharsets.UTF_8))
                                .contains(method, String.join(", ", allowed));
                    }
                }
            }
        }
    }

    @Test
    void shouldAnswerHeadWithTheHeadersOfGetAndNoBody() throws Exception {
        for (String route : server.routes()) {
            if (route.startsWith("GET ")) {
                assertSameHeaders(server, route.substring(4));
            }
        }
        for (String path : List.of(
                "/v1/predict?context=the",
                "/v1/next?context=the",
                "/v1/counts?ngram=the",
                "/v1/generate?seed=1",
                "/v1/predict?k=none",
                "/v2/nothing")) {
            assertSameHeaders(served.server, path);
        }
    }

    @Test
    void shouldSayHowLongTheBodyOfGetIsWhenHeadComes() throws Exception {
        HttpResponse<InputStream> get = send(served.server, "GET", "/v1/predict?context=the");
        HttpResponse<InputStream> head = send(served.server, "HEAD", "/v1/predict?context=the");
        assertThat(head.headers().firstValueAsLong("Content-Length"))
                .hasValue(get.body().readAllBytes().length);
    }

    @Test
    void shouldSendTheHeadersOfAStreamAndEndWhenHeadComes() throws Exception {
        HttpResponse<InputStream> head =
                send(served.server, "HEAD", "/v1/generate?seed=1", "Accept", "text/event-stream");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(head.body().readAllBytes()).isEmpty();
    }

    @Test
    void shouldForbidToGuessTheTypeAndToKeepTheAnswerWhateverItIs() throws Exception {
        for (String route : server.routes()) {
            String[] parts = route.split(" ");
            assertSafe(route, send(server, parts[0], parts[1]));
        }
        assertSafe("404", send(server, "GET", "/v2/nothing"));
        assertSafe("405", send(server, "DELETE", "/"));
        assertSafe("400", send(server, "GET", "/v1/next?k=none"));
        assertSafe("401", send(served.server, "GET", "/v1/counts?ngram=the", "Authorization", "none"));
        assertSafe("414", send(server, "GET", "/v1/counts?ngram=" + "a".repeat(9000)));
        HttpResponse<InputStream> page = send(server, "GET", "/");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-cache");
        String tag = page.headers().firstValue("ETag").orElseThrow();
        assertSafe("304", send(server, "GET", "/", "If-None-Match", tag));
    }

    @Test
    void shouldForbidItAlsoWhereTheServerItselfRefuses() throws Exception {
        for (String request : List.of(
                "POST /v1/score HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n",
                "GET /v1/status HTTP/1.1\r\n\r\n",
                "GET /v1/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /v1/status HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(20_000) + "\r\n\r\n",
                "what is this\r\n\r\n")) {
            try (Socket socket = new Socket("127.0.0.1", server.port())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                String answer = headers(socket.getInputStream());
                assertThat(answer)
                        .as(request.lines().findFirst().orElseThrow())
                        .containsPattern("^HTTP/1.1 (4..|505) ")
                        .contains("X-Content-Type-Options: nosniff", "Cache-Control: no-store");
            }
        }
    }

    private static void assertSameHeaders(HttpEndpoint server, String path) throws Exception {
        HttpResponse<InputStream> get = send(server, "GET", path);
        HttpResponse<InputStream> head = send(server, "HEAD", path);
        assertThat(head.statusCode()).as(path).isEqualTo(get.statusCode());
        assertThat(head.body().readAllBytes()).as(path).isEmpty();
        assertThat(comparable(path, head)).as(path).isEqualTo(comparable(path, get));
    }

    private static Map<String, List<String>> comparable(String path, HttpResponse<?> response) {
        Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
        headers.remove("date");
        if (OF_THE_MOMENT.contains(path)) {
            headers.replace("content-length", List.of("some"));
        }
        return headers;
    }

    private static void assertSafe(String what, HttpResponse<InputStream> response) throws IOException {
        response.body().close();
        assertThat(response.headers().firstValue("X-Content-Type-Options"))
                .as(what)
                .hasValue("nosniff");
        assertThat(response.headers().allValues("Cache-Control"))
                .as(what)
                .hasSize(1)
                .allMatch(value -> Set.of("no-store", "no-cache").contains(value));
    }

    private static HttpResponse<InputStream> send(HttpEndpoint server, String method, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(server.address() + path.replaceAll("\\{[a-z]+}", "1")))
                .method(method, HttpRequest.BodyPublishers.noBody());
        List<String> all = new ArrayList<>(List.of("Authorization", "Bearer 0123456789abcdef"));
        if (Stream.of(headers).anyMatch("Authorization"::equals)) {
            all.clear();
        }
        all.addAll(List.of(headers));
        return CLIENT.send(
                request.headers(all.toArray(String[]::new)).build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    /** Up to the empty line. */
    private static String headers(InputStream in) throws IOException {
        StringBuilder headers = new StringBuilder();
        for (int next = in.read(); next >= 0 && headers.indexOf("\r\n\r\n") < 0; next = in.read()) {
            headers.append((char) next);
        }
        return headers.toString();
    }
}
