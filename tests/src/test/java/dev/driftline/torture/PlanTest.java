package dev.driftline.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.torture.fault.FaultKind;
import dev.driftline.torture.fault.Planned;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static final List<FaultKind> ALL = List.of(FaultKind.values());

    @Test
    void shouldPlanTheSameFaultsForTheSameSeed() {
        assertThat(faults(7, ALL, 300)).isEqualTo(faults(7, ALL, 300)).isNotEqualTo(faults(8, ALL, 300));
    }

    @Test
    void shouldPlanEveryKindOnceBeforeOneComesTwice() {
        assertThat(faults(3, ALL, ALL.size())).extracting(Planned::kind).containsExactlyInAnyOrderElementsOf(ALL);
    }

    @Test
    void shouldAimAKindAtItsMomentsInTurn() {
        List<FaultKind> one = List.of(FaultKind.KILL_INSTANCE);

        assertThat(faults(1, one, one.get(0).moments().size()))
                .extracting(Planned::moment)
                .containsExactlyElementsOf(one.get(0).moments());
    }

    @Test
    void shouldPlanAFaultEverySixSecondsOnTheMean() {
        List<Planned> faults = faults(5, ALL, 300);

        assertThat(faults.get(299).atMillis()).isBetween(1_650_000L, 1_950_000L);
        assertThat(faults).extracting(Planned::atMillis).isSorted();
    }

    @Test
    void shouldKeepWithinTheLongestTimeOfAKind() {
        assertThat(faults(9, ALL, 500))
                .allSatisfy(planned ->
                        assertThat(planned.millis()).isBetween(0, planned.kind().longestMillis()));
    }

    private static List<Planned> faults(long seed, List<FaultKind> kinds, int count) {
        Plan plan = new Plan(seed, kinds, 6_000);
        return Stream.generate(plan::next).limit(count).toList();
    }
}
