package dev.driftline.serving.query.instances;

import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.shards.ShardCounts;
import dev.driftline.sources.SourceModels;
import dev.driftline.sources.SourceState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;

/**
 * The whole model of a running service: what this instance owns asked directly, the rest at the instances that Kafka Streams
 * says own it, one request each, all at the same time, over connections that stay open.
 *
 * <p>Standbys are not asked: the counts of a standby are in RocksDB only, as of some commit ago, and two shards of different
 * ages would make one wrong answer. While a shard moves, questions that need it fail.
 */
public final class ServiceShards implements ShardAccess {

    /** Where instances ask each other. */
    public static final String PATH = "/v1/instance/ask";

    private final DriftlineService service;
    private final InstanceAnswers here;
    private final HttpSettings settings;
    private final HttpClient client;

    public ServiceShards(DriftlineService service, InstanceAnswers here, HttpSettings settings) {
        this.service = service;
        this.here = here;
        this.settings = settings;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout(settings.timeout()));
        settings.tls().ifPresent(tls -> builder.sslContext(tls.client()));
        client = builder.build();
    }

    private static Duration connectTimeout(Duration timeout) {
        return timeout.compareTo(Duration.ofSeconds(2)) < 0 ? timeout : Duration.ofSeconds(2);
    }

    @Override
    public List<byte[]> ask(List<InstanceQuery> questions) {
        byte[][] answers = new byte[questions.size()][];
        Map<HostInfo, List<Integer>> elsewhere = new LinkedHashMap<>();
        Owners owners = null;
        for (int i = 0; i < answers.length; i++) {
            InstanceQuery question = questions.get(i);
            Optional<byte[]> own = here.answer(question);
            own.ifPresent(keepAt(answers, i));
            boolean isSource = question instanceof InstanceQuery.Source;
            if (own.isPresent() && !isSource) {
                continue;
            }
            owners = owners == null ? Owners.of(service) : owners;
            Set<HostInfo> asked = isSource ? owners.ofSources() : Set.of(owners.ofShard(shard(question)));
            for (HostInfo host : asked) {
                elsewhere.computeIfAbsent(host, first -> new ArrayList<>()).add(i);
            }
        }
        askOthers(questions, elsewhere, answers);
        for (int i = 0; i < answers.length; i++) {
            if (answers[i] == null) {
                throw new ShardUnavailableException("no instance has a partition of the documents just now");
            }
        }
        return List.of(answers);
    }

    private static Consumer<byte[]> keepAt(byte[][] answers, int i) {
        return answer -> answers[i] = answer;
    }

    private static int shard(InstanceQuery question) {
        return question instanceof InstanceQuery.Peek peek ? peek.shard() : ((InstanceQuery.Count) question).shard();
    }

    private void askOthers(List<InstanceQuery> questions, Map<HostInfo, List<Integer>> elsewhere, byte[][] answers) {
        Map<HostInfo, CompletableFuture<HttpResponse<byte[]>>> asked = new HashMap<>();
        elsewhere.forEach((host, numbers) -> asked.put(
                host,
                client.sendAsync(
                        request(host, numbers.stream().map(questions::get).toList()),
                        HttpResponse.BodyHandlers.ofByteArray())));
        try {
            for (Map.Entry<HostInfo, List<Integer>> entry : elsewhere.entrySet()) {
                HostInfo host = entry.getKey();
                List<Integer> numbers = entry.getValue();
                List<Optional<byte[]>> come = answers(host, asked.get(host));
                for (int i = 0; i < numbers.size(); i++) {
                    int number = numbers.get(i);
                    InstanceQuery question = questions.get(number);
                    Optional<byte[]> answer = i < come.size() ? come.get(i) : Optional.empty();
                    if (question instanceof InstanceQuery.Source) {
                        answer.ifPresent(state -> answers[number] = better(answers[number], state));
                    } else {
                        answers[number] = answer.orElseThrow(() -> new ShardUnavailableException(
                                "shard " + shard(question) + " has just left the instance at " + name(host)));
                    }
                }
            }
        } finally {
            // One that failed makes the others useless.
            asked.values().forEach(request -> request.cancel(true));
        }
    }

    /** The status of every other instance, by its address, as JSON; empty where it does not answer. */
    public Map<String, Optional<byte[]>> statuses() {
        Map<String, CompletableFuture<HttpResponse<byte[]>>> asked = new TreeMap<>();
        Map<String, Optional<byte[]>> statuses = new TreeMap<>();
        Set<HostInfo> all;
        try {
            all = Owners.of(service).all();
        } catch (ShardUnavailableException e) {
            return statuses;
        }
        for (HostInfo host : all) {
            asked.put(
                    name(host),
                    client.sendAsync(
                            request(host, List.of(new InstanceQuery.Status())),
                            HttpResponse.BodyHandlers.ofByteArray()));
        }
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

    private static byte[] better(byte[] oneOrNull, byte[] other) {
        if (oneOrNull == null) {
            return other;
        }
        SourceState one = SourceState.decode(oneOrNull);
        return SourceState.better(one, SourceState.decode(other)) == one ? oneOrNull : other;
    }

    private HttpRequest request(HostInfo host, List<InstanceQuery> questions) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.scheme() + "://" + name(host) + PATH))
                .timeout(settings.timeout())
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(InstanceQuery.encode(questions)));
        settings.credentials().ofInstances().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        return request.build();
    }

    private static String name(HostInfo host) {
        return (host.host().contains(":") ? "[" + host.host() + "]" : host.host()) + ":" + host.port();
    }

    private List<Optional<byte[]>> answers(HostInfo host, CompletableFuture<HttpResponse<byte[]>> asked) {
        try {
            HttpResponse<byte[]> response = asked.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            if (response.statusCode() != 200) {
                throw new ShardUnavailableException(
                        "the instance at " + name(host) + " answered " + response.statusCode());
            }
            return InstanceAnswers.decode(response.body());
        } catch (ExecutionException e) {
            throw new ShardUnavailableException(
                    "the instance at " + name(host) + " does not answer: " + reason(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new ShardUnavailableException("the instance at " + name(host) + " did not answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ShardUnavailableException("interrupted while asking the instance at " + name(host), e);
        }
    }

    private static String reason(Throwable cause) {
        return cause instanceof IOException ? cause.toString() : String.valueOf(cause);
    }

    /** Which instance has what, as one look at the metadata says; this instance left out. */
    private static final class Owners {

        private final Map<Integer, HostInfo> shards = new HashMap<>();
        private final Set<HostInfo> sources = new HashSet<>();

        static Owners of(DriftlineService service) {
            try {
                return new Owners(service);
            } catch (IllegalStateException | InvalidStateStoreException e) {
                throw new ShardUnavailableException("this instance is starting: it does not know the others yet", e);
            }
        }

        private Owners(DriftlineService service) {
            HostInfo self = service.self();
            String requests = service.requestsTopic();
            for (StreamsMetadata metadata : service.streams().streamsMetadataForStore(ShardCounts.STORE)) {
                if (isOther(metadata, self)) {
                    metadata.topicPartitions().stream()
                            .filter(partition -> partition.topic().equals(requests))
                            .forEach(partition -> shards.put(partition.partition(), metadata.hostInfo()));
                }
            }
            String replies = service.repliesTopic();
            for (StreamsMetadata metadata : service.streams().streamsMetadataForStore(SourceModels.STORE)) {
                boolean gathers = metadata.topicPartitions().stream()
                        .anyMatch(partition -> partition.topic().equals(replies));
                if (gathers && isOther(metadata, self)) {
                    sources.add(metadata.hostInfo());
                }
            }
        }

        private static boolean isOther(StreamsMetadata metadata, HostInfo self) {
            return !metadata.hostInfo().equals(self)
                    && !metadata.hostInfo().host().equals("unavailable");
        }

        HostInfo ofShard(int shard) {
            HostInfo host = shards.get(shard);
            if (host == null) {
                throw new ShardUnavailableException(
                        "shard " + shard + " is not on this instance, and no other that answers questions has it");
            }
            return host;
        }

        Set<HostInfo> all() {
            Set<HostInfo> all = new HashSet<>(sources);
            all.addAll(shards.values());
            return all;
        }

        Set<HostInfo> ofSources() {
            return sources;
        }
    }
}
