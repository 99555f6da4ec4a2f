package dev.driftline.serving.query.instances;

import dev.driftline.serving.http.HttpSettings;
import dev.driftline.serving.http.InstanceSecret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/**
 * Asks other instances over HTTP, over connections that stay open. Their addresses come from the consumer group, where whoever may
 * join it can write one: so no token goes there, only a proof that is good for that address alone, and an answer is believed if it
 * proves the same secret. Thread-safe.
 */
public final class PeerInstances {

    private static final String NO_SECRET = "instances with tokens prove to each other that they belong together: set"
            + " http.instance.secret to the same secret on all of them, or http.operate.token, from which one is derived";

    /** Bytes of a refusal that are repeated. */
    private static final int MOST_TOLD = 1000;

    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(2);

    private final HttpSettings settings;
    private final HttpClient client;

    PeerInstances(HttpSettings settings) {
        this.settings = settings;
        Duration timeout = settings.limits().timeout();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT);
        settings.tls().ifPresent(tls -> builder.sslContext(tls.client()));
        client = builder.build();
    }

    /** {@code host:port}. */
    public static String name(HostInfo host) {
        return HttpSettings.authority(host.host(), host.port());
    }

    /**
     * Asks several instances, all at the same time.
     *
     * @param answered told of the answers of each; an answer is empty where what is asked for is not there
     * @throws ShardUnavailableException if one does not answer
     * @throws IllegalArgumentException if one cannot answer what is asked, now or later
     * @throws PeerRefusedException if one does not trust this one, or is not to be trusted
     * @throws MessageTooLargeException if one does not take a query as large, or answers too much
     */
    void ask(Map<HostInfo, List<InstanceQuery>> queries, BiConsumer<HostInfo, List<Optional<byte[]>>> answered) {
        Map<HostInfo, Asked> asked = new HashMap<>();
        try {
            queries.forEach((host, ofHost) -> asked.put(host, send(host, ofHost)));
            asked.forEach((host, answer) -> answered.accept(host, await(answer)));
        } finally {
            // If one has failed, the others are of no use.
            asked.values().forEach(request -> request.response().cancel(true));
        }
    }

    /** The status of each instance, by its address, as JSON; empty where it does not answer in half of the timeout. */
    Map<String, Optional<byte[]>> statuses(Iterable<HostInfo> hosts) {
        Map<String, Optional<byte[]>> statuses = new TreeMap<>();
        Map<String, Asked> asked = new TreeMap<>();
        for (HostInfo host : hosts) {
            try {
                asked.put(name(host), send(host, List.of(new InstanceQuery.Status())));
            } catch (PeerRefusedException e) {
                statuses.put(name(host), Optional.empty());
            }
        }
        asked.forEach((name, answer) -> statuses.put(name, status(answer)));
        return statuses;
    }

    private Optional<byte[]> status(Asked asked) {
        try {
            HttpResponse<byte[]> response =
                    asked.response().get(settings.limits().timeout().toMillis() / 2, TimeUnit.MILLISECONDS);
            return response.statusCode() == 200 && believes(asked, response)
                    ? InstanceAnswers.decode(response.body()).stream()
                            .findFirst()
                            .flatMap(status -> status)
                    : Optional.empty();
        } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
            asked.response().cancel(true);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * A message under way.
     *
     * @param host {@code host:port} that is asked
     * @param number of its proof, which the answer's repeats; empty where instances need none
     */
    private record Asked(String host, String number, CompletableFuture<HttpResponse<byte[]>> response) {}

    private Asked send(HostInfo host, List<InstanceQuery> queries) {
        String name = name(host);
        byte[] message = InstanceQuery.encode(queries);
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(settings.scheme() + "://" + name + ServiceShards.PATH))
                .timeout(settings.limits().timeout())
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(message));
        String number = "";
        if (settings.secret().isPresent()) {
            InstanceSecret.Proof proof = settings.secret().get().prove(name, message);
            request.header("Authorization", proof.header());
            number = proof.number();
        } else if (settings.credentials().required()) {
            throw new PeerRefusedException(NO_SECRET);
        }
        return new Asked(
                name,
                number,
                client.sendAsync(
                        request.build(), BoundedBody.of(settings.limits().bodiesBytes())));
    }

    private boolean believes(Asked asked, HttpResponse<byte[]> response) {
        String proof =
                response.headers().firstValue(InstanceSecret.ANSWER_HEADER).orElse(null);
        return settings.secret().isEmpty() || settings.secret().get().believes(asked.number(), response.body(), proof);
    }

    private List<Optional<byte[]>> await(Asked asked) {
        String name = "the instance at " + asked.host();
        try {
            HttpResponse<byte[]> response =
                    asked.response().get(settings.limits().timeout().toMillis(), TimeUnit.MILLISECONDS);
            int status = response.statusCode();
            if (status == 413) {
                throw new MessageTooLargeException("the request is too large for " + name
                        + ": ask for less at a time, or raise http.bodies.max.bytes on all instances");
            }
            if (status == 422) {
                throw new IllegalArgumentException(name + " cannot answer: " + told(response.body()));
            }
            if (status == 401 || status == 403 || status == 421) {
                throw new PeerRefusedException(name + " refuses this one (" + status + "): " + told(response.body()));
            }
            if (status != 200) {
                throw new ShardUnavailableException(name + " answered " + status);
            }
            if (!believes(asked, response)) {
                throw new PeerRefusedException(name + " does not prove that it is an instance of this service: "
                        + "http.instance.secret (or else http.operate.token) must be the same on all instances");
            }
            return decoded(name, response.body());
        } catch (ExecutionException e) {
            if (causeOf(e) instanceof MessageTooLargeException tooLarge) {
                throw tooLarge;
            }
            throw new ShardUnavailableException(name + " does not answer: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new ShardUnavailableException(name + " did not answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ShardUnavailableException("interrupted while asking " + name, e);
        }
    }

    private static List<Optional<byte[]>> decoded(String name, byte[] body) {
        try {
            return InstanceAnswers.decode(body);
        } catch (IllegalArgumentException e) {
            throw new ShardUnavailableException(name + " answers what this version cannot read: " + e.getMessage(), e);
        }
    }

    /** What a refusal says. */
    private static String told(byte[] body) {
        return new String(body, 0, Math.min(body.length, MOST_TOLD), StandardCharsets.UTF_8);
    }

    /** The client wraps what a body fails with. */
    private static @Nullable Throwable causeOf(ExecutionException failure) {
        Throwable cause = failure.getCause();
        return cause instanceof IOException && cause.getCause() != null ? cause.getCause() : cause;
    }
}
