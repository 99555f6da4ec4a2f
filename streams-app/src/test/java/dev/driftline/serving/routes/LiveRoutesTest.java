package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.live.LiveFeed;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.http.RequestPool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The routes over a feed that has no broker: what it tells, the tests publish. */
class LiveRoutesTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final HttpClient client = HttpClient.newHttpClient();
    private final RequestPool pool = new RequestPool("live", 4, 200, 10_000);
    private LiveFeed feed;
    private HttpEndpoint http;

    @BeforeEach
    void start() {
        feed = new LiveFeed(DriftlineConfig.defaults());
        LiveRoutes routes = new LiveRoutes(feed, pool);
        http = HttpEndpoint.start(
                HttpSettings.of(DriftlineConfig.defaults()),
                List.of(new ProblemResponses(ModelProblems::of), new DashboardRoutes(), routes));
    }

    @AfterEach
    void stop() {
        http.close();
        pool.close();
    }

    @Test
    void shouldSendEventsAsTheyHappenAndGoOnAfterTheLastOne() throws Exception {
        String id;
        try (Socket socket = open("/events", "");
                BufferedReader lines = lines(socket)) {
            awaitLine(lines, "data: {\"resumed\":false}");
            feed.events().publish("drift", Map.of("source", "news"));
            id = awaitLine(lines, "id: ").substring(4);
            assertThat(lines.readLine()).isEqualTo("event: drift");
            assertThat(lines.readLine()).isEqualTo("data: {\"source\":\"news\"}");
        }
        feed.events().publish("drift", Map.of("source", "wire"));
        try (Socket socket = open("/events", "Last-Event-ID: " + id + "\r\n");
                BufferedReader lines = lines(socket)) {
            awaitLine(lines, "data: {\"resumed\":true}");
            awaitLine(lines, "data: {\"source\":\"wire\"}");
        }
    }

    @Test
    void shouldSendOnlyTheTypesThatAreWanted() throws Exception {
        try (Socket socket = open("/events?types=promotion", "");
                BufferedReader lines = lines(socket)) {
            await().atMost(SOON).until(() -> feed.events().subscribers() == 1);
            feed.events().publish("drift", Map.of("source", "news"));
            feed.events().publish("promotion", Map.of("candidate", "v1"));
            assertThat(awaitLine(lines, "event: ")).isEqualTo("event: promotion");
        }
        HttpResponse<String> unknown = get("/events?types=promotion,rumour");
        assertThat(unknown.statusCode()).isEqualTo(422);
        assertThat(unknown.body()).contains("'rumour'", "score, drift, promotion, retraction, sources, status, ping");
    }

    @Test
    void shouldCutOffAClientThatDoesNotReadAndServeTheOthers() throws Exception {
        try (Socket slow = open("/events", "");
                Socket other = open("/events?types=drift,status", "");
                BufferedReader lines = lines(other)) {
            await().atMost(SOON).until(() -> feed.events().subscribers() == 2);
            awaitLine(lines, "data: {\"resumed\":false}");
            String padding = "x".repeat(20_000);
            await("the slow client to be cut off")
                    .atMost(SOON)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        feed.events().publish("score", Map.of("padding", padding));
                        return feed.events().subscribers() == 1;
                    });
            feed.events().publish("drift", Map.of("source", "news"));
            awaitLine(lines, "data: {\"source\":\"news\"}");
            slow.setSoTimeout((int) SOON.toMillis());
            assertThat(drained(slow)).as("bytes that reached it before").isPositive();
        }
    }

    @Test
    void shouldRefuseOneClientTooMany() throws Exception {
        Socket[] sockets = new Socket[100];
        try {
            for (int i = 0; i < sockets.length; i++) {
                sockets[i] = open("/events", "");
            }
            await().atMost(SOON).until(() -> feed.events().subscribers() == sockets.length);
            HttpResponse<String> refused = get("/events");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(get("/v1/drift").body()).as("threads are free").isEqualTo("{\"events\":[]}");
        } finally {
            for (Socket socket : sockets) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void shouldEndQuietlyWhenClientsLeaveAndWhenTheServerStops() throws Exception {
        Logger javalin = (Logger) LoggerFactory.getLogger("io.javalin.Javalin");
        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        javalin.addAppender(told);
        try {
            for (int i = 0; i < 10; i++) {
                try (Socket socket = open("/events", "")) {
                    await().atMost(SOON).until(() -> feed.events().subscribers() == 1);
                }
                await("the hub to notice that the client has left")
                        .atMost(SOON)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> {
                            feed.events().publish("score", Map.of("source", "news"));
                            return feed.events().subscribers() == 0;
                        });
            }
            try (Socket socket = open("/events", "")) {
                await().atMost(SOON).until(() -> feed.events().subscribers() == 1);
                http.close();
                assertThat(drained(socket)).isPositive();
            }
            assertThat(told.list)
                    .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                    .filteredOn(event -> !isOfAnotherTest(event.getThreadName()))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .isEmpty();
        } finally {
            javalin.detachAppender(told);
        }
    }

    /** Tests run beside each other and share the logger; one starts a server where it cannot start. */
    private static boolean isOfAnotherTest(String thread) {
        return thread.startsWith("ForkJoinPool")
                && !thread.equals(Thread.currentThread().getName());
    }

    @Test
    void shouldServeThePageAndAllThatItNeedsUnderAStrictPolicy() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.body()).as("its own files only").doesNotContain("http://", "https://", "<style", " style=");
        for (String path : new String[] {"style.css", "uplot.css", "uplot.js", "main.js", "icon.svg"}) {
            HttpResponse<String> asset = get("/dashboard/" + path);
            assertThat(asset.statusCode()).as(path).isEqualTo(200);
            assertThat(asset.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        }
        String tag = page.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = client.send(
                HttpRequest.newBuilder(address("/"))
                        .header("If-None-Match", tag)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(get("/dashboard/../style.css").statusCode()).isIn(400, 404);
    }

    @Test
    void shouldAnswerBeforeAnythingHasHappened() throws Exception {
        assertThat(get("/v1/sources").body()).contains("\"feed\":{\"state\":\"starting\"", "\"sources\":[]");
        assertThat(get("/v1/promotions").body()).isEqualTo("{\"decisions\":[]}");
        assertThat(get("/v1/documents").body()).isEqualTo("{\"documents\":[]}");
        assertThat(get("/v1/documents?limit=0").statusCode()).isEqualTo(422);
        assertThat(get("/v1/documents?topic=t&partition=0&offset=x").statusCode())
                .isEqualTo(400);
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + http.port() + path);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(address(path)).timeout(SOON).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A request of which nothing has been read. */
    private Socket open(String path, String headers) throws IOException {
        Socket socket = new Socket("127.0.0.1", http.port());
        socket.setSoTimeout((int) SOON.toMillis());
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static BufferedReader lines(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String awaitLine(BufferedReader lines, String start) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(start)) {
                return line;
            }
        }
        throw new IOException("the stream ended without " + start);
    }

    /** Reads until the other side has closed. */
    private static long drained(Socket socket) {
        long bytes = 0;
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int read = socket.getInputStream().read(buffer);
                    read >= 0;
                    read = socket.getInputStream().read(buffer)) {
                bytes += read;
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection is still open", e);
        } catch (IOException e) {
            // Reset: closed, too.
        }
        return bytes;
    }
}
