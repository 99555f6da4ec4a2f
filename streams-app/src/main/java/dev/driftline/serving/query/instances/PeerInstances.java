package dev.driftline.serving.query.instances;

import dev.driftline.serving.http.HttpSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

/** Asks other instances over HTTP, over connections that stay open. Thread-safe. */
final class PeerInstances {

    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(2);

    private final HttpSettings settings;
    private final HttpClient client;

    PeerInstances(HttpSettings settings) {
        this.settings = settings;
        Duration timeout = settings.timeout();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout.compareTo(LONGEST_CONNECT) < 0 ? timeout : LONGEST_CONNECT);
        settings.tls().ifPresent(tls -> builder.sslContext(tls.client()));
        client = builder.build();
    }

    /** {@code host:port}. */
    static String name(HostInfo host) {
        return (host.host().contains(":") ? "[" + host.host() + "]" : host.host()) + ":" + host.port();
    }

    /**
     * Asks several instances, all at the same time.
     *
     * @param answered told of the answers of each; an answer is empty where what is asked for is not there
     * @throws ShardUnavailableException if one does not answer
     */
    void ask(Map<HostInfo, List<InstanceQuery>> queries, BiConsumer<HostInfo, List<Optional<byte[]>>> answered) {
        Map<HostInfo, CompletableFuture<HttpResponse<byte[]>>> asked = new HashMap<>();
        queries.forEach((host, ofHost) -> asked.put(host, send(host, ofHost)));
        try {
            asked.forEach((host, answer) -> answered.accept(host, await(host, answer)));
        } finally {
            // If one has failed, the others are of no use.
            asked.values().forEach(request -> request.cancel(true));
        }
    }

    /** The status of each instance, by its address, as JSON; empty where it does not answer in half of the timeout. */
    Map<String, Optional<byte[]>> statuses(Iterable<HostInfo> hosts) {
        Map<String, CompletableFuture<HttpResponse<byte[]>>> asked = new TreeMap<>();
        for (HostInfo host : hosts) {
            asked.put(name(host), send(host, List.of(new InstanceQuery.Status())));
        }
        Map<String, Optional<byte[]>> statuses = new TreeMap<>();
        asked.forEach((name, answer) -> statuses.put(name, status(answer)));
        return statuses;
    }

    private Optional<byte[]> status(CompletableFuture<HttpResponse<byte[]>> asked) {
        try {
            HttpResponse<byte[]> response = asked.get(settings.timeout().toMillis() / 2, TimeUnit.MILLISECONDS);
            return response.statusCode() == 200
                    ? InstanceAnswers.decode(response.body()).get(0)
                    : Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            asked.cancel(true);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> send(HostInfo host, List<InstanceQuery> queries) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(settings.scheme() + "://" + name(host) + ServiceShards.PATH))
                .timeout(settings.timeout())
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(InstanceQuery.encode(queries)));
        settings.credentials().ofInstances().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private List<Optional<byte[]>> await(HostInfo host, CompletableFuture<HttpResponse<byte[]>> asked) {
        try {
            HttpResponse<byte[]> response = asked.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new ShardUnavailableException(
                        "the instance at " + name(host) + " answered " + response.statusCode());
            }
            return InstanceAnswers.decode(response.body());
        } catch (ExecutionException e) {
            throw new ShardUnavailableException(
                    "the instance at " + name(host) + " does not answer: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new ShardUnavailableException("the instance at " + name(host) + " did not answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ShardUnavailableException("interrupted while asking the instance at " + name(host), e);
        }
    }
}
