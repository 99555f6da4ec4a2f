package dev.driftline.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.driftline.config.InvalidConfigException;
import dev.driftline.corpus.TextInput;
import dev.driftline.serving.http.tls.TlsFiles;
import dev.driftline.terminal.CommandFailedException;
import dev.driftline.terminal.ExitCodes;
import dev.driftline.terminal.PlainJson;
import dev.driftline.terminal.Printable;
import dev.driftline.terminal.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks a running instance, with its token where it wants one. */
public final class InstanceClient {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String VARIABLE = "DRIFTLINE_HTTP_READ_TOKEN";
    private static final String FILE = "file:";

    private static final int MOST_TOKEN_BYTES = 1 << 16;

    private final URI instance;
    private final String token;
    private final HttpClient client;

    /**
     * @param instance its address; a slash at the end makes no difference
     * @param token a token, file:PATH, or null for that of the environment
     * @param trust certificates in PEM, or null for those that Java trusts
     */
    public InstanceClient(URI instance, @Nullable String token, @Nullable Path trust) {
        this.instance = server(instance);
        this.token = read(token == null ? System.getenv().getOrDefault(VARIABLE, "") : token);
        Secrets.learn(this.token);
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(CONNECT);
        if (trust != null) {
            try {
                builder.sslContext(TlsFiles.trustingOnly(trust));
            } catch (InvalidConfigException e) {
                throw new CommandFailedException(e.getMessage(), ExitCodes.USAGE);
            }
        }
        client = builder.build();
    }

    private static URI server(URI address) {
        if (address.getHost() == null || !List.of("http", "https").contains(address.getScheme())) {
            throw new CommandFailedException(
                    "--instance " + address + ": must be an address such as http://127.0.0.1:7070", ExitCodes.USAGE);
        }
        String path = address.getPath().replaceAll("/+$", "");
        if (!path.isEmpty() || address.getQuery() != null || address.getFragment() != null) {
            throw new CommandFailedException(
                    "--instance " + address + ": must be the address of the server alone, without a path",
                    ExitCodes.USAGE);
        }
        return URI.create(address.getScheme() + "://" + address.getAuthority());
    }

    private static String read(String given) {
        if (!given.startsWith(FILE)) {
            return given;
        }
        Path file = Path.of(given.substring(FILE.length()));
        try {
            return TextInput.read(file, MOST_TOKEN_BYTES).strip();
        } catch (IOException e) {
            throw new CommandFailedException("cannot read the token: " + e.getMessage(), ExitCodes.USAGE);
        }
    }

    /**
     * The answer to a GET, JSON.
     *
     * @param path with its query
     * @throws IOException if nothing answers there
     */
    public String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(instance + path)));
    }

    /**
     * The answer to a POST, JSON.
     *
     * @param body JSON
     * @throws IOException if nothing answers there
     */
    public String post(String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(instance + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /**
     * The answer to a GET, as it is.
     *
     * @param path with its query
     * @throws IOException if nothing answers there
     */
    public byte[] bytes(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(
                request(HttpRequest.newBuilder(URI.create(instance + path))), HttpResponse.BodyHandlers.ofByteArray());
        check(response.statusCode(), () -> new String(response.body(), StandardCharsets.UTF_8));
        return response.body();
    }

    /**
     * Sends a DELETE.
     *
     * @throws IOException if nothing answers there
     */
    public void delete(String path) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(URI.create(instance + path)).DELETE());
    }

    private HttpRequest request(HttpRequest.Builder request) {
        request.timeout(PATIENCE);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return request.build();
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request(request), HttpResponse.BodyHandlers.ofString());
        check(response.statusCode(), response::body);
        return response.body();
    }

    private void check(int status, Supplier<String> body) {
        if (status == 401) {
            throw new CommandFailedException(
                    instance + " wants a token: give it with --token, or set " + VARIABLE + " to it");
        }
        if (status != 200 && status != 204) {
            throw new CommandFailedException(
                    instance + " answered " + status + ": " + Printable.escape(detail(body.get())));
        }
    }

    private static String detail(String body) {
        try {
            JsonNode problem = PlainJson.read(body);
            return problem != null && problem.hasNonNull("detail")
                    ? problem.get("detail").asText()
                    : body;
        } catch (UncheckedIOException e) {
            return body;
        }
    }
}
