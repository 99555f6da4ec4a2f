package dev.driftline.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.testing.NgramCensus;
import dev.driftline.testing.junit.SmallBrown;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CensusTest {

    @Test
    void shouldCountAsTheCensusThatTestsAreHeldAgainst() {
        Census census = new Census();
        NgramCensus other = new NgramCensus(Census.ORDER);
        for (SmallBrown.Document document : SmallBrown.documents()) {
            census.add(document.sentences());
            other.add(document.sentences());
        }
        Map<List<String>, Long> counts = new HashMap<>();
        other.forEach(counts::put);

        assertThat(census.size()).isEqualTo(other.size());
        assertThat(census.tokens()).isEqualTo(other.tokens());
        assertThat(census.types()).isEqualTo(other.types(1));
        assertThat(census.firstDifference(ngram -> counts.getOrDefault(ngram, 0L)))
                .isEmpty();
    }

    @Test
    void shouldNameAnNgramThatIsCountedOtherwise() {
        Census census = new Census();
        census.add(List.of(List.of("a", "b")));

        assertThat(census.firstDifference(ngram -> ngram.equals(List.of("<s>", "a", "b")) ? 2 : 1))
                .contains("<s> a b is counted 2 times and occurs 1 times");
    }
}
