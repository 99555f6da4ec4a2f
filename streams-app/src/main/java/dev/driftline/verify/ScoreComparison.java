package dev.driftline.verify;

import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.output.ScoreOutput;
import dev.driftline.output.ScoringResult;
import dev.driftline.schemas.ExpertScore;
import dev.driftline.schemas.Score;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.source.SourceModel;
import dev.driftline.topics.Topic;
import dev.driftline.topology.TopologySettings;
import dev.driftline.verify.order.Place;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Compares a score with the one that a replay makes of the same document, field by field. What follows from the counts alone is
 * compared always, what the caches and weights of the source have a part in only where they are replayed, too.
 *
 * <p>The replay does the same arithmetic in the same order, so that equal states give equal figures; the tolerance of
 * {@value #TOLERANCE}, relative, is for another JVM's logarithms and powers.
 */
final class ScoreComparison {

    /** Relative. */
    static final double TOLERANCE = 1e-9;

    /** Lists of tokens are floats. */
    private static final double FLOAT_TOLERANCE = 1e-6;

    /** What a replay cannot know, or what a network has a part in. */
    private static final Set<String> PASSED_OVER = Set.of(
            "scored_at", "neural_bits_per_token", "neural_perplexity", "snapshot_version", "neural_status", "experts");

    /** What the caches and weights of the source have a part in. */
    private static final Set<String> OF_THE_SOURCE = Set.of(
            "bits_per_token",
            "perplexity",
            "mixture_bits",
            "mixture_bits_known",
            "mixture_bits_per_token",
            "mixture_perplexity",
            "bits_per_character",
            "mixture_weights",
            "surprisals",
            "spelling");

    /** What the source has a part in where there is a background: how much of {@code <unk>} its words have. */
    private static final Set<String> OF_THE_SOURCE_AND_BACKGROUND = Set.of("ngram_bits_per_token", "ngram_perplexity");

    private final TopologySettings settings;
    private final boolean hasBackground;
    private final DocumentScorer scorer;
    private final ScoreOutput output;
    private final SourceModel nobody;
    /** The experts in which a source has no part. */
    private final List<String> ofCounts;

    ScoreComparison(TopologySettings settings) {
        this.settings = settings;
        scorer = new DocumentScorer(settings.mixture());
        output = new ScoreOutput(settings.model(), settings.mixture(), true, true);
        nobody = new SourceModel(settings.mixture());
        hasBackground = settings.mixture().background();
        ofCounts = hasBackground
                ? List.of()
                : settings.mixture().models().subList(0, settings.model().order());
    }

    /** A field that differs. */
    record Field(String name, Object expected, Object found) {}

    /**
     * Scores a document as the service does.
     *
     * @param source whose document it is, which learns it; empty where only what follows from the counts is wanted
     */
    Score expected(
            Place place,
            IncomingDocument document,
            long timestamp,
            NgramProbabilities ngrams,
            Optional<SourceModel> source) {
        DocumentScore score =
                scorer.score(ScoreRequest.of(document.tokens(), ngrams, source.isPresent() ? source.get() : nobody)
                        .withLearning(source.isPresent() && document.learn())
                        .withSurprisals(ScoreRequest.Surprisals.EVERY_MODEL));
        Record<Object, Object> record = output.of(new ScoringResult(
                        document,
                        new DocumentOrigin(
                                settings.topics().name(place.isText() ? Topic.TEXT : Topic.DOCUMENTS),
                                place.partition(),
                                place.offset()),
                        place.isText(),
                        ngrams,
                        score,
                        Optional.empty(),
                        timestamp,
                        0))
                .orElseThrow();
        return (Score) record.value();
    }

    /** Whether a score is of this model: another smoothing scores the same counts otherwise, and so does a background. */
    boolean isOfThisModel(Score found) {
        return found.getOrder() == settings.model().order()
                && settings.model().smoothing().label().equals(found.getSmoothing())
                && hasBackground
                        == found.getExperts().stream()
                                .anyMatch(expert -> expert.getName().equals(MixtureSettings.BACKGROUND));
    }

    /**
     * The first field that differs.
     *
     * @param withSource whether what the source has a part in is compared, too
     */
    Optional<Field> difference(Score expected, Score found, boolean withSource) {
        for (Schema.Field field : Score.getClassSchema().getFields()) {
            if (PASSED_OVER.contains(field.name()) || !withSource && isOfTheSource(field.name())) {
                continue;
            }
            Object wanted = expected.get(field.pos());
            Object has = found.get(field.pos());
            // A score of an earlier version lacks fields, and surprisals are there if they were asked for.
            if (has != null && !equal(wanted, has)) {
                return Optional.of(new Field(field.name(), String.valueOf(wanted), String.valueOf(has)));
            }
        }
        return experts(expected, found, withSource);
    }

    private boolean isOfTheSource(String field) {
        return OF_THE_SOURCE.contains(field) || hasBackground && OF_THE_SOURCE_AND_BACKGROUND.contains(field);
    }

    private Optional<Field> experts(Score expected, Score found, boolean withSource) {
        for (ExpertScore wanted : expected.getExperts()) {
            if (!withSource && !ofCounts.contains(wanted.getName())) {
                continue;
            }
            Optional<ExpertScore> has = found.getExperts().stream()
                    .filter(expert -> expert.getName().equals(wanted.getName()))
                    .findFirst();
            if (has.isEmpty()) {
                return Optional.of(new Field("experts", wanted.getName(), "none of that name"));
            }
            if (!equal(wanted.getBits(), has.get().getBits())) {
                return Optional.of(new Field(
                        "bits of " + wanted.getName(),
                        wanted.getBits(),
                        has.get().getBits()));
            }
            if (!equal(wanted.getPerplexity(), has.get().getPerplexity())) {
                return Optional.of(new Field(
                        "perplexity of " + wanted.getName(),
                        wanted.getPerplexity(),
                        has.get().getPerplexity()));
            }
            if (!equal(wanted.getBitsKnown(), has.get().getBitsKnown())) {
                return Optional.of(new Field(
                        "bits_known of " + wanted.getName(),
                        wanted.getBitsKnown(),
                        has.get().getBitsKnown()));
            }
        }
        return Optional.empty();
    }

    private static boolean equal(@Nullable Object expected, @Nullable Object found) {
        if (expected instanceof Float wanted && found instanceof Float has) {
            return isNear(wanted, has, FLOAT_TOLERANCE);
        }
        if (expected instanceof Number wanted && found instanceof Number has && expected instanceof Double) {
            return isNear(wanted.doubleValue(), has.doubleValue(), TOLERANCE);
        }
        if (expected instanceof List<?> wanted && found instanceof List<?> has) {
            if (wanted.size() != has.size()) {
                return false;
            }
            for (int i = 0; i < wanted.size(); i++) {
                if (!equal(wanted.get(i), has.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (expected instanceof Map<?, ?> wanted && found instanceof Map<?, ?> has) {
            return wanted.keySet().equals(has.keySet())
                    && wanted.keySet().stream().allMatch(key -> equal(wanted.get(key), has.get(key)));
        }
        return Objects.equals(expected, found);
    }

    static boolean isNear(double expected, double found, double tolerance) {
        return Double.compare(expected, found) == 0
                || Math.abs(expected - found) <= tolerance * Math.max(Math.abs(expected), Math.abs(found))
                || Math.abs(expected - found) < 1e-12;
    }
}
