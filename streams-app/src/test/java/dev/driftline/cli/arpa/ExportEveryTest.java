package dev.driftline.cli.arpa;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.driftline.arpa.ArpaReader;
import dev.driftline.cli.Driftline;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code export arpa --every}, a process of its own, against a service that is away the second time. */
class ExportEveryTest {

    private static final String COPY = "/v1/copies/0/c/";

    /** The service is asked for a fifth model: the one before is written. */
    private static final int ASKED = 5;

    @TempDir
    Path folder;

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger deleted = new AtomicInteger();
    private final CountDownLatch enough = new CountDownLatch(ASKED);
    private Path shard;
    private HttpServer service;

    @BeforeEach
    void start() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "the jury said so\nthe jury said no\n".repeat(20));
        Path state = folder.resolve("state");
        StringWriter said = new StringWriter();
        int learned = Driftline.execute(
                new PrintWriter(said, true),
                new PrintWriter(said, true),
                "learn",
                text.toString(),
                "--state",
                state.toString());
        assertThat(learned).as(said.toString()).isEqualTo(ExitCodes.OK);
        shard = state.resolve("shard-0");
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", this::answer);
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (exchange.getRequestMethod().equals("POST")) {
                boolean isAway = asked.incrementAndGet() == 2;
                enough.countDown();
                send(exchange, isAway ? 503 : 200, isAway ? "{\"detail\":\"a shard moves\"}" : copies());
            } else if (exchange.getRequestMethod().equals("DELETE")) {
                deleted.incrementAndGet();
                exchange.sendResponseHeaders(204, -1);
            } else {
                byte[] all = Files.readAllBytes(shard.resolve(path.substring(COPY.length())));
                String query = exchange.getRequestURI().getQuery();
                int from = query == null ? 0 : Integer.parseInt(query.substring("from=".length()));
                send(exchange, 200, Arrays.copyOfRange(all, from, all.length));
            }
        }
    }

    private String copies() throws IOException {
        List<Map<String, Object>> files;
        try (Stream<Path> there = Files.list(shard)) {
            files = there.filter(file -> !file.endsWith("LOCK"))
                    .map(file -> Map.<String, Object>of(
                            "name",
                            file.getFileName().toString(),
                            "bytes",
                            file.toFile().length()))
                    .toList();
        }
        return PlainJson.line(Map.of("copies", List.of(Map.of("shard", 0, "copy", "c", "files", files))));
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Test
    void shouldWriteTheModelAgainUntilItIsEndedAndLeaveNothingElse() throws Exception {
        Path models = folder.resolve("models");
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Driftline.class.getName(),
                        "export",
                        "arpa",
                        "--instance",
                        "http://127.0.0.1:" + service.getAddress().getPort(),
                        "--every",
                        "1s",
                        "--to",
                        models.toString())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(enough.await(60, TimeUnit.SECONDS))
                    .as(Files.readString(err) + Files.readString(out))
                    .isTrue();
            // As Ctrl-C does, by another signal.
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(Files.readString(err)).contains("a shard moves", "is as it was, and the next try is in 1s");
        assertThat(Files.readAllLines(out))
                .hasSizeBetween(ASKED - 2, ASKED - 1)
                .allSatisfy(line -> assertThat(line).startsWith(models + "/driftline.arpa: "));
        assertThat(ArpaReader.read(models.resolve("driftline.arpa")).index("jury"))
                .isPositive();
        try (Stream<Path> left = Files.list(models)) {
            assertThat(left).hasSize(1);
        }
        assertThat(deleted.get()).isBetween(ASKED - 2, ASKED - 1);
    }
}
