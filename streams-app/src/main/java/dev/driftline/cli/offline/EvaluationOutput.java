package dev.driftline.cli.offline;

import dev.driftline.cli.options.MalformedLines;
import dev.driftline.evaluation.EvaluatedNetwork;
import dev.driftline.evaluation.EvaluationReport;
import dev.driftline.evaluation.ModelResult;
import dev.driftline.evaluation.NetworkRound;
import dev.driftline.neural.online.Round;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.terminal.PlainJson;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code driftline evaluate} prints of an evaluation. */
final class EvaluationOutput {

    private final EvaluationReport report;
    private final Smoothing smoothing;
    private final Optional<EvaluatedNetworkOptions.Evaluated> network;
    private final Optional<DriftReport> drift;
    private final MalformedLines malformed;
    private final boolean stopped;

    /**
     * @param smoothing that of the n-gram model; where it gives scores, there is no perplexity
     * @param stopped whether it ended before the corpus did
     */
    EvaluationOutput(
            EvaluationReport report,
            Smoothing smoothing,
            Optional<EvaluatedNetworkOptions.Evaluated> network,
            Optional<DriftReport> drift,
            MalformedLines malformed,
            boolean stopped) {
        this.report = report;
        this.smoothing = smoothing;
        this.network = network;
        this.drift = drift;
        this.malformed = malformed;
        this.stopped = stopped;
    }

    /** Prints tables. */
    void print(PrintWriter out) {
        if (stopped) {
            out.println("Stopped; this is what came before.");
        }
        out.printf(
                Locale.ROOT,
                "%,d documents, %,d tokens with </s>, %,d unknown (%.2f %%), %,.0f tokens/s%s%n",
                report.documents(),
                report.tokens(),
                report.unknown(),
                report.tokens() == 0 ? 0.0 : 100.0 * report.unknown() / report.tokens(),
                report.tokensPerSecond(),
                malformed.remark());
        out.println();
        boolean isDistribution = smoothing.isDistribution();
        if (!isDistribution) {
            out.printf(
                    Locale.ROOT,
                    "%s gives scores that do not sum to 1, so there is no perplexity.%n%n",
                    smoothing.label());
            out.printf(Locale.ROOT, "%-26s %s%n", "", "mean -log2 score of a token");
            out.printf(Locale.ROOT, "%-26s %10s %12s%n", "", "all", "last 20 %");
        } else {
            out.println("perplexity spells unknown words out; class perplexity has <unk> as a class, as papers do.");
            out.println();
            out.printf(Locale.ROOT, "%-26s %23s   %23s %11s%n", "", "perplexity", "class perplexity", "bits per");
            out.printf(
                    Locale.ROOT,
                    "%-26s %10s %12s   %10s %12s %11s%n",
                    "",
                    "all",
                    "last 20 %",
                    "all",
                    "last 20 %",
                    "character");
        }
        for (ModelResult result : report.models()) {
            if (!isDistribution) {
                out.printf(
                        Locale.ROOT,
                        "%-26s %10s %12s%n",
                        result.model(),
                        figure("%.3f", log2(result.all().ofClass())),
                        figure("%.3f", log2(result.last20().ofClass())));
            } else {
                out.printf(
                        Locale.ROOT,
                        "%-26s %10s %12s   %10s %12s %11s%n",
                        result.model(),
                        figure("%.2f", result.all().spelled()),
                        figure("%.2f", result.last20().spelled()),
                        figure("%.2f", result.all().ofClass()),
                        figure("%.2f", result.last20().ofClass()),
                        figure("%.4f", result.bitsPerCharacter()));
            }
        }
        network.ifPresent(evaluated -> printRounds(out, evaluated.network()));
        drift.ifPresent(report -> report.print(out));
    }

