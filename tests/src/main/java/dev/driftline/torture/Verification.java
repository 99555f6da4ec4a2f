package dev.driftline.torture;

import dev.driftline.config.DriftlineConfig;
import dev.driftline.config.keys.ServiceKeys;
import dev.driftline.config.keys.TopicKeys;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.schemas.Document;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.ShardScorer;
import dev.driftline.shards.ShardCounts;
import dev.driftline.topics.Topic;
import dev.driftline.topics.TopicNames;
import dev.driftline.topology.TopologySettings;
import dev.driftline.verify.Difference;
import dev.driftline.verify.VerificationReport;
import dev.driftline.verify.VerifyOptions;
import dev.driftline.verify.log.UnverifiableException;
import dev.driftline.verify.log.VerifyProgress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Whether each record that went in was scored, or became a dead letter, exactly once, and whether the counts are those of the
 * documents. The counts are read from the changelog, where an instance that lost everything would start.
 */
final class Verification {

    private static final long CACHE_BYTES = 64L << 20;
    private static final int LOOK_MS = 500;

    private final DriftlineConfig config;
    private final TopicNames topics;
    private final Consumer<String> progress;

    Verification(DriftlineConfig config, Consumer<String> progress) {
        this.config = config;
        this.progress = progress;
        topics = TopicNames.of(config);
    }

    /**
     * What was found.
     *
     * @param records that went in
     * @param scored of them
     * @param deadLetters of them
     * @param tokens counted
     * @param ngrams compared
     * @param difference the first that differs
     */
    record Result(long records, long scored, long deadLetters, long tokens, long ngrams, Optional<String> difference) {

        private static Result different(long records, long scored, long deadLetters, String difference) {
            return new Result(records, scored, deadLetters, 0, 0, Optional.of(difference));
        }
    }

