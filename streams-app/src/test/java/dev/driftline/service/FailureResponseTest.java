package dev.driftline.service;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.driftline.failures.RecordPlace;
import dev.driftline.failures.RecordTries;
import dev.driftline.schemas.RegistryUnavailableException;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.ModelSettings;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

class FailureResponseTest {

    private static final Throwable DEFECT = new IllegalStateException("a defect");

    private final AtomicLong now = new AtomicLong(1);
    private final List<String> waitedFor = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final FailureResponse response = new FailureResponse(
            "/var/lib/driftline",
            new Clock() {
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
            },
            this::pause);

    private void pause(Duration time) {
        pauses.add(time);
        waitedFor.add(response.waiting().orElseThrow());
    }

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

    @Test
    void shouldWaitAndSayWhatToDoWhereTheDiskIsFull() {
        Throwable full = new StreamsException(new ProcessorStateException(
                "cannot flush", new RocksDBException("IO error: No space left on device: x")));
        for (int i = 0; i < 100; i++) {
            assertThat(response.handle(full)).isEqualTo(REPLACE_THREAD);
        }

        assertThat(waitedFor.get(99)).contains("/var/lib/driftline").contains("Free space");
        assertThat(pauses)
                .isSorted()
                .startsWith(FailureResponse.DISK_PAUSE)
                .endsWith(FailureResponse.LONGEST_DISK_PAUSE);
    }

    @Test
    void shouldPauseLongerEachTimeWhileTheRegistryIsAwayAndForgetItAfterwards() {
        Throwable away =
                new StreamsException(new RegistryUnavailableException("away", new ConnectException("refused")));
        for (int i = 0; i < 10; i++) {
            response.handle(away);
        }
        assertThat(pauses).isSorted().endsWith(FailureResponse.LONGEST_OUTAGE_PAUSE);
        assertThat(waitedFor).hasSize(10);
        assertThat(response.waiting()).isEmpty();

        now.addAndGet(FailureResponse.WITHIN.toMillis() + 1);
        response.handle(away);
        assertThat(pauses.get(10)).isEqualTo(FailureResponse.OUTAGE_PAUSE);
    }

    @Test
    void shouldNotStopForRecordsThatAreTried() {
        RecordTries tries = new RecordTries();
        for (int i = 0; i < 100; i++) {
            Throwable tried = tries.failed(new RecordPlace("gather", "documents", 0, i, 7), DEFECT);
            assertThat(response.handle(new StreamsException(tried))).isEqualTo(REPLACE_THREAD);
        }
        assertThat(pauses).isEmpty();
    }
}
