package dev.driftline.neural.online;

import dev.driftline.neural.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the active network with its parent round after round, and rolls it back once the parent is better. */
final class RollbackWatch {

    /**
     * A rollback that is due.
     *
     * @param comparison the active network, as the candidate, with its parent
     * @param reason why, in words
     */
    record Rollback(PairedComparison comparison, String reason) {}

    private final OnlineSettings settings;
    private ParentWatch watch;

    RollbackWatch(OnlineSettings settings, ParentWatch watch) {
        this.settings = settings;
        this.watch = watch;
    }

    ParentWatch watch() {
        return watch;
    }

    /**
     * Compares on the text of {@code batch} that neither network was trained on and that was not compared on before.
     *
     * @return the rollback, if it is due
     * @throws InterruptedException if the thread is interrupted between documents; nothing has changed then
     */
    Optional<Rollback> compare(TrainingBatch batch, Snapshot active, Snapshot parent) throws InterruptedException {
        if (settings.promotion().always()) {
            return Optional.empty();
        }
        ParentWatch before = watch.isOf(active.version(), parent.version())
                ? watch
                : new ParentWatch(
                        active.version(),
                        parent.version(),
                        PairedComparison.NONE,
                        Math.max(FineTuner.trainedUpTo(active), FineTuner.trainedUpTo(parent)));
        List<BufferedDocument> documents = new ArrayList<>(batch.fresh());
        documents.addAll(batch.heldOut());
        documents = TrainingBatch.since(documents, before.comparedTo());
        if (documents.isEmpty()) {
            return Optional.empty();
        }
        PairedComparison more = PairedComparison.of(active.network(), parent.network(), documents);
        PairedComparison sum = before.comparison()
                .faded(Math.pow(0.5, more.tokens() / settings.rollbackHalfLife()))
                .plus(more);
        // Sums that are no numbers would stay so: the text that made them is left out.
        watch = new ParentWatch(
                active.version(), parent.version(), sum.isFinite() ? sum : before.comparison(), batch.end());
        Promotion.Verdict verdict = settings.promotion().rollBack(sum);
        if (!verdict.accepted()) {
            return Optional.empty();
        }
        watch = ParentWatch.NONE;
        return Optional.of(new Rollback(sum, verdict.reason()));
    }
}
