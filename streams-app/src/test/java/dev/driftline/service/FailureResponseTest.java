package dev.driftline.service;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.driftline.scoring.Gather;
import dev.driftline.scoring.ModelSettings;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class FailureResponseTest {

    private static final Throwable DEFECT = new IllegalStateException("a defect");

    private final AtomicLong now = new AtomicLong(1);
    private final FailureResponse response = new FailureResponse(new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now.get());
        }
    });

    @Test
    void shouldTryAgainWhereTheBrokersWereAway() {
        assertThat(response.handle(new StreamsException(new TimeoutException("no broker"))))
                .isEqualTo(REPLACE_THREAD);
        assertThat(response.fatal()).isEmpty();
    }

    @Test
    void shouldTryAgainHoweverOftenWhereTheRegistryIsAway() {
        for (int i = 0; i < 100; i++) {
            assertThat(response.handle(new StreamsException(
                            new SerializationException("cannot register", new ConnectException("refused")))))
                    .isEqualTo(REPLACE_THREAD);
        }
    }

    @Test
    void shouldStopWhereOnlyAnOperatorCanHelp() {
        Throwable failure = new StreamsException(new TopicAuthorizationException("scores"));

        assertThat(response.handle(failure)).isEqualTo(SHUTDOWN_CLIENT);
        assertThat(response.fatal()).containsSame(failure);
    }

    @Test
    void shouldStopWhereASchemaIsMissing() {
        assertThat(response.handle(new StreamsException(new SerializationException("no such subject"))))
                .isEqualTo(SHUTDOWN_CLIENT);
    }

    @Test
    void shouldStopAtTheDeathAfterTheLastThatIsAllowed() {
        for (int i = 0; i < FailureResponse.REPLACEMENTS; i++) {
            assertThat(response.handle(DEFECT)).as("death " + (i + 1)).isEqualTo(REPLACE_THREAD);
        }

        assertThat(response.handle(DEFECT)).isEqualTo(SHUTDOWN_CLIENT);
        assertThat(response.fatal()).contains(DEFECT);
    }

    @Test
    void shouldForgetDeathsThatAreLongPast() {
        for (int i = 0; i < FailureResponse.REPLACEMENTS; i++) {
            response.handle(DEFECT);
        }
        now.addAndGet(FailureResponse.WITHIN.toMillis() + 1);

        assertThat(response.handle(DEFECT)).isEqualTo(REPLACE_THREAD);
    }

    @Test
    void shouldStopWhereAMessageIsOfAnotherModelOrVersion() {
        Gather gather = new Gather(ModelSettings.ofOrder(2), 1);
        Throwable refused = catchThrowable(() -> gather.open(new byte[] {1, 0, 0}));

        assertThat(response.handle(new StreamsException(refused))).isEqualTo(SHUTDOWN_CLIENT);
    }
}
