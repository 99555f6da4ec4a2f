package dev.driftline.serving.query.instances;

import dev.driftline.service.DriftlineService;
import dev.driftline.shards.ShardCounts;
import dev.driftline.sources.SourceModels;
import dev.driftline.topics.Layout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;

/** Which other instance has which part of the model, as one look at the metadata of Kafka Streams says. */
final class PartOwners {

    private final Map<Integer, HostInfo> shards = new HashMap<>();
    private final Set<HostInfo> sources = new HashSet<>();

    /** @throws ShardUnavailableException if this instance does not know the others yet */
    static PartOwners of(DriftlineService service) {
        try {
            return new PartOwners(service);
        } catch (IllegalStateException | InvalidStateStoreException e) {
            throw new ShardUnavailableException("this instance is starting: it does not know the others yet", e);
        }
    }

    private PartOwners(DriftlineService service) {
        HostInfo self = service.self();
        Layout layout =
                service.layout().orElseThrow(() -> new IllegalStateException("the service has not been started"));
        String requests = service.topic(layout.countsRead());
        for (StreamsMetadata metadata : service.streams().streamsMetadataForStore(ShardCounts.STORE)) {
            if (isOther(metadata, self)) {
                metadata.topicPartitions().stream()
                        .filter(partition -> partition.topic().equals(requests))
                        .forEach(partition -> shards.put(partition.partition(), metadata.hostInfo()));
            }
        }
        String replies = service.topic(layout.sourcesRead());
        for (StreamsMetadata metadata : service.streams().streamsMetadataForStore(SourceModels.STORE)) {
            boolean gathers = metadata.topicPartitions().stream()
                    .anyMatch(partition -> partition.topic().equals(replies));
            if (gathers && isOther(metadata, self)) {
                sources.add(metadata.hostInfo());
            }
        }
    }

    private static boolean isOther(StreamsMetadata metadata, HostInfo self) {
        return !metadata.hostInfo().equals(self) && !metadata.hostInfo().host().equals("unavailable");
    }

    /** @throws ShardUnavailableException if no other instance has the shard */
    HostInfo ofShard(int shard) {
        HostInfo host = shards.get(shard);
        if (host == null) {
            throw new ShardUnavailableException("shard " + shard
                    + " is not on this instance, and no other instance that can be reached has it; if one"
                    + " on another machine does, set its http.host and http.advertised.host to what others reach");
        }
        return host;
    }

    /** The instances that have partitions of sources; none where this instance has them all. */
    Set<HostInfo> ofSources() {
        return sources;
    }

    /** Every other instance that has a part. */
    Set<HostInfo> all() {
        Set<HostInfo> all = new HashSet<>(sources);
        all.addAll(shards.values());
        return all;
    }
}
