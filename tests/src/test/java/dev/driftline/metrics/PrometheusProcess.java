package dev.driftline.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.embedded.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Prometheus of its own on a loopback port, and promtool; both as Debian's package {@code prometheus} has them. */
final class PrometheusProcess implements AutoCloseable {

    static final String HOW_TO_INSTALL =
            "prometheus and promtool are not on the PATH; Debian has both in the package prometheus";

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Process process;
    private final String address;

    private PrometheusProcess(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    static boolean isInstalled() {
        List<String> folders = Arrays.asList(System.getenv("PATH").split(":"));
        return List.of("prometheus", "promtool").stream()
                .allMatch(name -> folders.stream()
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(name))));
    }

    /**
     * Starts one that scrapes and judges four times a second, with the configuration of {@code examples/prometheus}.
     *
     * @param folder for its files
     * @param target {@code HOST:PORT} that serves {@code /metrics}
     * @param rules a file of rules, beside those of the example
     */
    static PrometheusProcess start(Path folder, String target, Path rules) throws IOException {
        Files.createDirectories(folder);
        Path example = Expressions.example("prometheus/prometheus.yml");
        String alerts = example.resolveSibling("alerts.yml").toString();
        Path config = folder.resolve("prometheus.yml");
        String text = Files.readString(example);
        for (String place : List.of("_interval: 15s", "  - alerts.yml", "localhost:7070")) {
            if (!text.contains(place)) {
                throw new IllegalStateException(example + " has no '" + place + "' that could be replaced");
            }
        }
        Files.writeString(
                config,
                text.replace("_interval: 15s", "_interval: 250ms")
                        .replace("  - alerts.yml", "  - " + alerts + "\n  - " + rules.toAbsolutePath())
                        .replace("localhost:7070", target));
        int port = FreePorts.one();
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log.txt").toFile())
                .start();
        return new PrometheusProcess(process, "http://127.0.0.1:" + port);
    }

    /** The {@code data} of an answer of the HTTP API. */
    JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create(address + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        JsonNode answer = json.readTree(response.body());
        if (!answer.path("status").asText().equals("success")) {
            throw new IOException(path + " gives " + response.statusCode() + ": " + response.body());
        }
        return answer.get("data");
    }

    /** The samples of an instant query: an array of {@code {metric, value}}. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        return get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .get("result");
    }

    /** What promtool gave. */
    record Result(int exitCode, String output) {}

    /** Runs promtool with {@code input} as its standard input. */
    static Result promtool(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(Arrays.asList(arguments));
        Path output = Files.createTempFile("driftline-promtool-", ".txt");
        try {
            Process promtool = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (var in = promtool.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!promtool.waitFor(30, TimeUnit.SECONDS)) {
                promtool.destroyForcibly();
                throw new IOException(command + " did not end");
            }
            return new Result(promtool.exitValue(), Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
