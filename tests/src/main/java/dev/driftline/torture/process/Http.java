package dev.driftline.torture.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Short questions to processes that may be away. */
final class Http {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    private Http() {}

    /** The status of the answer, or 0 if there is none. */
    static int status(String url) {
        return get(url).map(HttpResponse::statusCode).orElse(0);
    }

    /** The body of the answer, if it is a good one. */
    static Optional<String> body(String url) {
        return get(url).filter(answer -> answer.statusCode() == 200).map(HttpResponse::body);
    }

    private static Optional<HttpResponse<String>> get(String url) {
        try {
            return Optional.of(CLIENT.send(
                    HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofString()));
        } catch (IOException away) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
