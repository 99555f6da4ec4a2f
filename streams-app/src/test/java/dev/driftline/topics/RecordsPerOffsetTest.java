package dev.driftline.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RecordsPerOffsetTest {

    private static final TopicPartition TEXT = new TopicPartition("text.v1", 0);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final RecordsPerOffset shares = new RecordsPerOffset();
    private final RecordsPerOffset.Polls polls = shares.polls();

    RecordsPerOffsetTest() {
        consumer.assign(Set.of(TEXT));
    }

    private void poll(long... offsets) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (long offset : offsets) {
            records.add(new ConsumerRecord<>(TEXT.topic(), TEXT.partition(), offset, new byte[0], new byte[0]));
        }
        polls.polled(consumer, new ConsumerRecords<>(Map.of(TEXT, records), Map.of()));
    }

    private long of(long offsets) {
        return shares.records(TEXT.topic(), TEXT.partition(), offsets);
    }

    @Test
    void shouldSayTheOffsetsWhereNothingElseIsKnown() {
        assertThat(of(17)).isEqualTo(17);
    }

    @Test
    void shouldSayTheOffsetsWhereEachHasBeenARecord() {
        poll(0, 1, 2);
        poll(3, 4);

        assertThat(of(17)).isEqualTo(17);
    }

    @Test
    void shouldLeaveOutTheMarksWhenEachRecordIsATransaction() {
        poll(0);
        for (long offset = 2; offset <= 200; offset += 2) {
            poll(offset);
        }

        assertThat(of(40)).isEqualTo(20);
        assertThat(of(1)).isEqualTo(1);
        assertThat(of(0)).isZero();
    }

    @Test
    void shouldForgetTheProducersOfBeforeWhenTheyChange() {
        poll(0);
        for (long offset = 2; offset <= 40_000; offset += 2) {
            poll(offset);
        }
        for (long offset = 40_001; offset <= 200_000; offset++) {
            poll(offset);
        }

        assertThat(of(1_000)).isBetween(990L, 1_000L);
    }

    @Test
    void shouldNotTakeForMarksWhatAnotherConsumerHasRead() {
        poll(0, 1);
        consumer.assign(Set.of());
        polls.polled(consumer, ConsumerRecords.empty());
        consumer.assign(Set.of(TEXT));
        poll(1_000, 1_001);
        poll(5, 6);

        assertThat(of(100)).isEqualTo(100);
    }
}
