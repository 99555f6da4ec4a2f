package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.serving.http.BodyBytes;
import dev.driftline.serving.http.EventStream;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.http.RequestPool;
import dev.driftline.serving.http.RouteGroup;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Past each limit a request gets its own status and says which limit it was; a slow client costs nobody else anything. */
@Order(1)
class LimitsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A question that takes as long as the test likes. */
    private static final class SlowQuestion implements RouteGroup {

        private final RequestPool work;
        final CountDownLatch go = new CountDownLatch(1);
        final AtomicInteger interrupted = new AtomicInteger();

        SlowQuestion(RequestPool work) {
            this.work = work;
        }

        @Override
        public void addTo(RoutesConfig routes) {
            routes.get(
                    "/slow",
                    context -> work.answer(context, () -> {
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            interrupted.incrementAndGet();
                            throw e;
                        }
                        return Map.of("done", true);
                    }));
        }
    }

    @Test
    void shouldRefuseMoreThanALimitAllowsWithAStatusOfItsOwn() throws Exception {
        try (ServedModel served = new ServedModel(
                Map.of("http.max.body.bytes", "1KiB", "http.max.tokens", "20", "http.timeout.ms", "5000"))) {
            String long1 = "{\"text\": \"" + "a ".repeat(600) + "\"}";
            assertLimit(served.problem("POST", "/v1/score", long1, 413), "body-too-large", 1024);
            assertLimit(
                    served.problem("POST", "/v1/score", "{\"text\": \"" + "a ".repeat(30) + "\"}", 422),
                    "too-many-tokens",
                    20);
            assertLimit(
                    served.problem("POST", "/v1/rank", "{\"candidates\": [" + "\"a\",".repeat(100) + "\"a\"]}", 422),
                    "too-many-candidates",
                    100);
            served.problem("GET", "/v1/generate?sentences=101", "", 422);
            served.problem("GET", "/v1/generate?beam=101", "", 422);
            served.problem("GET", "/v1/generate?words=1001", "", 422);
            assertThat(served.problem("GET", "/v1/counts?ngram=" + "a".repeat(9000), "", 414)
                            .get("status")
                            .asInt())
                    .isEqualTo(414);
        }
    }

    @Test
    void shouldRefuseABodyThatDoesNotSayHowLongItIs() throws Exception {
        try (ServedModel served = new ServedModel(Map.of("http.max.body.bytes", "1KiB"));
                Socket socket = connect(served)) {
            OutputStream out = socket.getOutputStream();
            out.write(head("POST /v1/score", "Transfer-Encoding: chunked"));
            for (int i = 0; i < 20; i++) {
                out.write(("64\r\n" + "a".repeat(100) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(answer(socket)).startsWith("HTTP/1.1 413").contains("body-too-large");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POST /v1/score | Content-Length: 4000000    | 413 | body-too-large
            POST /v1/score | Transfer-Encoding: chunked | 413 | body-too-large
            POST /v1/no    | Content-Length: 4000000    | 404 | about:blank
            """)
    void shouldLetAClientReadItsRefusalThatHasMoreToSend(String route, String length, int status, String type)
            throws Exception {
        try (ServedModel served = new ServedModel(Map.of("http.max.body.bytes", "1KiB"));
                Socket socket = connect(served)) {
            OutputStream out = socket.getOutputStream();
            out.write(head(route, length));
            boolean isChunked = length.startsWith("T");
            byte[] piece = ((isChunked ? "2710\r\n" : "") + "a".repeat(10_000) + (isChunked ? "\r\n" : ""))
                    .getBytes(StandardCharsets.US_ASCII);
            // Refused by its first bytes; a client that is reset in one of the writes has lost its answer.
            for (int i = 0; i < 300; i++) {
                out.write(piece);
            }
            assertThat(answer(socket)).startsWith("HTTP/1.1 " + status).contains(type);
        }
    }

    @Test
    void shouldCloseOnAClientThatGoesOnSendingForEver() throws Exception {
        try (ServedModel served = new ServedModel(Map.of("http.max.body.bytes", "1KiB"));
                Socket socket = connect(served)) {
            socket.getOutputStream().write(head("POST /v1/score", "Content-Length: 4000000"));
            await("the connection to be closed")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        try {
                            socket.getOutputStream().write('a');
                            return false;
                        } catch (IOException e) {
                            return true;
                        }
                    });
        }
    }

    @Test
    void shouldRefuseATokenThatIsTooLong() throws Exception {
        try (ServedModel served = new ServedModel(Map.of())) {
            assertLimit(
                    served.problem("POST", "/v1/score", "{\"text\": [[\"" + "a".repeat(1025) + "\"]]}", 422),
                    "token-too-long",
                    1024);
            String many = "{\"alternatives\": 1, \"text\": \"" + "a ".repeat(250) + "\"}";
            assertLimit(served.problem("POST", "/v1/score", many, 422), "too-many-tokens", 200);
        }
    }

    @Test
    void shouldEndAQuestionThatTakesTooLongAndStopTheWork() throws Exception {
        SlowQuestion slow = new SlowQuestion(new RequestPool("slow", 1, 0, 200));
        try (ServedModel served = new ServedModel(Map.of(), slow)) {
            assertLimit(served.problem("GET", "/slow", "", 504), "out-of-time", 200);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(slow.interrupted).hasValue(1));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/generate | {"sentences": 100, "words": 1000, "max_repeats": 1000}
            /v1/generate | {"sentences": 100, "words": 1000, "beam": 100}
            /v1/generate | {"sentences": 100, "words": 1000, "model": "ngram"}
            /v1/generate | {"sentences": 100, "words": 1000, "top_k": 1000}
            /v1/predict  | {"text": "LONG", "k": 1000}
            /v1/score    | {"text": "SHORT", "alternatives": 20}
            /v1/score    | {"text": "LONG"}
            /v1/rank     | {"candidates": [MANY], "context": "SHORT"}
            /v1/rank     | {"text": "LONG", "sources": [MANY]}
            """)
    void shouldStopTheWorkOfEveryRouteWhenItsTimeIsOver(String path, String request) throws Exception {
        String body = request.replace("LONG", "the jury said of students that ".repeat(800))
                .replace("SHORT", "the jury said of students ".repeat(38))
                .replace("MANY", "\"a b\",".repeat(99) + "\"a b\"");
        try (ServedModel served = new ServedModel(Map.of("http.timeout.ms", "100", "http.max.tokens", "100000"))) {
            HttpResponse<String> answer = served.send("POST", path, body);
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 504);
            await("the thread to be free")
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(served.pool.active()).isZero());
        }
    }

    @Test
    void shouldRefuseQuestionsPastThoseThatMayWaitAndAnswerTheOthers() throws Exception {
        RequestPool work = new RequestPool("slow", 1, 1, 60_000);
        SlowQuestion slow = new SlowQuestion(work);
        try (ServedModel served = new ServedModel(Map.of(), slow)) {
            List<CompletableFuture<Integer>> asked = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                asked.add(CompletableFuture.supplyAsync(() -> status(served, "/slow")));
            }
            await().atMost(PATIENCE).until(() -> work.active() == 1 && work.waiting() == 1);
            HttpResponse<String> refused = served.send("GET", "/slow", "");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertLimit(new ObjectMapper().readTree(refused.body()), "too-many-questions", 2);
            assertThat(status(served, "/v1/counts?ngram=the"))
                    .as("other questions meanwhile")
                    .isEqualTo(200);
            slow.go.countDown();
            assertThat(asked).allSatisfy(one -> assertThat(one.join()).isEqualTo(200));
        }
    }

    @Test
    void shouldHoldNoThreadForClientsThatSendSlowly() throws Exception {
        try (ServedModel served = new ServedModel(Map.of("http.timeout.ms", "1500"))) {
            List<Socket> sockets = new ArrayList<>();
            try {
                // More than the server has threads.
                for (int i = 0; i < 60; i++) {
                    Socket socket = connect(served);
                    sockets.add(socket);
                    byte[] head = i % 2 == 0
                            ? "GET /v1/status HT".getBytes(StandardCharsets.US_ASCII)
                            : head("POST /v1/score", "Content-Length: 100");
                    socket.getOutputStream().write(head);
                    socket.getOutputStream().flush();
                }
                assertThat(status(served, "/v1/counts?ngram=the"))
                        .as("beside 60 clients that have not finished")
                        .isEqualTo(200);
                assertThat(answer(sockets.get(1))).as("a slow body").startsWith("HTTP/1.1 408");
                Socket trickling = sockets.get(0);
                await("a slow head to be cut off, however often a byte comes")
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> isCutOff(trickling));
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {64 << 10, 1 << 20, 64 << 20})
    void shouldSendEveryByteOnceWhateverTheSizeAndTheRoom(long room) throws Exception {
        Random random = new Random(3);
        byte[] content = new byte[3_000_000];
        random.nextBytes(content);
        RouteGroup routes = all -> {
            all.get("/bytes/{size}", context -> context.result(of(content, context)));
            all.get("/stream/{size}", context -> context.result(new ByteArrayInputStream(of(content, context))));
            all.get("/parts/{size}", context -> {
                byte[] some = of(content, context);
                for (int at = 0; at < some.length; at += 1000) {
                    context.outputStream().write(some, at, Math.min(1000, some.length - at));
                }
            });
        };
        try (ServedModel served = new ServedModel(
                Map.of("http.bodies.max.bytes", room + "", "http.max.body.bytes", "64KiB"),
                routes,
                new DashboardRoutes())) {
            HttpClient client = HttpClient.newHttpClient();
            for (String kind : List.of("bytes", "stream", "parts")) {
                for (int size : new int[] {0, 1, 1000, 8192, 32_768, 32_769, 140_000, 3_000_000}) {
                    byte[] came = client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(served.server.address() + "/" + kind + "/" + size))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofByteArray())
                            .body();
                    assertThat(Arrays.equals(came, Arrays.copyOf(content, size)))
                            .as("%s of %d, %d came", kind, size, came.length)
                            .isTrue();
                }
            }
            try (InputStream in =
                    getClass().getResourceAsStream("/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.esm.js")) {
                assertThat(served.send("GET", "/dashboard/uplot.js", "").body().getBytes(StandardCharsets.UTF_8))
                        .isEqualTo(in.readAllBytes());
            }
        }
    }

    private static byte[] of(byte[] content, Context context) {
        return Arrays.copyOf(content, Integer.parseInt(context.pathParam("size")));
    }

    @Test
    void shouldAnswerRequestsThatAreProcessedWhenItStops() throws Exception {
        RequestPool work = new RequestPool("stopped", 1, 8, 20_000);
        SlowQuestion slow = new SlowQuestion(work);
        HttpSettings settings = HttpSettings.of(DriftlineConfig.of(Map.of()));
        List<RouteGroup> routes = List.of(new ProblemResponses(ModelProblems::of), slow, RouteGroup.pool(work));
        HttpEndpoint server =
                HttpEndpoint.start(settings, routes, HttpEndpoint.bodies(settings, taken -> {}), () -> "here:1");
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        try {
            // One is processed, and one waits for it.
            for (int i = 0; i < 2; i++) {
                asked.add(HttpClient.newHttpClient()
                        .sendAsync(
                                HttpRequest.newBuilder(URI.create(server.address() + "/slow"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString()));
            }
            await("the pool to have both").atMost(PATIENCE).until(() -> work.active() == 1 && work.waiting() == 1);
        } finally {
            server.close();
        }

        for (CompletableFuture<HttpResponse<String>> answer : asked) {
            HttpResponse<String> got = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(got.statusCode()).isEqualTo(503);
            assertThat(got.body()).contains("this instance is stopping");
            assertThat(got.headers().firstValue("Retry-After")).isPresent();
        }
    }

    @Test
    void shouldHoldNoThreadForClientsThatReadSlowlyNorTheirAnswersForLong() throws Exception {
        RequestPool work = new RequestPool("long", 2, 8, 5_000);
        HttpSettings settings = HttpSettings.of(DriftlineConfig.of(Map.of("http.idle.timeout.ms", "4000")));
        BodyBytes bodies = HttpEndpoint.bodies(settings, taken -> {});
        List<RouteGroup> routes = List.of(
                new ProblemResponses(ModelProblems::of),
                all -> all.get("/long", context -> work.answer(context, () -> "x".repeat(5_000_000))));
        List<Socket> sockets = new ArrayList<>();
        try (HttpEndpoint server = HttpEndpoint.start(settings, routes, bodies, () -> "here:1")) {
            // More than the pool has threads.
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket();
                socket.setReceiveBufferSize(4096);
                socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
                socket.setSoTimeout((int) PATIENCE.toMillis());
                sockets.add(socket);
                socket.getOutputStream().write(head("GET /long"));
                socket.getOutputStream().flush();
                await("the answer to begin")
                        .atMost(PATIENCE)
                        .until(() -> socket.getInputStream().available() > 0);
            }
            await("the pool to be free").atMost(PATIENCE).until(() -> work.active() == 0);
            HttpResponse<String> whole = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(server.address() + "/long"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(whole.body().length()).isEqualTo(5_000_000);
            assertThat(bodies.bytes()).as("what waits for clients").isBetween(1_000_000L, bodies.most());
            await("the clients to be cut off").atMost(PATIENCE).until(() -> bodies.bytes() == 0);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            work.close();
        }
    }

    @Test
    void shouldEndAStreamThatNobodyReads() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        CompletableFuture<EventStream> opened = new CompletableFuture<>();
        RouteGroup events = routes -> routes.get("/flood", context -> EventStream.open(context, opened::complete));
        try (ServedModel served = new ServedModel(Map.of("http.idle.timeout.ms", "2000"), events);
                Socket socket = connect(served)) {
            socket.getOutputStream().write(head("GET /flood", "Accept: text/event-stream"));
            socket.getOutputStream().flush();
            EventStream stream = opened.get();
            String much = "\"" + "x".repeat(10_000) + "\"";
            // Sending never waits, so this ends as soon as the buffers of both ends and the bound are full.
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
                sent.incrementAndGet();
                return !stream.send("", much);
            });
            assertThat(stream.isOver()).isTrue();
            assertThat(sent.get()).isLessThan(10_000);
            assertThat(status(served, "/v1/counts?ngram=the")).isEqualTo(200);
        }
    }

    @Test
    void shouldStopWritingWhenTheClientGoesAway() throws Exception {
        RequestPool work = new RequestPool("stream", 1, 0, 60_000);
        AtomicInteger ended = new AtomicInteger();
        CountDownLatch reading = new CountDownLatch(1);
        RouteGroup events = routes -> routes.get(
                "/words",
                context -> EventStream.open(
                        context,
                        stream -> work.submit(() -> {
                                    stream.send("", "\"" + "word".repeat(100) + "\"");
                                    // Else more may wait than is allowed before the server writes for the first time.
                                    reading.await();
                                    while (stream.send("", "\"word\"")) {
                                        // As fast as it goes, until the client has gone.
                                        Thread.onSpinWait();
                                    }
                                    return true;
                                })
                                .whenComplete((done, failure) -> ended.incrementAndGet())));
        try (ServedModel served = new ServedModel(Map.of(), events)) {
            Socket socket = connect(served);
            socket.getOutputStream().write(head("GET /words", "Accept: text/event-stream"));
            assertThat(socket.getInputStream().readNBytes(200)).hasSize(200);
            reading.countDown();
            socket.close();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(ended).hasValue(1));
            assertThat(work.active()).isZero();
        } finally {
            work.close();
        }
    }

    @Test
    void shouldStreamTheWordsThatItWouldHaveAnsweredAtOnce() throws Exception {
        try (ServedModel served = new ServedModel(Map.of())) {
            JsonNode atOnce = served.post("/v1/generate", "{\"prompt\": \"students\", \"sentences\": 2, \"seed\": 5}");
            HttpResponse<String> streamed = served.send(
                    "POST",
                    "/v1/generate",
                    "{\"prompt\": \"students\", \"sentences\": 2, \"seed\": 5}",
                    "Accept",
                    "text/event-stream");
            assertThat(streamed.statusCode()).isEqualTo(200);
            assertThat(streamed.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/event-stream");
            List<List<String>> words = List.of(new ArrayList<>(), new ArrayList<>());
            for (String line : streamed.body().split("\n")) {
                if (line.startsWith("data: {\"word\"")) {
                    JsonNode word = new ObjectMapper().readTree(line.substring(6));
                    words.get(word.get("sentence").asInt()).add(word.get("word").asText());
                }
            }
            assertThat(words).isEqualTo(new ObjectMapper().convertValue(atOnce.get("sentences"), List.class));
            assertThat(streamed.body().strip())
                    .endsWith("event: done\ndata: {\"drawn_from\":"
                            + atOnce.get("drawn_from").toString() + ",\"seed\":5}");
        }
    }

    private static void assertLimit(JsonNode problem, String kind, int limit) {
        assertThat(problem.get("type").asText()).isEqualTo("urn:driftline:problem:" + kind);
        assertThat(problem.get("limit").asInt()).isEqualTo(limit);
        assertThat(problem.get("detail").asText()).contains(Integer.toString(limit));
    }

    private static int status(ServedModel served, String path) {
        try {
            return served.send("GET", path, "").statusCode();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Socket connect(ServedModel served) throws IOException {
        Socket socket = new Socket("127.0.0.1", served.server.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static byte[] head(String line, String... fields) {
        return (line + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("\r\n", fields) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** What comes until the server closes, or the head and a body begin. */
    private static String answer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[4096];
        for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
            answer.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
            if (answer.indexOf("}") > 0) {
                break;
            }
        }
        return answer.toString();
    }

    private static boolean isCutOff(Socket socket) {
        try {
            socket.getOutputStream().write('T');
            socket.setSoTimeout(20);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
