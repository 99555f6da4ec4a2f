package dev.driftline.pending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.driftline.heap.HeapBudget;
import dev.driftline.heap.HeapUse;
import dev.driftline.input.IncomingDocument;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** {@link CompleteDocuments} and {@link PendingDocuments} under a backlog that is larger than what they may hold. */
class CompleteDocumentsTest {

    private static final long NOW = 77;
    private static final byte[] REPLY = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private final HeapPageStore store = new HeapPageStore();

    private static HeapBudget budget(long bytes) {
        return new HeapBudget(Map.of(HeapUse.PENDING, bytes));
    }

    private PendingDocuments pending(HeapBudget budget) {
        return new PendingDocuments(store, budget.account(HeapUse.PENDING));
    }

    private static PendingDocument document(long ticket, boolean isComplete) {
        PendingDocument document = new PendingDocument(
                new IncomingDocument(
                        "id" + ticket,
                        "source",
                        0,
                        true,
                        DocumentTokens.of(List.of(List.of("some", "words", "of", "ticket" + ticket))),
                        Map.of()),
                0,
                0,
                1);
        if (isComplete) {
            document.add(REPLY);
        }
        return document;
    }

    private void fill(int documents, int everyNthIsComplete) {
        PendingDocuments pending = pending(new HeapBudget());
        for (long ticket = 0; ticket < documents; ticket++) {
            pending.add(ticket, document(ticket, ticket % everyNthIsComplete == 0));
        }
        pending.writeBack();
    }

    private static List<Long> drain(CompleteDocuments complete, PendingDocuments pending) {
        List<Long> tickets = new ArrayList<>();
        while (!complete.isEmpty()) {
            long ticket = complete.first().ticket();
            assertThat(pending.get(ticket)).isNotNull();
            complete.removeFirst();
            pending.remove(ticket);
            tickets.add(ticket);
        }
        return tickets;
    }

    @Test
    void shouldHoldNoMoreDocumentsThanTheirBytesAllowAndLoseNone() {
        HeapBudget budget = budget(100_000);
        PendingDocuments pending = pending(budget);
        long longest = document(0, true).heapBytes() + 1000;
        for (long ticket = 0; ticket < 2000; ticket++) {
            pending.add(ticket, document(ticket, false));
            assertThat(budget.used(HeapUse.PENDING)).isLessThan(100_000 + longest);
        }
        for (long ticket = 0; ticket < 2000; ticket++) {
            PendingDocument waiting = pending.get(ticket);
            assertThat(waiting).isNotNull();
            waiting.add(REPLY);
            pending.update(ticket, waiting);
            assertThat(budget.used(HeapUse.PENDING)).isLessThan(100_000 + longest);
        }
        CompleteDocuments complete = new CompleteDocuments(pending);
        complete.look(NOW, () -> false);

        assertThat(drain(complete, pending)).hasSize(2000).isSorted();
        pending.writeBack();
        assertThat(store.size()).isZero();
        assertThat(budget.used(HeapUse.PENDING))
                .as("what is not there weighs nothing")
                .isZero();
    }

    @Test
    void shouldFindThoseThatWereCompleteBeforeARestartInOrder() {
        fill(10, 3);
        PendingDocuments pending = pending(new HeapBudget());
        CompleteDocuments complete = new CompleteDocuments(pending);
        complete.look(NOW, () -> false);

        assertThat(pending.size()).isEqualTo(10);
        assertThat(complete.isLooking()).isFalse();
        assertThat(complete.first().since()).isEqualTo(NOW);
        assertThat(drain(complete, pending)).containsExactly(0L, 3L, 6L, 9L);
        assertThat(pending.size()).isEqualTo(6);
    }

    /** On the stream thread a look must end soon: what it has not come to waits for the next one. */
    @Test
    void shouldReadABacklogInPiecesWhileOthersComeAndGo() {
        fill(10_000, 2);
        PendingDocuments pending = pending(new HeapBudget());
        CompleteDocuments complete = new CompleteDocuments(pending);
        List<Long> out = new ArrayList<>();
        int looks = 0;
        long next = 10_000;
        while (complete.isLooking()) {
            complete.look(NOW, () -> true);
            looks++;
            // One comes and is complete at once, one comes and stays, and one of before is completed.
            pending.add(next, document(next, true));
            complete.add(next++, NOW);
            pending.add(next, document(next, false));
            next++;
            long old = 2L * looks + 1;
            PendingDocument waiting = pending.get(old);
            assertThat(waiting).isNotNull();
            waiting.add(REPLY);
            pending.update(old, waiting);
            complete.add(old, NOW);
            out.addAll(drain(complete, pending));
        }

        assertThat(looks).isGreaterThan(100);
        assertThat(out).as("each once").hasSameSizeAs(new TreeSet<>(out));
        assertThat(out).hasSize(5000 + 2 * looks);
        assertThat(pending.size()).isEqualTo(5000);
    }

    @Test
    void shouldLeaveInTheStoreWhatHasNoPlaceAndFindItAgain() {
        PendingDocuments pending = pending(budget(1 << 20));
        CompleteDocuments complete = new CompleteDocuments(pending);
        complete.look(NOW, () -> false);
        int documents = 2 * CompleteDocuments.MOST + 5;
        for (long ticket = 0; ticket < documents; ticket++) {
            pending.add(ticket, document(ticket, true));
            complete.add(ticket, NOW);
        }
        assertThat(complete.isLooking()).isTrue();
        List<Long> out = drain(complete, pending);
        assertThat(out).hasSize(CompleteDocuments.MOST);
        while (complete.isLooking()) {
            complete.look(NOW, () -> false);
            out.addAll(drain(complete, pending));
        }

        assertThat(out).hasSize(documents).isSorted();
        assertThat(pending.size()).isZero();
    }
}
