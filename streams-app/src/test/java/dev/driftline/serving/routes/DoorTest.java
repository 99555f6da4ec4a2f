package dev.driftline.serving.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.config.DriftlineConfig;
import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.BodyBytes;
import dev.driftline.serving.http.HttpEndpoint;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.InstanceSecret;
import dev.driftline.serving.http.ProblemResponses;
import dev.driftline.serving.query.instances.ServiceShards;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every route lets in who may come in, and reads of nobody else's body a byte; each is tried, whatever it is. */
class DoorTest {

    private static final String READ = "read-0123456789abcdef";
    private static final String OPERATE = "operate-0123456789abcdef";
    private static final String SECRET = "instances-0123456789abcdef";
    private static final int PATIENCE_MS = 20_000;

    private static DriftlineService service;
    private static HttpEndpoint loopback;
    private static HttpEndpoint guarded;

    @BeforeAll
    static void start() {
        DriftlineConfig config = DriftlineConfig.of(Map.of("http.hosts", "proxy.example, shop.example:8443"));
        service = new DriftlineService(config);
        loopback = ModelServer.start(config, service);
        guarded = ModelServer.start(
                DriftlineConfig.of(Map.of(
                        "http.read.token", READ,
                        "http.operate.token", OPERATE,
                        "http.instance.secret", SECRET,
                        "http.max.body.bytes", "2KiB")),
                service);
    }

    @AfterAll
    static void stop() {
        loopback.close();
        guarded.close();
        service.close();
    }

    private static Stream<String> routes() {
        DriftlineConfig config = DriftlineConfig.defaults();
        try (DriftlineService unused = new DriftlineService(config);
                HttpEndpoint server = ModelServer.start(config, unused)) {
            return server.routes().stream().map(route -> route.replaceAll("\\{\\w+}", "1")).toList().stream();
        }
    }

