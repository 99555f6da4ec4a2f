package dev.driftline.topology.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTimeTest {

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 4_102_444_800_000_000L})
    void shouldTakeTheClocksTimeWhereARecordHasNoneOrOneOfTheFuture(long timestamp) {
        long before = System.currentTimeMillis();

        long time = new EventTime().extract(record(timestamp), 0);

        assertThat(time).isBetween(before, System.currentTimeMillis());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_700_000_000L, 1_700_000_000_000L})
    void shouldTakeTheRecordsTimeWhereItIsPast(long timestamp) {
        assertThat(new EventTime().extract(record(timestamp), 0)).isEqualTo(timestamp);
    }

    private static ConsumerRecord<Object, Object> record(long timestamp) {
        return new ConsumerRecord<>(
                "t",
                0,
                0,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                null,
                null,
                new RecordHeaders(),
                java.util.Optional.empty());
    }
}