    /** Waits until something has been scored; false if nothing is within {@code atMost}. */
    boolean awaitFirstScore(Duration atMost, BooleanSupplier over) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        try (Arrivals scores =
                new Arrivals(topics.name(Topic.SCORES), config.clients().consumer())) {
            while (scores.keys().isEmpty()) {
                if (System.nanoTime() > deadline || over.getAsBoolean()) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
                scores.read();
            }
            return true;
        }
    }

    /**
     * Waits until {@code records} have come out, and compares.
     *
     * @param over ends the wait
     */
    Result verify(long records, Duration atMost, BooleanSupplier over) throws InterruptedException {
        Map<String, Object> client = config.clients().consumer();
        try (Arrivals input = new Arrivals(topics.name(Topic.DOCUMENTS), client);
                Arrivals scores = new Arrivals(topics.name(Topic.SCORES), client);
                Arrivals predictions = new Arrivals(topics.name(Topic.PREDICTIONS), client);
                Arrivals deadLetters = new Arrivals(topics.name(Topic.DEAD_LETTERS), client)) {
            long deadline = System.nanoTime() + atMost.toNanos();
            long said = System.nanoTime();
            while (true) {
                scores.read();
                deadLetters.read();
                long out = (long) scores.keys().size() + deadLetters.keys().size();
                if (out >= records) {
                    break;
                }
                if (System.nanoTime() > deadline || over.getAsBoolean()) {
                    break;
                }
                if (System.nanoTime() - said > Duration.ofSeconds(10).toNanos()) {
                    said = System.nanoTime();
                    progress.accept("waiting: " + out + " of " + records + " records have come out");
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            }
            scores.read();
            deadLetters.read();
            predictions.read();
            return compare(input, scores.keys(), deadLetters.keys(), predictions.keys());
        }
    }

    private Result compare(
            Arrivals input,
            Map<String, Integer> scores,
            Map<String, Integer> deadLetters,
            Map<String, Integer> predictions) {
        Census census = new Census();
        List<String> differences = new ArrayList<>();
        Map<String, Integer> foreign = new TreeMap<>(scores);
        foreign.putAll(deadLetters);
        long[] records = {0};
        try (var documents = new SchemaRegistrySerdes(config.clients().schemaRegistry()).deserializer(Document.class)) {
            input.read(record -> {
                records[0]++;
                String at = " (" + record.topic() + "-" + record.partition() + ", offset " + record.offset() + ")";
                String id = new String(record.key(), StandardCharsets.UTF_8);
                if (foreign.remove(id) == null && !scores.containsKey(id) && !deadLetters.containsKey(id)) {
                    differences.add(id + at + " has neither a score nor a dead letter");
                }
                int scored = scores.getOrDefault(id, 0);
                int dead = deadLetters.getOrDefault(id, 0);
                boolean isPoison = id.startsWith(Load.POISON);
                if (scored + dead > 1) {
                    differences.add(
                            id + at + " was scored " + scored + " times and is a dead letter " + dead + " times");
                } else if (isPoison && scored > 0) {
                    differences.add(id + at + " is not a document and was scored");
                } else if (scored == 1 && predictions.getOrDefault(id, 0) != 1) {
                    differences.add(id + at + " was predicted " + predictions.getOrDefault(id, 0) + " times");
                }
                if (!isPoison && dead == 0) {
                    Document document = documents.deserialize(record.topic(), record.headers(), record.value());
                    census.add(document.getSentences());
                } else if (!isPoison) {
                    progress.accept(id + " is a dead letter, although it is a document");
                }
            });
        }
        foreign.keySet().stream().findFirst().ifPresent(id -> differences.add(id + " came out and never went in"));
        if (!differences.isEmpty()) {
            return Result.different(
                    records[0],
                    scores.size(),
                    deadLetters.size(),
                    differences.get(0) + (differences.size() > 1 ? ", and " + (differences.size() - 1) + " more" : ""));
        }
        return new Result(
                records[0],
                scores.size(),
                deadLetters.size(),
                census.tokens(),
                census.size(),
                differenceInCounts(census).or(this::differenceFromReplay));
    }

    /** The first difference that {@code driftline verify} finds, which replays every score, too. */
    private Optional<String> differenceFromReplay() {
        try {
            VerificationReport report =
                    dev.driftline.verify.Verification.run(config, VerifyOptions.everything(), VerifyProgress.NONE);
            progress.accept(String.format(
                    Locale.ROOT,
                    "driftline verify: %,d documents replayed, %,d scores and %,d n-grams compared",
                    report.documents(),
                    report.scores(),
                    report.ngrams()));
            return report.differences().stream().map(Difference::line).findFirst();
        } catch (UnverifiableException e) {
            // Here nothing expires and nobody else writes, so that it must be able to tell.
            return Optional.of("driftline verify cannot tell: " + e.getMessage());
        }
    }

    private Optional<String> differenceInCounts(Census census) {
        String changelog = config.get(ServiceKeys.APPLICATION_ID) + "-" + ShardCounts.STORE + "-changelog";
        int count = config.get(TopicKeys.SHARDS);
        List<HeapPageStore> pages = new ArrayList<>();
        for (int shard = 0; shard < count; shard++) {
            pages.add(new HeapPageStore());
        }
        try (Arrivals entries = new Arrivals(changelog, config.clients().consumer())) {
            entries.read(entry -> pages.get(entry.partition()).put(entry.key(), entry.value()));
        }
        ModelSettings model = TopologySettings.of(config).model();
        List<ShardScorer> shards = new ArrayList<>();
        for (int shard = 0; shard < count; shard++) {
            shards.add(new ShardScorer(model, shard, count, pages.get(shard), CACHE_BYTES));
        }
        long tokens =
                shards.stream().mapToLong(shard -> shard.counts().rawTotal()).sum();
        if (tokens != census.tokens()) {
            return Optional.of(tokens + " tokens are counted, and " + census.tokens() + " went in");
        }
        long types =
                shards.stream().mapToLong(shard -> shard.counts().rawTypes()).sum();
        if (types != census.types()) {
            return Optional.of(types + " different words are counted, and " + census.types() + " went in");
        }
        return census.firstDifference(ngram -> {
            String owner = ngram.get(Math.max(0, ngram.size() - 2));
            return shards.get(ShardScorer.shardOf(owner, count)).rawCount(ngram);
        });
    }
}
