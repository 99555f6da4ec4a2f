package dev.driftline.serving.http;

import dev.driftline.heap.HeapAccount;
import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import java.util.function.IntConsumer;

/** Bodies of requests without end, for tests that are not of this package. */
public final class EndlessBodies {

    private EndlessBodies() {}

    /** Ever more bodies, none of which is answered. */
    public static IntConsumer of(HeapBudget budget) {
        HeapAccount account = budget.account(HeapUse.BODIES);
        account.set(0);
        BodyBytes bodies = new BodyBytes(account.bound(), account::set);
        return step -> bodies.take(1000);
    }
}
