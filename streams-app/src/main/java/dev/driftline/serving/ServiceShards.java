package dev.driftline.serving;

import dev.driftline.topology.DriftlineService;
import dev.driftline.topology.DriftlineTopology;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.state.HostInfo;

/**
 * The shards of a running service: those of this instance asked directly, the others at the instance that Kafka Streams
 * says has them.
 */
public final class ServiceShards implements ShardAccess {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final DriftlineService service;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    public ServiceShards(DriftlineService service) {
        this.service = service;
    }

    @Override
    public byte[] peek(int shard, byte[] request) {
        return service.shards()
                .ask(shard, scorer -> scorer.peek(request))
                .orElseGet(() -> send(
                        shard,
                        HttpRequest.newBuilder(address(shard, "/v1/shards/" + shard))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(request))));
    }

    @Override
    public long rawCount(int shard, List<String> ngram) {
        Optional<Long> here = service.shards().ask(shard, scorer -> scorer.rawCount(ngram));
        if (here.isPresent()) {
            return here.get();
        }
        String words = URLEncoder.encode(String.join(" ", ngram), StandardCharsets.UTF_8);
        byte[] answer =
                send(shard, HttpRequest.newBuilder(address(shard, "/v1/shards/" + shard + "/count?ngram=" + words)));
        return Long.parseLong(new String(answer, StandardCharsets.UTF_8).strip());
    }

    private URI address(int shard, String path) {
        HostInfo host = service.streams().streamsMetadataForStore(DriftlineTopology.COUNTS_STORE).stream()
                .filter(metadata -> metadata.topicPartitions().stream()
                        .anyMatch(partition -> partition.partition() == shard
                                && partition.topic().equals(service.requestsTopic())))
                .filter(metadata -> !metadata.hostInfo().host().equals("unavailable"))
                .map(metadata -> metadata.hostInfo())
                .findFirst()
                .orElseThrow(() -> new ShardUnavailableException(
                        "shard " + shard + " is not on this instance, and no other that answers questions has it"));
        return URI.create("http://" + host.host() + ":" + host.port() + path);
    }

    private byte[] send(int shard, HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response =
                    client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new ShardUnavailableException(
                        "the instance that should have shard " + shard + " answered " + response.statusCode());
            }
            return response.body();
        } catch (IOException e) {
            throw new ShardUnavailableException("the instance that has shard " + shard + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ShardUnavailableException("interrupted while asking for shard " + shard, e);
        }
    }
}
