package dev.driftline.verify;

import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.pages.PageStore;
import dev.driftline.schemas.SchemaRegistrySerdes;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.source.SourceModel;
import dev.driftline.store.WriteBackMap;
import dev.driftline.topics.Layout;
import dev.driftline.topics.Topic;
import dev.driftline.topology.TopologySettings;
import dev.driftline.verify.order.GatherOrder;
import dev.driftline.verify.order.Place;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Scores documents again when all shards have come to them, in the order in which they were scored where that is known, and
 * compares. Each document has one score, and one record of predictions where those are published, or it has a dead letter.
 */
final class ScoreReplay implements Replay.Listener, AutoCloseable {

    private static final int DECODED = 4096;

    private final TopologySettings settings;
    private final VerifyOptions options;
    private final Sample sample;
    private final Outputs outputs;
    private final Optional<GatherOrder> order;
    private final SourceReplay sources;
    private final Predicate<Place> isLater;
    private final Instant since;
    private final Differences differences;
    private final Gather gather;
    private final ScoreComparison comparison;
    private final Deserializer<Score> scores;
    private final WriteBackMap<Place, ReplayedDocument> ready;

    private final ScoredInOrder inOrder = new ScoredInOrder();

    private long compared;
    private long mixtures;
    private long underWay;
    private long expired;
    private long otherSmoothing;
    private long unordered;
    private long scoredAt;

    /**
     * @param order of the documents of a partition; empty where they are scored in the order in which they are learned
     * @param isLater whether a document was not even read when the end was fixed
     * @param since when the model began to score as it does; earlier scores are not compared
     * @param documents an empty store for documents whose turn has not come
     */
    ScoreReplay(
            TopologySettings settings,
            VerifyOptions options,
            Outputs outputs,
            Optional<GatherOrder> order,
            SourceReplay sources,
            Predicate<Place> isLater,
            Instant since,
            SchemaRegistrySerdes serdes,
            PageStore documents,
            Differences differences) {
        this.settings = settings;
        this.options = options;
        sample = new Sample(options.sample());
        this.outputs = outputs;
        this.order = order;
        this.sources = sources;
        this.isLater = isLater;
        this.since = since;
        this.differences = differences;
        gather = new Gather(settings.model(), settings.shards());
        comparison = new ScoreComparison(settings);
        scores = serdes.deserializer(Score.class);
        ready = new WriteBackMap<>(
                documents,
                new ReplayedDocument.Codec(),
                DECODED,
                new HeapBudget().account(HeapUse.PENDING),
                ReplayedDocument::heapBytes);
    }

    long compared() {
        return compared;
    }

    long mixtures() {
        return mixtures;
    }

    /** Mixtures that differ where it is not known in which order documents were scored. */
    long mixturesInDoubt() {
        return inOrder.unknown();
    }

    long underWay() {
        return underWay;
    }

    /** Documents whose scores retention may have deleted. */
    long expired() {
        return expired;
    }

    /** Scores by another smoothing than the configuration's, or with another background or none. */
    long otherSmoothing() {
        return otherSmoothing;
    }

    /** Documents that some shard learned in an order that is not known. */
    long unordered() {
        return unordered;
    }

    @Override
    public void complete(Place place, ReplayedDocument document) {
        if (!options.scores()) {
            return;
        }
        // The order of the replies may not name one that a shard learned in an order that is not known.
        if (order.isEmpty() || document.isUnordered || sources.ended().isPresent()) {
            finish(place, document);
            return;
        }
        ready.put(place, document);
        drain(order.get(), place.partition());
    }

    @Override
    public void retracted(Place place, ReplayedDocument retraction) {
        if (!options.scores()) {
            return;
        }
        if (order.isEmpty() || sources.ended().isPresent()) {
            finish(place, retraction);
            return;
        }
        if (isWhole(retraction)) {
            sources.end("a source was dropped, and its turn among the documents that were scored is not known");
            return;
        }
        ready.put(place, retraction);
        drain(order.get(), place.partition());
    }

    private static boolean isWhole(ReplayedDocument retraction) {
        return retraction.document.retract().filter(Retract::source).isPresent();
    }

    /** Has the source lose what the counts have lost. */
    private void retract(Place place, ReplayedDocument retraction) {
        if (sources.ended().isEmpty()) {
            int task = settings.layout() == Layout.SHARDS ? place.partition() : 0;
            IncomingDocument document = retraction.document;
            sources.retract(task, document.source(), document.tokens(), isWhole(retraction), scoredAt);
        }
    }

    private void drain(GatherOrder turns, int partition) {
        while (true) {
            Place next = turns.peek(partition);
            ReplayedDocument document = next == null ? null : ready.get(next);
            if (next == null || document == null) {
                return;
            }
            ready.remove(next);
            turns.advance(partition);
            finish(next, document);
        }
    }

    /** Compares what is left when all shards have come to their ends, without the sources. */
    void finishAll(Replay replay) {
        sources.end("their turn was not known");
        ready.writeBack();
        ready.forEach(this::finish);
        replay.incomplete(this::incomplete);
        outputs.leftScores(this::left);
        inOrder.report(differences);
    }

    private void finish(Place place, ReplayedDocument document) {
        if (document.document.retract().isPresent()) {
            retract(place, document);
            return;
        }
        if (document.hasFailed) {
            Optional<Outputs.DeadLetter> letter = outputs.deadLetter(place);
            if (letter.isPresent()) {
                refuseScore(
                        place, "no score, but the dead letter " + letter.get().reason());
                return;
            }
        }
        predictions(place, document);
        Optional<Outputs.Written> written = outputs.takeScore(place);
        if (written.isEmpty() && !missing(place, document)) {
            return;
        }
        if (document.isUnordered) {
            unordered++;
            sources.end("the order of the oldest documents is not known");
            return;
        }
        if (document.hasFailed || !sample.has(place)) {
            return;
        }
        compare(place, document, written);
    }

