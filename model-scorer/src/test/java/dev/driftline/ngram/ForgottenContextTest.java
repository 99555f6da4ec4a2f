package dev.driftline.ngram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.codec.LargeCounts;
import dev.driftline.smoothing.Discounts;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.smoothing.Smoothing;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForgottenContextTest {

    private static final int ORDER = 5;

    private final PositionCounts counts = new PositionCounts(ORDER);
    private final float[] alpha = new float[ORDER + 1];
    private final float[] gamma = new float[ORDER + 1];

    /** Every n-gram that went further back than this context is forgotten, so that it has no continuation counts. */
    private void learnAContextWithoutLongerOnes(long raw) {
        int[] figures = {5, 5, 0, 0, 0, 0, 0, 0, 0, 0};
        counts.setContext(1, figures, 0, new LargeCounts(), false);
        counts.setWord(1, raw, 0);
        counts.matched(1);
    }

    private void compute(Smoothing smoothing) {
        Discounts[] discounts = new Discounts[ORDER + 1];
        Arrays.fill(discounts, new Discounts(0.5, 1, 1.5, 0.5));
        smoothing.compute(counts, new Smoothing.Estimates(ORDER, discounts, discounts, 0.1, 100), alpha, gamma);
    }

    @ParameterizedTest
    @EnumSource(Smoothing.class)
    void shouldGiveFiniteCoefficientsWhenEveryLongerNgramIsForgotten(Smoothing smoothing) {
        learnAContextWithoutLongerOnes(1);

        compute(smoothing);

        for (int pair = 1; pair <= smoothing.lastPair(counts, ORDER); pair++) {
            assertThat(alpha[pair]).as("alpha of %d", pair).isBetween(0f, 1f);
            assertThat(gamma[pair]).as("gamma of %d", pair).isBetween(0f, 1f);
        }
    }

    @Test
    void shouldLetRawCountsStandInWhenThereAreNoContinuationCounts() {
        learnAContextWithoutLongerOnes(1);
        compute(Smoothing.KNESER_NEY);

        // Five followers, seen once each: (1 − 0.5) / 5, and half of the mass is left.
        assertThat(alpha[2]).isEqualTo(0.1f);
        assertThat(gamma[2]).isEqualTo(0.5f);
    }
}