    private static void printRounds(PrintWriter out, EvaluatedNetwork network) {
        out.printf(
                Locale.ROOT,
                "%nThe network: %,.1f s scoring, %,.1f s learning%n",
                network.scoringSeconds(),
                network.learningSeconds());
        for (NetworkRound round : network.rounds()) {
            out.printf(Locale.ROOT, "  %s%n", round.description());
        }
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private static String figure(String format, double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return Double.isInfinite(value) ? "infinite" : String.format(Locale.ROOT, format, value);
    }

    /** The same for {@code --json}. */
    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("complete", !stopped);
        object.put("documents", report.documents());
        object.put("malformed", malformed.skipped());
        object.put("tokens", report.tokens());
        object.put("unknown", report.unknown());
        object.put("unknown_rate", report.tokens() == 0 ? 0 : (double) report.unknown() / report.tokens());
        object.put("characters", report.characters());
        object.put("spelling_bits", report.spellingBits());
        object.put("last20_from_document", report.lastFrom() + 1);
        object.put("seconds", report.seconds());
        object.put("tokens_per_second", report.tokensPerSecond());
        Map<String, Object> models = new LinkedHashMap<>();
        report.models().forEach(result -> models.put(result.model(), json(result)));
        object.put("models", models);
        network.ifPresent(evaluated -> object.put("network", json(evaluated)));
        drift.ifPresent(changes -> object.put("drift", changes.json()));
        return object;
    }

    private static Map<String, @Nullable Object> json(EvaluatedNetworkOptions.Evaluated evaluated) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("model", evaluated.model());
        object.put("settings", evaluated.settings());
        object.put("scoring_seconds", evaluated.network().scoringSeconds());
        object.put("learning_seconds", evaluated.network().learningSeconds());
        List<NetworkRound> rounds = evaluated.network().rounds();
        for (Round.Outcome outcome : Round.Outcome.values()) {
            object.put(
                    outcome.name().toLowerCase(Locale.ROOT),
                    rounds.stream().filter(round -> round.outcome() == outcome).count());
        }
        object.put("rounds", rounds.stream().map(EvaluationOutput::json).toList());
        return object;
    }

    private static Map<String, @Nullable Object> json(NetworkRound round) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("outcome", round.outcome().name().toLowerCase(Locale.ROOT));
        object.put("version", round.version().orElse(null));
        object.put("incumbent", round.incumbent().orElse(null));
        object.put("gain_bits_per_token", PlainJson.number(round.comparison().meanDifference()));
        object.put("standard_error", PlainJson.number(round.comparison().standardError()));
        object.put("compared_tokens", PlainJson.number(round.comparison().tokens()));
        object.put("new_tokens", round.freshTokens());
        object.put("older_tokens", round.replayedTokens());
        object.put("training_bits_per_token", PlainJson.number(round.trainingBitsPerToken()));
        object.put("seconds", round.seconds());
        object.put("reason", round.reason());
        return object;
    }

    private static void put(
            Map<String, @Nullable Object> object,
            String part,
            boolean isDistribution,
            ModelResult.Perplexities perplexities) {
        object.put("perplexity_" + part, isDistribution ? PlainJson.number(perplexities.spelled()) : null);
        object.put("class_perplexity_" + part, isDistribution ? PlainJson.number(perplexities.ofClass()) : null);
        object.put(
                "class_perplexity_" + part + "_known", isDistribution ? PlainJson.number(perplexities.known()) : null);
    }

    private static Map<String, @Nullable Object> json(ModelResult result) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        boolean isDistribution = result.isDistribution();
        object.put("is_distribution", isDistribution);
        put(object, "all", isDistribution, result.all());
        put(object, "last20", isDistribution, result.last20());
        object.put("bits_per_character", isDistribution ? PlainJson.number(result.bitsPerCharacter()) : null);
        if (!isDistribution) {
            object.put("mean_score_bits_all", PlainJson.number(log2(result.all().ofClass())));
            object.put(
                    "mean_score_bits_last20",
                    PlainJson.number(log2(result.last20().ofClass())));
        }
        return object;
    }
}
