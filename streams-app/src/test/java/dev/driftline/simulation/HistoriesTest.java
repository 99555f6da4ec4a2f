package dev.driftline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Histories of two instances in which a seed chooses what happens next. After each, every document has been scored or refused
 * once, and counts and scores are those of a serial replay through the plain library: see {@link Oracle}. A failure names its
 * seed, and lists the fewest events that still fail.
 *
 * <p>{@code -Ddriftline.histories=N} runs as many seeds, {@code -Ddriftline.history=SEED} one.
 */
class HistoriesTest {

    private static final int FIXED = 75;
    private static final int RANDOM = 15;

    @Test
    void shouldCountAndScoreEachDocumentOnceAsASerialReplayWhateverHappens() throws Exception {
        Long one = Long.getLong("driftline.history");
        if (one != null) {
            assertThat(Histories.failure(one, Defects.NONE)).isEmpty();
            return;
        }
        long random = System.nanoTime() & Integer.MAX_VALUE;
        System.out.println("random histories from seed " + random);
        List<Long> seeds = new ArrayList<>();
        for (long seed = 0; seed < Integer.getInteger("driftline.histories", FIXED); seed++) {
            seeds.add(seed);
        }
        for (long seed = 0; seed < RANDOM; seed++) {
            seeds.add(random + seed);
        }
        long start = System.nanoTime();
        Optional<String> failure = Histories.first(seeds, Defects.NONE);
        System.out.printf("%d histories in %d ms%n", seeds.size(), (System.nanoTime() - start) / 1_000_000);
        assertThat(failure).isEmpty();
    }
}
