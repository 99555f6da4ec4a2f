package dev.driftline.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void shouldWaitUntilTheSecondThatTokensAreDueIn() {
        Pace pace = new Pace(1_000, 500, 7 * SECOND);

        assertThat(pace.waitNanos(500, 7 * SECOND)).isZero();
        assertThat(pace.waitNanos(2_500, 7 * SECOND)).isEqualTo(2 * SECOND);
        assertThat(pace.waitNanos(2_500, 8 * SECOND)).isEqualTo(SECOND);
        assertThat(pace.waitNanos(2_500, 20 * SECOND)).isNotPositive();
    }

    @Test
    void shouldNeverWaitWithoutAPace() {
        assertThat(new Pace(0, 0, 0).waitNanos(Long.MAX_VALUE, 0)).isZero();
    }
}
