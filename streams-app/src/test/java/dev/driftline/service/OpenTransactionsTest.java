package dev.driftline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.driftline.topics.RecordsPerOffset;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OpenTransactionsTest {

    private static final TopicPartition FIRST = new TopicPartition("documents.v1", 0);
    private static final TopicPartition SECOND = new TopicPartition("documents.v1", 1);

    private final Set<TopicPartition> read = new HashSet<>(Set.of(FIRST, SECOND));
    private long now;
    private final OpenTransactions transactions =
            new OpenTransactions(() -> Set.copyOf(read), new RecordsPerOffset(), () -> TimeUnit.SECONDS.toNanos(now));

    private void look(long at, Map<TopicPartition, Long> stable, Map<TopicPartition, Long> end) throws Exception {
        now = at;
        transactions.look((partitions, reader) -> reader == IsolationLevel.READ_COMMITTED ? stable : end);
    }

    @Test
    void shouldSayWhatLiesBehindAnOpenTransactionAndForHowLong() throws Exception {
        look(10, Map.of(FIRST, 100L, SECOND, 7L), Map.of(FIRST, 103L, SECOND, 7L));
        look(15, Map.of(FIRST, 100L, SECOND, 7L), Map.of(FIRST, 120L, SECOND, 7L));
        now = 17;

        assertThat(transactions.held())
                .containsExactly(new HeldBack("documents.v1", 0, 20, 7), new HeldBack("documents.v1", 1, 0, 0));

        look(20, Map.of(FIRST, 120L, SECOND, 7L), Map.of(FIRST, 120L, SECOND, 7L));
        assertThat(transactions.held()).extracting(HeldBack::records).containsExactly(0L, 0L);
        assertThat(transactions.held()).extracting(HeldBack::seconds).containsExactly(0L, 0L);
    }

    @Test
    void shouldNotAddUpTransactionsOfWhichEachEnds() throws Exception {
        for (int i = 0; i < 100; i++) {
            look(5 * i, Map.of(FIRST, 10L * i, SECOND, 0L), Map.of(FIRST, 10L * i + 4, SECOND, 0L));
        }

        assertThat(transactions.held().get(0)).isEqualTo(new HeldBack("documents.v1", 0, 4, 0));
    }

    @Test
    void shouldCountFromTheFirstThatIsHeldBackOnAnIdlePartition() throws Exception {
        look(0, Map.of(FIRST, 50L), Map.of(FIRST, 50L));
        look(600, Map.of(FIRST, 50L), Map.of(FIRST, 51L));
        now = 604;

        assertThat(transactions.held()).containsExactly(new HeldBack("documents.v1", 0, 1, 4));
    }

    @Test
    void shouldKeepWhatItSawWhenTheBrokerDoesNotAnswerAndForgetWhatItReadsNoMore() throws Exception {
        look(0, Map.of(FIRST, 1L, SECOND, 1L), Map.of(FIRST, 5L, SECOND, 1L));
        assertThatThrownBy(() -> transactions.look((partitions, reader) -> {
                    throw new IllegalStateException("away");
                }))
                .hasMessage("away");
        assertThat(transactions.held()).hasSize(2);

        read.clear();
        look(5, Map.of(), Map.of());

        assertThat(transactions.held()).isEmpty();
    }
}
