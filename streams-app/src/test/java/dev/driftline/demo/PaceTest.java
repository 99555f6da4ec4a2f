package dev.driftline.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(7 * SECOND);
    private final AtomicBoolean ready = new AtomicBoolean();

    @Test
    void shouldWaitForTheFirstNetworkAndThenKeepThePace() {
        Pace pace = new Pace(1_000, 500, ready::get, clock::get);

        assertThat(pace.waitNanos(500)).isZero();
        assertThat(pace.waitNanos(2_500)).isPositive();
        assertThat(pace.waitsForNetwork()).isTrue();
        ready.set(true);
        clock.addAndGet(10 * SECOND);
        assertThat(pace.waitNanos(2_500)).isEqualTo(2 * SECOND);
        assertThat(pace.waitsForNetwork()).isFalse();
        clock.addAndGet(SECOND);
        assertThat(pace.waitNanos(2_500)).isEqualTo(SECOND);
        clock.addAndGet(20 * SECOND);
        assertThat(pace.waitNanos(2_500)).isNotPositive();
    }

    @Test
    void shouldGoOnWithoutANetworkWhenThatTakesTooLong() {
        Pace pace = new Pace(1_000, 0, ready::get, clock::get);

        assertThat(pace.waitNanos(1)).isPositive();
        clock.addAndGet(60 * SECOND);
        assertThat(pace.waitNanos(2_000)).isEqualTo(2 * SECOND);
        assertThat(pace.waitsForNetwork()).isFalse();
    }

    @Test
    void shouldNeverWaitWithoutAPace() {
        assertThat(new Pace(0, 0, ready::get, clock::get).waitNanos(Long.MAX_VALUE))
                .isZero();
    }
}
