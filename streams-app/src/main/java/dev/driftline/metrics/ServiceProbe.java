package dev.driftline.metrics;

import dev.driftline.service.DriftlineService;
import dev.driftline.service.InputLag;
import dev.driftline.service.RestoreProgress.Restoring;
import dev.driftline.store.SharedRocksDbMemory;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.streams.KafkaStreams;

/** What the instance is doing and has before it: its state, lag, documents under way, restorations, shards. */
final class ServiceProbe implements Probe {

    private final DriftlineService service;

    ServiceProbe(DriftlineService service) {
        this.service = service;
    }

    @Override
    public void read(Samples samples) {
        KafkaStreams.State state = service.state().orElse(KafkaStreams.State.CREATED);
        for (KafkaStreams.State each : KafkaStreams.State.values()) {
            samples.gauge(
                    "driftline_state",
                    "1 for the state that the instance is in, by the name that Kafka Streams gives it.",
                    each == state ? 1 : 0,
                    "state",
                    each.name().toLowerCase(Locale.ROOT));
        }
        service.progress()
                .pendingByPartition()
                .forEach((partition, documents) -> samples.gauge(
                        "driftline_pending_documents",
                        "Documents that wait for replies of the shards or for the network, by the partition that they"
                                + " came from.",
                        documents,
                        "partition",
                        partition.toString()));
        service.progress()
                .documentsByRule()
                .forEach((rule, documents) -> samples.counter(
                        "driftline_filtered_documents",
                        "Documents by the rule of the filter that decided on them.",
                        documents,
                        "rule",
                        rule));
        for (InputLag lag : service.inputLags()) {
            samples.gauge(
                    "driftline_input_lag_records",
                    "Records of a partition that are there to be read and that the instance has not fetched.",
                    lag.records(),
                    "topic",
                    lag.topic(),
                    "partition",
                    Integer.toString(lag.partition()));
        }
        readRestorations(samples);
        readShards(samples);
    }

    private void readRestorations(Samples samples) {
        samples.counter(
                "driftline_restored_records",
                "Records read from changelogs to restore stores.",
                service.restores().restoredRecords());
        List<Restoring> underWay = service.restores().underWay();
        samples.gauge("driftline_restoring_stores", "Stores that are being restored.", underWay.size())
                .gauge(
                        "driftline_restore_remaining_records",
                        "Records of changelogs that are still to be read before these stores are restored.",
                        underWay.stream()
                                .mapToLong(restoration -> Math.max(0, restoration.records() - restoration.restored()))
                                .sum());
    }

    private void readShards(Samples samples) {
        service.shards().sizes().forEach((number, size) -> {
            String shard = number.toString();
            samples.gauge(
                            "driftline_shard_learned_tokens",
                            "Tokens that a shard has learned, as of its last commit.",
                            size.tokens(),
                            "shard",
                            shard)
                    .gauge(
                            "driftline_shard_words",
                            "Distinct words of a shard, as of its last commit.",
                            size.words(),
                            "shard",
                            shard)
                    .gauge(
                            "driftline_shard_bigrams",
                            "Distinct bigrams, each on the shard of its second word, as of the last commit.",
                            size.bigrams(),
                            "shard",
                            shard)
                    .counter(
                            "driftline_shard_requests",
                            "Requests that a shard has counted since it came to the instance: its load.",
                            service.shards().requests(number),
                            "shard",
                            shard)
                    .gauge(
                            "driftline_shard_decoded_bytes",
                            "Heap that the decoded counts of a shard take, about, as of its last commit.",
                            size.decodedBytes(),
                            "shard",
                            shard);
        });
        samples.gauge(
                "driftline_rocksdb_block_cache_bytes",
                "Native memory in use by the block cache that all stores share, their write buffers included.",
                SharedRocksDbMemory.usedBytes());
    }
}
