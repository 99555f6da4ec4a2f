package dev.driftline.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TurnsTest {

    private final AtomicLong now = new AtomicLong();
    private final Turns turns = new Turns(now::get);
    private final List<String> had = Collections.synchronizedList(new ArrayList<>());

    /** Another thread that has one turn, for which it waits when this returns. */
    private CompletableFuture<Void> waiting(String name) {
        int before = turns.waiting();
        CompletableFuture<Void> done = CompletableFuture.runAsync(
                () -> {
                    turns.take();
                    try {
                        had.add(name);
                    } finally {
                        turns.end();
                    }
                },
                command -> new Thread(command, name).start());
        while (turns.waiting() == before) {
            Thread.onSpinWait();
        }
        return done;
    }

    @Test
    void shouldLetThoseThatWaitHaveTheirTurnsInTheOrderInWhichTheyCame() {
        turns.take();
        List<CompletableFuture<Void>> others = List.of(waiting("first"), waiting("second"), waiting("third"));
        now.set(Turns.SHORTEST_NANOS);
        turns.letOthers();
        had.add("again");
        turns.end();

        others.forEach(CompletableFuture::join);
        assertThat(had).containsExactly("first", "second", "third", "again");
    }

    @Test
    void shouldLetNobodyInBeforeATurnHasLasted() {
        turns.take();
        CompletableFuture<Void> other = waiting("other");
        now.set(Turns.SHORTEST_NANOS - 1);
        turns.letOthers();
        had.add("still");
        now.set(Turns.SHORTEST_NANOS);
        turns.letOthers();
        had.add("again");
        CompletableFuture<Void> another = waiting("another");
        // The turn has begun anew.
        now.set(2 * Turns.SHORTEST_NANOS - 1);
        turns.letOthers();
        had.add("still");
        turns.end();

        CompletableFuture.allOf(other, another).join();
        assertThat(had).containsExactly("still", "other", "again", "still", "another");
    }

    @Test
    void shouldLetNobodyInWhereATurnWasTakenTwice() {
        turns.take();
        turns.take();
        CompletableFuture<Void> other = waiting("other");
        now.set(Turns.SHORTEST_NANOS);
        turns.letOthers();
        had.add("again");
        turns.end();
        had.add("still");
        turns.end();

        other.join();
        assertThat(had).containsExactly("again", "still", "other");
    }

    @Test
    void shouldKnowWhoseTurnItIs() throws InterruptedException {
        turns.take();
        CountDownLatch seen = new CountDownLatch(1);
        List<Boolean> isMine = new ArrayList<>(List.of(turns.isMine()));
        Thread other = new Thread(() -> {
            isMine.add(turns.isMine());
            seen.countDown();
        });
        other.start();
        seen.await();
        turns.end();
        isMine.add(turns.isMine());

        assertThat(isMine).containsExactly(true, false, false);
        other.join();
    }
}
