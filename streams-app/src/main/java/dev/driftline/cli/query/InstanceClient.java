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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks a running instance, with its token where it wants one. */
final class InstanceClient {

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
    InstanceClient(URI instance, @Nullable String token, @Nullable Path trust) {
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
    String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(instance + path)));
    }

    /**
     * The answer to a POST, JSON.
     *
     * @param body JSON
     * @throws IOException if nothing answers there
     */
    String post(String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(instance + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        request.timeout(PATIENCE);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 401) {
            throw new CommandFailedException(
                    instance + " wants a token: give it with --token, or set " + VARIABLE + " to it");
        }
        if (response.statusCode() != 200) {
            throw new CommandFailedException(
                    instance + " answered " + response.statusCode() + ": " + Printable.escape(detail(response.body())));
        }
        return response.body();
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
