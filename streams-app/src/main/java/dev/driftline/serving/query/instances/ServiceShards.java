package dev.driftline.serving.query.instances;

import dev.driftline.service.DriftlineService;
import dev.driftline.serving.http.HttpSettings;
import dev.driftline.sources.SourceState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;

/**
 * The whole model of a running service: asks this instance for what it owns, and the instances that Kafka Streams names as
 * owners for the rest, one request each, all at the same time. Thread-safe.
 *
 * <p>Standbys are not asked: the counts of a standby are in RocksDB only, as of some commit ago, and two shards of different
 * ages would make one wrong answer. While a shard moves, queries that need it fail.
 */
public final class ServiceShards implements ShardAccess {

    /** Where instances ask each other. */
    public static final String PATH = "/v1/instance/ask";

    private final DriftlineService service;
    private final InstanceAnswers here;
    private final PeerInstances peers;

    /** @param here answers for this instance */
    public ServiceShards(DriftlineService service, InstanceAnswers here, HttpSettings settings) {
        this.service = service;
        this.here = here;
        peers = new PeerInstances(settings);
    }

    @Override
    public List<byte[]> ask(List<InstanceQuery> queries) {
        byte[][] answers = new byte[queries.size()][];
        Map<HostInfo, List<Integer>> elsewhere = new LinkedHashMap<>();
        Optional<PartOwners> owners = Optional.empty();
        for (int i = 0; i < answers.length; i++) {
            InstanceQuery query = queries.get(i);
            Optional<byte[]> own = here.answer(query);
            if (own.isPresent()) {
                answers[i] = own.get();
            }
            boolean isSource = query instanceof InstanceQuery.Source;
            if (own.isPresent() && !isSource) {
                continue;
            }
            if (owners.isEmpty()) {
                owners = Optional.of(PartOwners.of(service));
            }
            Set<HostInfo> asked =
                    isSource ? owners.get().ofSources() : Set.of(owners.get().ofShard(InstanceQuery.shard(query)));
            for (HostInfo host : asked) {
                elsewhere.computeIfAbsent(host, first -> new ArrayList<>()).add(i);
            }
        }
        askPeers(queries, elsewhere, answers);
        for (byte[] answer : answers) {
            if (answer == null) {
                throw new ShardUnavailableException("no instance has a partition of the documents just now");
            }
        }
        return List.of(answers);
    }

    /** The status of every other instance, by its address, as JSON; empty where it does not answer. */
    public Map<String, Optional<byte[]>> statuses() {
        try {
            return peers.statuses(PartOwners.of(service).all());
        } catch (ShardUnavailableException e) {
            return Map.of();
        }
    }

    private void askPeers(List<InstanceQuery> queries, Map<HostInfo, List<Integer>> elsewhere, byte[][] answers) {
        Map<HostInfo, List<InstanceQuery>> asked = new LinkedHashMap<>();
        elsewhere.forEach((host, numbers) ->
                asked.put(host, numbers.stream().map(queries::get).toList()));
        peers.ask(asked, (host, come) -> {
            List<Integer> numbers = elsewhere.getOrDefault(host, List.of());
            for (int i = 0; i < numbers.size(); i++) {
                int number = numbers.get(i);
                InstanceQuery query = queries.get(number);
                Optional<byte[]> answer = i < come.size() ? come.get(i) : Optional.empty();
                if (query instanceof InstanceQuery.Source) {
                    answer.ifPresent(state -> answers[number] = better(answers[number], state));
                } else {
                    answers[number] =
                            answer.orElseThrow(() -> new ShardUnavailableException("shard " + InstanceQuery.shard(query)
                                    + " has just left the instance at " + PeerInstances.name(host)));
                }
            }
        });
    }

    private static byte[] better(byte @Nullable [] one, byte[] other) {
        if (one == null) {
            return other;
        }
        SourceState first = SourceState.decode(one);
        return SourceState.better(first, SourceState.decode(other)) == first ? one : other;
    }
}
