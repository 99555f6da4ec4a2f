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
            samples.add(DriftlineMetric.MIXTURE_WEIGHTED_TOKENS, weighted[expert], experts.get(expert));
            if (any) {
                samples.add(DriftlineMetric.MIXTURE_WEIGHT, recent[expert], experts.get(expert));
            }
        }
    }
}
