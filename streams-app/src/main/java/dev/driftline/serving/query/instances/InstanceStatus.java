package dev.driftline.serving.query.instances;

import static dev.driftline.serving.http.request.JsonFields.fields;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.driftline.network.trainer.TrainerProgress;
import dev.driftline.neural.online.Round;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.StateSize;
import dev.driftline.service.DriftlineService;
import dev.driftline.service.HeldBack;
import dev.driftline.service.InputLag;
import dev.driftline.service.RestoreProgress;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one instance is doing, as the others and its own status see it. Thread-safe. */
public final class InstanceStatus {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final DriftlineService service;
    private final Throughput tokens;

    public InstanceStatus(DriftlineService service) {
        this.service = service;
        tokens = new Throughput(() -> service.counters().tokensScored());
    }

    /** Notes how far it is; to be called once a second. */
    public void look() {
        tokens.look();
    }

    /** The status as JSON in UTF-8. */
    public byte[] json() {
        try {
            return JSON.writeValueAsBytes(members());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a status that is not JSON", e);
        }
    }

    private Map<String, Object> members() {
        List<Object> shards = new ArrayList<>();
        for (int shard : service.shards().numbers()) {
            shard(shard).ifPresent(shards::add);
        }
        List<Object> partitions = new ArrayList<>();
        Map<Integer, Integer> pending = service.counters().pendingByPartition();
        Set<Integer> numbers = new TreeSet<>(pending.keySet());
        // Where readers send documents on, none waits in their tasks.
        service.inputLags().stream()
                .filter(lag -> lag.topic().equals(service.topic(Topic.DOCUMENTS))
                        || lag.topic().equals(service.topic(Topic.TEXT)))
                .forEach(lag -> numbers.add(lag.partition()));
        numbers.forEach(partition -> partitions.add(fields(
                "partition",
                partition,
                "pending_documents",
                pending.getOrDefault(partition, 0),
                "lag",
                lag(partition, List.of(Topic.DOCUMENTS, Topic.TEXT)).orElse(null),
                "held_records",
                held(partition).mapToLong(HeldBack::records).sum(),
                "held_seconds",
                held(partition).mapToLong(HeldBack::seconds).max().orElse(0))));
        Map<String, Object> status = fields(
                "address",
                service.self().host() + ":" + service.self().port(),
                "layout",
                service.layout().map(Layout::label).orElse(null),
                "state",
                service.state().map(Enum::name).orElse("NOT_STARTED"),
                "waiting_for",
                service.waitingFor().orElse(null),
                "documents_scored",
                service.counters().documentsScored(),
                "tokens_scored",
                service.counters().tokensScored(),
                "tokens_per_second",
                tokens.perSecond(),
                "shards",
                shards,
                "partitions",
                partitions,
                "restoring",
                service.restoring().stream().map(InstanceStatus::json).toList());
        service.snapshots().ifPresent(snapshots -> {
            status.put(
                    "snapshot",
                    service.activeSnapshot().get().map(Snapshot::version).orElse(null));
            status.put("trainer", trainer(service.trainerProgress()));
        });
        return status;
    }

    private Optional<Map<String, Object>> shard(int shard) {
        return service.shards()
                .ask(shard, scorer -> {
                    NgramCounts counts = scorer.counts();
                    return fields(
                            "shard",
                            shard,
                            "words",
                            counts.rawTypes(),
                            "tokens",
                            counts.rawTotal(),
                            "bigrams",
                            counts.continuationTotal(),
                            "cached_bytes",
                            counts.cachedBytes(),
                            "forgetting",
                            forgetting(scorer.settings().forgetting(), counts));
                })
                .map(status -> {
                    status.put("requests", service.shards().requests(shard));
                    // Where the shard's task reads the inputs itself, the partition says it.
                    status.put(
                            "lag",
                            service.layout()
                                    .flatMap(Layout::queue)
                                    .flatMap(queue -> lag(shard, List.of(queue)))
                                    .orElse(null));
                    return status;
                });
    }

    /** What a shard may hold and holds, and what it has forgotten; null where it forgets nothing. */
    private static @Nullable Map<String, Object> forgetting(Forgetting settings, NgramCounts counts) {
        if (!settings.isOn()) {
            return null;
        }
        StateSize held = counts.held();
        StateSize forgotten = counts.forgotten();
        boolean isBounded = settings.isBounded();
        return fields(
                "max_bytes",
                settings.maxBytes() == 0 ? null : settings.maxBytes(),
                "max_ngrams",
                settings.maxNgrams() == 0 ? null : settings.maxNgrams(),
                "half_life_tokens",
                settings.halfLifeTokens() == 0 ? null : settings.halfLifeTokens(),
                "held_bytes",
                isBounded ? held.bytes() : null,
                "held_ngrams",
                isBounded ? held.ngrams() : null,
                "forgotten_bytes",
                forgotten.bytes(),
                "forgotten_ngrams",
                forgotten.ngrams(),
                "forgotten_words",
                forgotten.words());
    }

    private static Map<String, Object> json(RestoreProgress.Restoring one) {
        return fields(
                "topic",
                one.topic(),
                "partition",
                one.partition(),
                "restored",
                one.restored(),
                "records",
                one.records());
    }

    /** Records of a partition of topics that this instance has not read; empty while it is not known. */
    private Optional<Long> lag(int partition, List<Topic> topics) {
        return InputLag.sum(
                service.inputLags(), topics.stream().map(service::topic).toList(), partition);
    }

    /** What open transactions hold back of the documents and texts of a partition. */
    private Stream<HeldBack> held(int partition) {
        return service.heldBack().stream()
                .filter(held -> held.partition() == partition
                        && (held.topic().equals(service.topic(Topic.DOCUMENTS))
                                || held.topic().equals(service.topic(Topic.TEXT))));
    }

    private static Map<String, Object> trainer(TrainerProgress trainer) {
        return fields(
                "activity",
                trainer.activity().name(),
                "buffered_tokens",
                trainer.bufferedTokens(),
                "tokens_taught",
                trainer.tokensTaught(),
                "rounds",
                trainer.rounds(),
                "promotions",
                trainer.promotions(),
                "rejections",
                trainer.rejections(),
                "rollbacks",
                trainer.rollbacks(),
                "failures",
                trainer.failures(),
                "last_round",
                trainer.lastRound().map(Round::describe).orElse(null));
    }
}