    private static boolean isOpen(String route) {
        return route.equals("GET /")
                || Stream.of("GET /dashboard/", "GET /health/", "GET /openapi.json")
                        .anyMatch(route::startsWith);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void shouldRefuseAMissingOrWrongTokenBeforeAByteOfTheBody(String route) throws Exception {
        if (isOpen(route)) {
            assertThat(ask(guarded, route, "Host: localhost")).doesNotStartWith("HTTP/1.1 401");
            return;
        }
        boolean isOfInstances = route.endsWith(ServiceShards.PATH);
        for (String token : List.of("", "Authorization: Bearer wrong-0123456789abcdef")) {
            String answer = ask(guarded, route, "Host: localhost", "Content-Length: 2000", token);
            assertThat(answer).startsWith(isOfInstances ? "HTTP/1.1 403" : "HTTP/1.1 401");
            assertThat(answer).containsIgnoringCase("Connection: close");
        }
    }

    @ParameterizedTest
    @MethodSource("routes")
    void shouldRefuseABodyOverItsLimitBeforeAByteOfIt(String route) throws Exception {
        String token = "Authorization: Bearer " + OPERATE;
        String answer = ask(guarded, route, "Host: localhost", "Content-Length: 100000000", token);
        assertThat(answer).startsWith(route.endsWith(ServiceShards.PATH) ? "HTTP/1.1 403" : "HTTP/1.1 413");
    }

    @ParameterizedTest
    @MethodSource("routes")
    void shouldRefuseAPageOfAnotherOrigin(String route) throws Exception {
        String host = "Host: localhost:7070";
        for (String foreign : List.of(
                "Origin: https://evil.example",
                "Origin: http://localhost:3000",
                "Origin: null",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image",
                "Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost:7070")) {
            assertThat(ask(loopback, route, host, "Content-Length: 2000", foreign))
                    .as(foreign)
                    .startsWith("HTTP/1.1 403")
                    .contains("foreign-origin");
        }
        if (route.startsWith("POST")) {
            assertThat(ask(
                            loopback,
                            route,
                            host,
                            "Origin: http://localhost:7070",
                            "Content-Length: 2000",
                            "Content-Type: text/plain"))
                    .startsWith("HTTP/1.1 415");
        }
    }

    @ParameterizedTest
    @MethodSource("routes")
    void shouldRefuseAHostThatIsNotItsOwnOnLoopback(String route) throws Exception {
        for (String foreign :
                List.of("evil.example", "evil.example:7070", "localhost.evil.example", "127.0.0.1.evil.example")) {
            assertThat(ask(loopback, route, "Host: " + foreign, "Content-Length: 2000"))
                    .as(foreign)
                    .startsWith("HTTP/1.1 421")
                    .contains("unknown-host", "http.hosts");
        }
    }

    @Test
    void shouldAnswerUnderEveryNameOfItsOwnAndThoseThatAreListed() throws Exception {
        for (String own : List.of(
                "localhost",
                "LOCALHOST:1234",
                "127.0.0.1:7070",
                "[::1]:7070",
                "10.0.0.7",
                "a.localhost",
                "localhost.",
                "proxy.example",
                "proxy.example:443",
                "shop.example:8443")) {
            assertThat(ask(loopback, "GET /health/started", "Host: " + own))
                    .as(own)
                    .startsWith("HTTP/1.1 503");
        }
        assertThat(ask(loopback, "GET /health/started", "Host: shop.example:8444"))
                .startsWith("HTTP/1.1 421");
    }

    @Test
    void shouldLetInTheDashboardThePagesThatAreListedAndLinksToIt() throws Exception {
        String[] good = {
            "Host: localhost:7070\r\nOrigin: http://localhost:7070",
            "Host: localhost:7070\r\nSec-Fetch-Site: same-origin",
            "Host: localhost:7070\r\nSec-Fetch-Site: none",
            "Host: 127.0.0.1:7070\r\nOrigin: https://proxy.example",
            "Host: 127.0.0.1:7070\r\nOrigin: https://proxy.example\r\nSec-Fetch-Site: same-site",
            "Host: 127.0.0.1:7070\r\nOrigin: https://shop.example:8443",
        };
        for (String headers : good) {
            assertThat(ask(loopback, "GET /v1/drift", headers)).as(headers).startsWith("HTTP/1.1 200");
        }
        String link =
                "Host: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document";
        assertThat(ask(loopback, "GET /", link)).startsWith("HTTP/1.1 200");
        assertThat(ask(loopback, "GET /v1/drift", link)).startsWith("HTTP/1.1 403");
    }

    @Test
    void shouldAskNobodyForItsNameWhereATokenIsNeededFromOtherMachines() throws Exception {
        DriftlineConfig config = DriftlineConfig.of(
                Map.of("http.host", "0.0.0.0", "http.advertised.host", "127.0.0.1", "http.read.token", READ));
        try (HttpEndpoint server = ModelServer.start(config, service)) {
            assertThat(ask(server, "GET /health/started", "Host: driftline.shop.svc.cluster.local"))
                    .startsWith("HTTP/1.1 503");
        }
    }

    @Test
    void shouldNotReadTheBodyOfARouteThatThereIsNot() throws Exception {
        assertThat(ask(loopback, "POST /v1/nothing", "Host: localhost", "Content-Length: 2000"))
                .startsWith("HTTP/1.1 404")
                .containsIgnoringCase("Connection: close");
        assertThat(ask(loopback, "POST /v1/status", "Host: localhost", "Content-Length: 2000"))
                .startsWith("HTTP/1.1 405");
    }

    @Test
    void shouldLetOnlyInstancesAskWhatInstancesAsk() throws Exception {
        InstanceSecret secret = new InstanceSecret(SECRET);
        String self = "unavailable:-1";
        String good =
                secret.prove(self, "hello".getBytes(StandardCharsets.UTF_8)).header();
        String route = "POST " + ServiceShards.PATH;
        for (String token : List.of("Bearer " + READ, "Bearer " + OPERATE, "Bearer " + SECRET)) {
            assertThat(ask(guarded, route, "Host: localhost", "Content-Length: 5", "Authorization: " + token))
                    .startsWith("HTTP/1.1 403")
                    .contains("not-an-instance");
        }
        String elsewhere = secret.prove("other:7070", "hello".getBytes(StandardCharsets.UTF_8))
                .header();
        assertThat(ask(guarded, route, "Host: localhost", "Content-Length: 5", "Authorization: " + elsewhere))
                .startsWith("HTTP/1.1 403");
        assertThat(ask(guarded, route, "Host: localhost", "Content-Length: 5", "Authorization: " + good, "", "other"))
                .startsWith("HTTP/1.1 403")
                .contains("not the one that its proof is for");
        assertThat(ask(guarded, route, "Host: localhost", "Content-Length: 5", "Authorization: " + good, "", "hello"))
                .as("one that may, and asks nonsense")
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void shouldAnswerNoInstanceWithAReadTokenAlone() throws Exception {
        try (HttpEndpoint server = ModelServer.start(DriftlineConfig.of(Map.of("http.read.token", READ)), service)) {
            assertThat(ask(
                            server,
                            "POST " + ServiceShards.PATH,
                            "Host: localhost",
                            "Content-Length: 5",
                            "Authorization: Bearer " + READ))
                    .startsWith("HTTP/1.1 403")
                    .contains("http.instance.secret");
        }
    }

    @Test
    void shouldBoundTheBytesOfAllBodiesAndGiveThemBack() throws Exception {
        DriftlineConfig config = DriftlineConfig.of(
                Map.of("http.max.body.bytes", "64KiB", "http.bodies.max.bytes", "128KiB", "http.timeout.ms", "20000"));
        HttpSettings settings = HttpSettings.of(config);
        AtomicLong told = new AtomicLong();
        BodyBytes bodies = HttpEndpoint.bodies(settings, told::set);
        List<Socket> slow = new ArrayList<>();
        byte[] most = "x".repeat(60_000).getBytes(StandardCharsets.US_ASCII);
        try (HttpEndpoint server = HttpEndpoint.start(
                settings,
                List.of(
                        new ProblemResponses(ModelProblems::of),
                        routes -> routes.post("/take", context -> context.result(context.bodyAsBytes().length + ""))),
                bodies,
                () -> "here:1")) {
            for (int i = 0; i < 2; i++) {
                Socket socket = connect(server);
                slow.add(socket);
                socket.getOutputStream().write(head("POST /take", "Host: localhost", "Content-Length: 60001"));
                socket.getOutputStream().write(most);
                socket.getOutputStream().flush();
            }
            await().until(() -> bodies.bytes() >= 120_000);
            assertThat(told).hasValue(bodies.bytes());
            assertThat(bodies.bytes()).isLessThanOrEqualTo(bodies.most());
            String refused =
                    ask(server, "POST /take", "Host: localhost", "Content-Length: 20000", "", "y".repeat(20_000));
            assertThat(refused)
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After", "too-many-bytes", "http.bodies.max.bytes");
            assertThat(ask(server, "POST /take", "Host: localhost", "Content-Length: 3", "", "abc"))
                    .as("a small one finds room")
                    .startsWith("HTTP/1.1 200");
            slow.get(0).getOutputStream().write('x');
            assertThat(answer(slow.get(0))).startsWith("HTTP/1.1 200").endsWith("60001");
            slow.get(1).close();
            await("what is given back").until(() -> bodies.bytes() == 0);
            assertThat(ask(server, "POST /take", "Host: localhost", "Content-Length: 60000", "", "z".repeat(60_000)))
                    .startsWith("HTTP/1.1 200");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void shouldBoundWhatABodyBecomesOnTheHeap() throws Exception {
        try (ServedModel served = new ServedModel(Map.of("http.max.tokens", "100"))) {
            JsonNode problem =
                    served.problem("POST", "/v1/score", "{\"text\": [" + "[],".repeat(100_000) + "[]]}", 422);
            assertThat(problem.get("detail").asText()).contains("too many values", "http.max.tokens");
        }
    }

    /** The answer to a head, and to what stands behind an empty string. */
    private static String ask(HttpEndpoint server, String route, String... lines) throws IOException {
        int end = List.of(lines).indexOf("");
        boolean hasBody = end >= 0 && end == lines.length - 2;
        String[] fields = Stream.of(lines)
                .limit(hasBody ? end : lines.length)
                .filter(line -> !line.isEmpty())
                .toArray(String[]::new);
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(head(route, fields));
            if (hasBody) {
                socket.getOutputStream().write(lines[end + 1].getBytes(StandardCharsets.UTF_8));
            }
            socket.getOutputStream().flush();
            return answer(socket);
        }
    }

    private static Socket connect(HttpEndpoint server) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private static byte[] head(String route, String... fields) {
        return (route + " HTTP/1.1\r\n" + String.join("\r\n", fields) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** The head, and the body as far as it is announced. */
    private static String answer(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
            answer.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
            int end = answer.indexOf("\r\n\r\n");
            if (end >= 0 && answer.length() - end - 4 >= length(answer.substring(0, end))) {
                break;
            }
        }
        return answer.toString();
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, "Content-Length: ", 0, 16))
                .mapToInt(line -> Integer.parseInt(line.substring(16).strip()))
                .findFirst()
                .orElse(0);
    }
}
