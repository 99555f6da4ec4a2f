package dev.driftline.service;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class FailureResponseTest {

    private final FailureResponse response = new FailureResponse();

    @Test
    void shouldTryAgainWhereTheBrokersWereAway() {
        assertThat(response.handle(new StreamsException(new TimeoutException("no broker"))))
                .isEqualTo(REPLACE_THREAD);
        assertThat(response.fatal()).isNull();
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
        assertThat(response.fatal()).isSameAs(failure);
    }

    @Test
    void shouldStopWhereASchemaIsMissing() {
        assertThat(response.handle(new StreamsException(new SerializationException("no such subject"))))
                .isEqualTo(SHUTDOWN_CLIENT);
    }

    @Test
    void shouldStopWhereTheSameHappensAgainAndAgain() {
        int tries = 0;
        while (response.handle(new IllegalStateException("a defect")) == REPLACE_THREAD) {
            tries++;
        }
        assertThat(tries).isBetween(5, 50);
        assertThat(response.fatal()).hasMessage("a defect");
    }
}
