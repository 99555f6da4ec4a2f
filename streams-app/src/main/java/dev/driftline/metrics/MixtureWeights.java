package dev.driftline.metrics;

import dev.driftline.mixture.DocumentScore;
import java.util.List;

/** What the mixture gave each of its experts, on average over tokens. Thread-safe. */
final class MixtureWeights {

    private static final double RECENT_TOKENS = 5_000;

    private final List<String> experts;
    private final double[] weighted;
    private final double[] recent;
    private boolean any;

    MixtureWeights(List<String> experts) {
        this.experts = experts;
        weighted = new double[experts.size()];
        recent = new double[experts.size()];
    }

    synchronized void add(DocumentScore score) {
        if (score.tokens() == 0) {
            return;
        }
        double share = any ? -Math.expm1(-score.tokens() / RECENT_TOKENS) : 1;
        any = true;
        for (int expert = 0; expert < weighted.length; expert++) {
            double weight = score.meanWeights()[expert];
            weighted[expert] += weight * score.tokens();
            recent[expert] += share * (weight - recent[expert]);
        }
    }

    synchronized void read(Samples samples) {
        for (int expert = 0; expert < weighted.length; expert++) {
            samples.counter(
                    "driftline_mixture_weighted_tokens",
                    "Tokens times the weight that the mixture gave an expert: divided by driftline_tokens_total, its"
                            + " mean weight.",
                    weighted[expert],
                    "expert",
                    experts.get(expert));
            if (any) {
                samples.gauge(
                        "driftline_mixture_weight",
                        "Mean weight that the mixture gave an expert over the last few thousand tokens, 0 to 1.",
                        recent[expert],
                        "expert",
                        experts.get(expert));
            }
        }
    }
}
