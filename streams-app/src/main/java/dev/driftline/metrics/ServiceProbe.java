package dev.driftline.metrics;

import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.ngram.Forgetting;
import dev.driftline.service.DriftlineService;
import dev.driftline.service.HeldBack;
import dev.driftline.service.InputLag;
import dev.driftline.service.RestoreProgress.Restoring;
import dev.driftline.store.SharedRocksDbMemory;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.streams.KafkaStreams;

/** What the instance is doing and has before it: its state, lag, documents under way, restorations, shards. */
final class ServiceProbe implements Probe {

    private final DriftlineService service;
    private final Forgetting forgetting;

    /** @param forgetting of each shard of the service */
    ServiceProbe(DriftlineService service, Forgetting forgetting) {
        this.service = service;
        this.forgetting = forgetting;
    }

    @Override
    public void read(Samples samples) {
        KafkaStreams.State state = service.state().orElse(KafkaStreams.State.CREATED);
        for (KafkaStreams.State each : KafkaStreams.State.values()) {
            samples.add(
                    DriftlineMetric.STATE, each == state ? 1 : 0, each.name().toLowerCase(Locale.ROOT));
        }
        service.counters()
                .pendingByPartition()
                .forEach((partition, documents) ->
                        samples.add(DriftlineMetric.PENDING_DOCUMENTS, documents, partition.toString()));
        service.counters()
                .documentsByRule()
                .forEach((rule, documents) -> samples.add(DriftlineMetric.FILTERED_DOCUMENTS, documents, rule));
        for (InputLag lag : service.inputLags()) {
            samples.add(
                    DriftlineMetric.INPUT_LAG_RECORDS, lag.records(), lag.topic(), Integer.toString(lag.partition()));
        }
        for (HeldBack held : service.heldBack()) {
            String partition = Integer.toString(held.partition());
            samples.add(DriftlineMetric.HELD_RECORDS, held.records(), held.topic(), partition)
                    .add(DriftlineMetric.HELD_SECONDS, held.seconds(), held.topic(), partition);
        }
        samples.add(DriftlineMetric.PASSED_OVER, service.counters().recordsPassedOver());
        service.counters()
                .retractions()
                .forEach((outcome, count) -> samples.add(
                        DriftlineMetric.RETRACTIONS, count, outcome.name().toLowerCase(Locale.ROOT)));
        readRestorations(samples);
        readShards(samples);
        readHeap(samples);
    }

    private void readRestorations(Samples samples) {
        samples.add(DriftlineMetric.RESTORED_RECORDS, service.restores().restoredRecords());
        List<Restoring> underWay = service.restores().underWay();
        samples.add(DriftlineMetric.RESTORING_STORES, underWay.size())
                .add(
                        DriftlineMetric.RESTORE_REMAINING_RECORDS,
                        underWay.stream()
                                .mapToLong(restoration -> Math.max(0, restoration.records() - restoration.restored()))
                                .sum());
    }

    private void readHeap(Samples samples) {
        HeapBudget heap = service.counters().heap();
        for (HeapUse use : HeapUse.values()) {
            samples.add(DriftlineMetric.HEAP_BYTES, heap.used(use), use.label())
                    .add(DriftlineMetric.HEAP_BOUND_BYTES, heap.bound(use), use.label());
        }
        samples.add(
                DriftlineMetric.HEAP_BUDGET_BYTES,
                heap.total(service.shards().numbers().size()));
    }

    private void readShards(Samples samples) {
        service.shards().sizes().forEach((number, size) -> {
            String shard = number.toString();
            samples.add(DriftlineMetric.SHARD_LEARNED_TOKENS, size.tokens(), shard)
                    .add(DriftlineMetric.SHARD_WORDS, size.words(), shard)
                    .add(DriftlineMetric.SHARD_BIGRAMS, size.bigrams(), shard)
                    .add(DriftlineMetric.SHARD_REQUESTS, service.shards().requests(number), shard)
                    .add(DriftlineMetric.SHARD_DECODED_BYTES, size.decodedBytes(), shard);
            if (forgetting.isBounded()) {
                samples.add(DriftlineMetric.SHARD_STATE_BYTES, size.held().bytes(), shard)
                        .add(DriftlineMetric.SHARD_STATE_NGRAMS, size.held().ngrams(), shard);
            }
            if (forgetting.isOn()) {
                samples.add(
                                DriftlineMetric.SHARD_FORGOTTEN_NGRAMS,
                                size.forgotten().ngrams(),
                                shard)
                        .add(
                                DriftlineMetric.SHARD_FORGOTTEN_BYTES,
                                size.forgotten().bytes(),
                                shard)
                        .add(
                                DriftlineMetric.SHARD_FORGOTTEN_WORDS,
                                size.forgotten().words(),
                                shard);
            }
        });
        if (forgetting.maxBytes() > 0) {
            samples.add(DriftlineMetric.SHARD_STATE_BOUND_BYTES, forgetting.maxBytes());
        }
        if (forgetting.maxNgrams() > 0) {
            samples.add(DriftlineMetric.SHARD_STATE_BOUND_NGRAMS, forgetting.maxNgrams());
        }
        samples.add(DriftlineMetric.ROCKSDB_BLOCK_CACHE_BYTES, SharedRocksDbMemory.usedBytes());
    }
}
