package dev.driftline.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ScoredInOrderTest {

    private final ScoredInOrder order = new ScoredInOrder();
    private final Differences differences = new Differences();

    @Test
    void shouldReportAMixtureThatDiffersWhereOffsetsAndTimesRise() {
        order.scored(0, score(0, 5), 100);
        order.scored(0, score(1, 2), 100);
        order.scored(0, score(0, 6), 101);
        for (int i = 0; i < 12; i++) {
            order.differs(0, difference());
        }

        order.report(differences);

        assertThat(differences.first()).hasSize(10);
        assertThat(differences.total()).isEqualTo(12);
        assertThat(order.unknown()).isZero();
    }

    @Test
    void shouldDoubtTheOrderOfATaskWhenAnOffsetFalls() {
        order.scored(0, score(0, 6), 100);
        order.differs(0, difference());
        order.scored(0, score(0, 5), 100);
        order.differs(1, difference());

        order.report(differences);

        assertThat(differences.total()).as("of the other task").isEqualTo(1);
        assertThat(order.unknown()).isEqualTo(1);
    }

    @Test
    void shouldDoubtTheOrderOfATaskWhenATimeFalls() {
        order.scored(0, score(0, 6), 100);
        order.scored(0, score(1, 5), 99);
        order.differs(0, difference());

        order.report(differences);

        assertThat(differences.total()).isZero();
        assertThat(order.unknown()).isEqualTo(1);
    }

    private static Outputs.Written score(int partition, long offset) {
        return new Outputs.Written(new TopicPartition("scores", partition), offset, new byte[0]);
    }

    private static Difference difference() {
        return new Difference(Difference.Kind.SCORE, "document 'a', perplexity", "scores-0 at offset 6", "2.0", "3.0");
    }
}