    private void compare(Place place, ReplayedDocument document, Optional<Outputs.Written> written) {
        Optional<Score> found =
                written.map(score -> scores.deserialize(settings.topics().name(Topic.SCORES), score.value()));
        if (found.isPresent()) {
            scoredAt = found.get().getScoredAt().toEpochMilli();
            if (found.get().getScoredAt().isBefore(since) || !comparison.isOfThisModel(found.get())) {
                otherSmoothing++;
                sources.end("some scores are by another smoothing, or with another background");
                return;
            }
            // Weights have a network among them from the time that one is configured.
            if (found.get().getNeuralStatus() != null || found.get().getNeuralBitsPerToken() != null) {
                sources.end("a network was configured when some documents were scored");
            }
        }
        NgramProbabilities ngrams =
                gather.gather(document.document.tokens(), document.replies()).positions();
        int task = settings.layout() == Layout.SHARDS ? place.partition() : 0;
        Optional<SourceModel> source = sources.source(task, document.document.source(), scoredAt);
        Score expected = comparison.expected(place, document.document, document.timestamp, ngrams, source);
        if (found.isEmpty()) {
            return;
        }
        compared++;
        mixtures += source.isPresent() ? 1 : 0;
        Outputs.Written score = written.orElseThrow();
        inOrder.scored(task, score, scoredAt);
        Optional<ScoreComparison.Field> ofCounts = comparison.difference(expected, found.get(), false);
        if (ofCounts.isPresent()) {
            Difference differs = difference(place, document, score, ofCounts.get());
            differences.add(differs.kind(), differs.what(), differs.where(), differs.expected(), differs.found());
        } else if (source.isPresent()) {
            comparison
                    .difference(expected, found.get(), true)
                    .ifPresent(field -> inOrder.differs(task, difference(place, document, score, field)));
        }
    }

    private Difference difference(
            Place place, ReplayedDocument document, Outputs.Written score, ScoreComparison.Field field) {
        return new Difference(
                Difference.Kind.SCORE,
                "document '" + document.document.id() + "' of " + place.describe(settings.topics()) + ", "
                        + field.name(),
                score.place(),
                String.valueOf(field.expected()),
                String.valueOf(field.found()));
    }

    /** Whether a score that is not there is lost. */
    private boolean missing(Place place, ReplayedDocument document) {
        if (outputs.isPending(place)) {
            underWay++;
            return false;
        }
        String id = document.document.id();
        if (outputs.mayHaveExpired(Topic.SCORES, place, id)) {
            expired++;
            return true;
        }
        differences.add(
                Difference.Kind.LOST_SCORE,
                "document '" + id + "' of " + place.describe(settings.topics()),
                outputs.where(Topic.SCORES, id),
                "a score",
                outputs.hasAllDeadLetters()
                        ? "neither a score nor a dead letter"
                        : "no score, nor a dead letter unless retention has deleted it");
        return true;
    }

    private void predictions(Place place, ReplayedDocument document) {
        if (settings.predictions() == 0) {
            return;
        }
        String id = document.document.id();
        if (outputs.takePrediction(place).isEmpty()
                && !outputs.isPending(place)
                && !outputs.mayHaveExpired(Topic.PREDICTIONS, place, id)) {
            differences.add(
                    Difference.Kind.LOST_PREDICTION,
                    "document '" + id + "' of " + place.describe(settings.topics()),
                    outputs.where(Topic.PREDICTIONS, id),
                    "predictions",
                    "none");
        }
    }

    private void incomplete(Place place, ReplayedDocument document) {
        for (int shard = 0; shard < settings.shards(); shard++) {
            // One that failed may never have been sent.
            if (!document.hasFailed
                    && options.wants(shard)
                    && !document.hasReplied(shard)
                    && !outputs.isUnderWay(shard, place)) {
                differences.add(
                        Difference.Kind.REQUEST,
                        "document '" + document.document.id() + "' of " + place.describe(settings.topics()),
                        settings.topics().name(settings.layout().countsRead()) + "-" + shard,
                        "a record for shard " + shard,
                        "none");
            }
        }
        if (options.scores()) {
            // A shard has learned it after its counts were read: a score that is there is not compared.
            if (outputs.takeScore(place).isEmpty() && !document.hasFailed) {
                missing(place, document);
            } else {
                underWay++;
            }
        }
    }

    @Override
    public void refused(Inputs.Read read, Optional<Outputs.DeadLetter> letter) {
        if (letter.isEmpty() && outputs.hasAllDeadLetters()) {
            differences.add(
                    Difference.Kind.LOST_DEAD_LETTER,
                    "the record of " + read.place().describe(settings.topics()),
                    settings.topics().name(Topic.DEAD_LETTERS),
                    "a dead letter: " + read.refused(),
                    "none");
        }
        refuseScore(
                read.place(),
                letter.map(why -> "no score, but the dead letter " + why.reason())
                        .orElse("no score"));
    }

    private void refuseScore(Place place, String expected) {
        outputs.takeScore(place)
                .ifPresent(score -> differences.add(
                        Difference.Kind.FOREIGN_SCORE,
                        "the record of " + place.describe(settings.topics()),
                        score.place(),
                        expected,
                        "a score"));
    }

    /** A score that no document of the inputs up to the end has taken. */
    private void left(Place place, Outputs.Written score) {
        if (isLater.test(place)) {
            return;
        }
        differences.add(
                Difference.Kind.FOREIGN_SCORE,
                "the record of " + place.describe(settings.topics()),
                score.place(),
                "no score: there is no such document",
                "a score");
    }

    @Override
    public void close() {
        scores.close();
    }
}
