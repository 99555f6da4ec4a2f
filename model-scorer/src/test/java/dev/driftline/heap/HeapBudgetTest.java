package dev.driftline.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@link HeapBudget} sums its accounts and divides its bounds. */
class HeapBudgetTest {

    @Test
    void shouldGiveEachOwnerAnEqualShareOfWhatTheInstanceHas() {
        HeapBudget budget = new HeapBudget(Map.of(HeapUse.PENDING, 100L));
        HeapAccount one = budget.account(HeapUse.PENDING);
        HeapAccount other = budget.account(HeapUse.PENDING);

        one.set(60);
        assertThat(one.bound()).as("alone").isEqualTo(100);
        assertThat(one.isOver()).isFalse();
        other.add(7);
        other.add(3);
        assertThat(one.bound()).as("of two").isEqualTo(50);
        assertThat(one.isOver()).isTrue();
        assertThat(budget.used(HeapUse.PENDING)).isEqualTo(70);
        assertThat(budget.bound(HeapUse.PENDING)).isEqualTo(100);
    }

    @Test
    void shouldGiveEachShardTheWhole() {
        HeapBudget budget = new HeapBudget(Map.of(HeapUse.PAGES, 100L));
        HeapAccount one = budget.account(HeapUse.PAGES);
        budget.account(HeapUse.PAGES).set(30);
        one.set(60);

        assertThat(one.bound()).isEqualTo(100);
        assertThat(budget.bound(HeapUse.PAGES)).isEqualTo(200);
        assertThat(budget.total(4) - budget.total(3)).isGreaterThanOrEqualTo(100);
    }

    @Test
    void shouldCountNothingOfAClosedAccountUntilItIsUsedAgain() {
        HeapBudget budget = new HeapBudget();
        HeapAccount account = budget.account(HeapUse.PENDING);
        account.set(5);
        account.close();
        assertThat(budget.used(HeapUse.PENDING)).isZero();

        account.add(4);
        assertThat(budget.used(HeapUse.PENDING)).isEqualTo(4);
    }

    @Test
    void shouldHaveANameASettingAndWhatComesPastTheBoundOfEachUse() {
        assertThat(Stream.of(HeapUse.values()).map(HeapUse::label)).doesNotHaveDuplicates();
        assertThat(HeapUse.values()).allSatisfy(use -> {
            assertThat(use.label()).matches("[a-z-]+");
            assertThat(use.defaultBytes()).isPositive();
            assertThat(use.what()).isNotBlank();
            assertThat(use.past()).endsWith(".");
        });
        assertThatThrownBy(() -> new HeapBudget(Map.of(HeapUse.PENDING, 0L)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
