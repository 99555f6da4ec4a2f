package dev.driftline.neural.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PromotionTest {

    private final Promotion promotion = new Promotion(0.01, 0.02, 1.64, false);

    @Test
    void shouldPromoteWhenTheCandidateIsBetter() {
        Promotion.Verdict verdict = promotion.promote(comparison(50, 0.1, 0.2, 1));

        assertThat(verdict.accepted()).isTrue();
        assertThat(verdict.reason()).contains("bits a token better than the incumbent on 50 documents");
    }

    @Test
    void shouldRejectWhenTheCandidateIsWorse() {
        Promotion.Verdict verdict = promotion.promote(comparison(50, -0.1, 0.2, 1));

        assertThat(verdict.accepted()).isFalse();
        assertThat(verdict.reason()).contains("less than the margin of 0.0100");
    }

    @Test
    void shouldRejectWhenTheDifferenceMayBeChance() {
        Promotion.Verdict verdict = promotion.promote(comparison(5, 0.1, 3, 4));

        assertThat(verdict.accepted()).isFalse();
        assertThat(verdict.reason()).contains("less than 1.64 standard errors");
    }

    @Test
    void shouldRejectWhenThereIsOnlyOneUnit() {
        assertThat(promotion.promote(comparison(1, 5, 0.1, 1)).accepted()).isFalse();
        assertThat(promotion.promote(PairedComparison.NONE).accepted()).isFalse();
    }

    @Test
    void shouldRejectACandidateAndReplaceAnIncumbentWhenItGivesNoNumbers() {
        PairedComparison broken = PairedComparison.ofDocument(new double[] {Double.NaN, 1}, new double[] {2, 2});
        PairedComparison cured = PairedComparison.ofDocument(new double[] {2, 2}, new double[] {Double.NaN, 1});

        assertThat(promotion.promote(broken).accepted()).isFalse();
        assertThat(promotion.promote(cured).accepted()).isTrue();
        assertThat(promotion.rollBack(broken).accepted()).isTrue();
        assertThat(promotion.rollBack(cured).accepted()).isFalse();
    }

    @Test
    void shouldRollBackWhenTheActiveOneIsWorseThanItsParentByTheMargin() {
        assertThat(promotion.rollBack(comparison(50, -0.1, 0.2, 1)).accepted()).isTrue();
        assertThat(promotion.rollBack(comparison(400, -0.015, 0.01, 1)).accepted())
                .as("significant, but within the margin")
                .isFalse();
        assertThat(promotion.rollBack(comparison(50, 0.1, 0.2, 1)).accepted()).isFalse();
    }

    @Test
    void shouldKnowItsErrorWhenDifferencesVary() {
        // The spread of the measured mean over many samples is what the standard error says of one.
        int samples = 400;
        double sum = 0;
        double squares = 0;
        double errors = 0;
        for (int i = 0; i < samples; i++) {
            PairedComparison comparison = comparison(40, 0.3, 1, i);
            sum += comparison.meanDifference();
            squares += comparison.meanDifference() * comparison.meanDifference();
            errors += comparison.standardError();
        }
        double spread = Math.sqrt(squares / samples - Math.pow(sum / samples, 2));

        assertThat(sum / samples).isCloseTo(0.3, within(0.03));
        assertThat(errors / samples).isCloseTo(spread, within(0.15 * spread));
    }

    @Test
    void shouldFadeOldTextWhenTheComparisonGoesOn() {
        PairedComparison before = comparison(50, 0.5, 0.1, 1);
        PairedComparison after = comparison(50, -0.5, 0.1, 2);

        assertThat(before.plus(after).meanDifference()).isCloseTo(0, within(0.05));
        assertThat(before.faded(0.01).plus(after).meanDifference()).isCloseTo(-0.5, within(0.05));
    }

    /** Documents of 5 to 150 tokens whose mean differences a token are spread around {@code mean}. */
    private static PairedComparison comparison(int documents, double mean, double spread, long seed) {
        Random random = new Random(seed);
        PairedComparison sum = PairedComparison.NONE;
        for (int i = 0; i < documents; i++) {
            int tokens = 5 + random.nextInt(145);
            double difference = mean + spread * random.nextGaussian();
            double[] candidate = new double[tokens];
            double[] incumbent = new double[tokens];
            for (int k = 0; k < tokens; k++) {
                candidate[k] = 6;
                incumbent[k] = 6 + difference;
            }
            sum = sum.plus(PairedComparison.ofDocument(candidate, incumbent));
        }
        return sum;
    }
}
