package dev.driftline.metrics;

import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import java.util.Collections;
import java.util.List;

/** Scores with chosen numbers. */
final class TestScores {

    /** Two orders, two caches, a network, the mixture. */
    static final MixtureSettings MIXTURE =
            MixtureSettings.defaults(2, "kneser-ney").withNeural("lstm");

    private TestScores() {}

    /** A score of as many models as there are bits, the mixture last. */
    static DocumentScore of(int tokens, int unknown, double... bits) {
        return of(tokens, 0, unknown, new double[0], bits);
    }

    /** A score of {@link #MIXTURE}'s models. */
    static DocumentScore of(int tokens, int neuralTokens, int unknown, double[] weights, double... bits) {
        List<String> models =
                bits.length == MIXTURE.models().size() ? MIXTURE.models() : Collections.nCopies(bits.length, "model");
        return new DocumentScore(
                models,
                bits,
                bits,
                tokens,
                neuralTokens,
                unknown,
                5L * tokens,
                0,
                0,
                new float[0],
                MIXTURE.experts(),
                weights,
                new float[0],
                new float[0][],
                List.of());
    }
}
