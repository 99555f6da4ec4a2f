package dev.driftline.neural.online;

import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Runs rounds: fine-tunes a copy of the active network on new text and some older text, and compares the two on the newest.
 *
 * <p>A candidate that is promoted is then trained on the text of the comparison too, and published after that. The next
 * round compares it on later text, see {@link RollbackWatch}.
 *
 * <p>The copy, with its optimizer's state, is kept from round to round: after a promotion, when the copy <em>is</em> the new
 * incumbent, and after a rejection that only lacked significance, so that small gains add up. The evidence then adds up,
 * too: the gain of the copy on the held-out text of earlier rounds, each measured before the copy was trained on that text,
 * counts half as much with each round. The copy has learned more since, so this understates the gain. A candidate that is
 * worse than the incumbent by more than a standard error is discarded with its optimizer's state, whose moments point the
 * wrong way. The next round starts from the incumbent, on all text since the incumbent was trained.
 *
 * <p>A copy without optimizer state, such as that one or the first after a restart or a rollback, begins with small steps
 * and with the incumbent as the average so far, see {@link dev.driftline.neural.training.NetworkTrainer#goingOn}. Otherwise
 * it would be worse than its incumbent after a round, and be discarded round after round.
 *
 * <p>Where documents were taken out that the active network may have seen, a round may have to start elsewhere
 * ({@link Basis}): from a snapshot that saw none of them, or from nothing. Such a copy is compared with the active network
 * like any other, and goes on from round to round however far it is behind, since it cannot be better at once.
 *
 * <p>Not thread-safe. An interrupt ends a round with nothing changed except the copy, which is discarded.
 */
public final class FineTuner {

    private static final double KEPT_EVIDENCE = 0.5;

    /**
     * Where a round starts.
     *
     * @param position the position in the stream up to which the network was trained that the round goes on with, exclusive
     * @param isFresh whether that network is made from nothing
     * @param seen the text that it was trained on
     */
    public record Start(long position, boolean isFresh, SeenText seen) {}

    private final OnlineSettings settings;
    private final WorkingCopy copy;
    private final RollbackWatch rollbacks;

    public FineTuner(OnlineSettings settings) {
        this(settings, ParentWatch.NONE);
    }

    /** @param watch the comparison of the active network with its parent so far, as returned by {@link #watch()} */
    public FineTuner(OnlineSettings settings, ParentWatch watch) {
        this.settings = settings;
        copy = new WorkingCopy(settings);
        rollbacks = new RollbackWatch(settings, watch);
    }

    /** The comparison of the active network with its parent so far. */
    public ParentWatch watch() {
        return rollbacks.watch();
    }

    /** The position in the stream up to which {@code snapshot} was trained, exclusive; 0 for one made elsewhere. */
    public static long trainedUpTo(Snapshot snapshot) {
        return trainedUpTo(snapshot.manifest());
    }

    private static long trainedUpTo(SnapshotManifest manifest) {
        return manifest.data().getOrDefault(Provenance.TRAINED_TO, 0L);
    }

    /** The position in the stream up to which the network was trained that a round with {@code active} would continue. */
    public long trainedUpTo(Optional<Snapshot> active) {
        return start(active, Basis.ACTIVE).position();
    }

    /** Where a round with {@code active} and {@code basis} starts. */
    public Start start(Optional<Snapshot> active, Basis basis) {
        if (active.isEmpty()) {
            return new Start(0, true, SeenText.NOTHING);
        }
        if (copy.continues(active.get())) {
            return new Start(copy.trainedTo(), false, copy.seen());
        }
        if (!basis.isRequired()) {
            return start(active.get().manifest());
        }
        return basis.clean().map(FineTuner::start).orElse(new Start(0, true, SeenText.NOTHING));
    }

    private static Start start(SnapshotManifest manifest) {
        return new Start(trainedUpTo(manifest), false, manifest.text());
    }

    /** Whether the copy that the next round would go on with may have seen a document that was taken out. */
    public boolean mayHaveSeen(OpenRetractions open) {
        return open.mayBeIn(copy.seen());
    }

    /** Throws the copy away if it may have seen a document that was taken out. */
    public void discardIfSaw(OpenRetractions open) {
        copy.discardIfSaw(open);
    }

    /** As the other method, from the active network. */
    public Optional<Round> round(
            TrainingBatch batch,
            Optional<Snapshot> active,
            Optional<Snapshot> parent,
            long number,
            LongConsumer progress)
            throws InterruptedException {
        return round(batch, active, parent, Basis.ACTIVE, Optional.empty(), number, progress);
    }

    /**
     * A round.
     *
     * @param batch from {@link ReplayBuffer#batch}, starting at {@link #start}
     * @param active the active snapshot; empty before the first
     * @param parent its parent, if at hand
     * @param basis what to start from where documents were taken out
     * @param clean the snapshot that {@code basis} names; empty if it is not at hand, and a fresh network is trained
     * @param number of the candidate, above that of every known version
     * @param progress receives the number of tokens of the current pass, about once a second
     * @return the result; empty if there is nothing new to train on
     * @throws InterruptedException if the thread is interrupted
     */
    public Optional<Round> round(
            TrainingBatch batch,
            Optional<Snapshot> active,
            Optional<Snapshot> parent,
            Basis basis,
            Optional<Snapshot> clean,
            long number,
            LongConsumer progress)
            throws InterruptedException {
        boolean done = false;
        try {
            Optional<Round> round = active.isPresent()
                    ? tune(batch, active.get(), parent, basis, clean, number, progress)
                    : bootstrap(batch, number, progress);
            done = true;
            return round;
        } finally {
            if (!done) {
                copy.discard();
            }
        }
    }

    private Optional<Round> bootstrap(TrainingBatch batch, long number, LongConsumer progress)
            throws InterruptedException {
        long start = System.nanoTime();
        // There is nothing to compare with, so nothing is held out.
        List<BufferedDocument> all = new ArrayList<>(batch.replayed());
        all.addAll(batch.fresh());
        all.addAll(batch.heldOut());
        if (all.isEmpty()) {
            return Optional.empty();
        }
        copy.startNew(batch.counts(), number);
        copy.honours(batch.end());
        int passes = settings.bootstrap().passes();
        WorkingCopy.Trained trained = copy.train(all, batch, passes, number, progress);
        if (!trained.network().parameters().isFinite()) {
            copy.discard();
            throw new IllegalStateException("training made weights of the first network NaN or infinite: train with a"
                    + " smaller learning rate, or clip gradients to less");
        }
        Snapshot candidate = snapshot(
                trained, batch, batch.end(), WorkingCopy.Origin.NOTHING, number, passes, PairedComparison.NONE);
        copy.keepFor(candidate.version(), batch.end(), PairedComparison.NONE);
        copy.becomes(candidate);
        return Optional.of(new Round(
                Round.Outcome.BOOTSTRAPPED,
                Optional.of(candidate),
                Optional.empty(),
                Optional.empty(),
                PairedComparison.NONE,
                "the first network, of " + trained.network().vocabulary().size() + " words, from " + batch.tokensSeen()
                        + " tokens",
                TrainingBatch.tokens(all),
                0,
                trained.bitsPerToken(),
                batch.end(),
                secondsSince(start)));
    }

    private Optional<Round> tune(
            TrainingBatch batch,
            Snapshot active,
            Optional<Snapshot> parent,
            Basis basis,
            Optional<Snapshot> clean,
            long number,
            LongConsumer progress)
            throws InterruptedException {
        long start = System.nanoTime();
        // The parent may have seen what was taken out, too.
        if (parent.isPresent() && !basis.isRequired()) {
            Optional<RollbackWatch.Rollback> rollback = rollbacks.compare(batch, active, parent.get());
            if (rollback.isPresent()) {
                copy.discard();
                return Optional.of(rolledBack(rollback.get(), active, parent.get(), start));
            }
        }
        int passes = settings.rounds().passes();
        if (!copy.continues(active)) {
            if (!basis.isRequired()) {
                copy.startFrom(active, trainedUpTo(active), number);
            } else if (clean.isPresent()) {
                copy.startFrom(clean.get(), trainedUpTo(clean.get()), number);
            } else {
                copy.startNew(batch.counts(), number);
                passes = settings.bootstrap().passes();
            }
        }
        if (!basis.open().mayBeIn(copy.seen())) {
            // Nothing that was taken out so far is in the batch.
            copy.honours(batch.end());
        }
        List<BufferedDocument> fresh = new ArrayList<>(TrainingBatch.since(batch.fresh(), copy.trainedTo()));
        List<BufferedDocument> heldOut = new ArrayList<>(TrainingBatch.since(batch.heldOut(), copy.trainedTo()));
        cut(fresh, heldOut);
        if (fresh.isEmpty()) {
            if (!copy.continues(active)) {
                copy.discard();
            }
            return Optional.empty();
        }
        copy.followVocabulary(batch.counts());
        List<BufferedDocument> text = new ArrayList<>(batch.replayed());
        text.addAll(fresh);
        WorkingCopy.Trained trained = copy.train(text, batch, passes, number, progress);
        PairedComparison comparison = copy.evidence()
                .faded(KEPT_EVIDENCE)
                .plus(PairedComparison.of(trained.network(), active.network(), heldOut));
        Promotion.Verdict verdict = settings.promotion().promote(comparison);
        long trainedTo = batch.trainedUpTo();
        boolean isSound = true;
        if (verdict.accepted() && !heldOut.isEmpty()) {
            // The comparison is done, so its text is free to train on. Otherwise every network would be late by that
            // much.
            WorkingCopy.Trained withAll = copy.train(
                    withReplay(heldOut, batch), batch, settings.rounds().passes(), number, progress);
            isSound = withAll.network().parameters().isFinite();
            if (isSound) {
                trained = new WorkingCopy.Trained(withAll.network(), trained.bitsPerToken(), withAll.seen());
                trainedTo = batch.end();
            }
        }
        WorkingCopy.Origin origin = copy.origin();
        Snapshot candidate = snapshot(trained, batch, trainedTo, origin, number, passes, comparison);
        if (!isSound) {
            // What was compared is promoted; what training made of it afterwards is thrown away.
            copy.discard();
        } else if (verdict.accepted()) {
            copy.keepFor(candidate.version(), trainedTo, PairedComparison.NONE);
            copy.becomes(candidate);
        } else if (basis.isRequired() && trained.network().parameters().isFinite()) {
            copy.keepFor(active.version(), trainedTo, comparison);
        } else if (!basis.isRequired() && comparison.meanDifference() + comparison.standardError() > 0) {
            copy.keepFor(active.version(), trainedTo, comparison);
        } else {
            copy.discard();
        }
        return Optional.of(new Round(
                verdict.accepted() ? Round.Outcome.PROMOTED : Round.Outcome.REJECTED,
                Optional.of(candidate),
                Optional.of(active.version()),
                parent.map(Snapshot::version),
                comparison,
                basis.isRequired() ? verdict.reason() + "; " + startedFrom(origin) : verdict.reason(),
                TrainingBatch.tokens(fresh),
                TrainingBatch.tokens(batch.replayed()),
                trained.bitsPerToken(),
                trainedTo,
                secondsSince(start)));
    }

    private static String startedFrom(WorkingCopy.Origin origin) {
        return "trained from " + (origin.version() == null ? "nothing" : origin.version())
                + ", since documents were taken out that the incumbent may have seen";
    }

    private static Round rolledBack(RollbackWatch.Rollback rollback, Snapshot active, Snapshot parent, long start) {
        return new Round(
                Round.Outcome.ROLLED_BACK,
                Optional.empty(),
                Optional.of(active.version()),
                Optional.of(parent.version()),
                rollback.comparison(),
                rollback.reason(),
                0,
                0,
                Double.NaN,
                trainedUpTo(parent),
                secondsSince(start));
    }

    /** The held-out text with as much older text as the settings ask for, the last drawn first. */
    private List<BufferedDocument> withReplay(List<BufferedDocument> heldOut, TrainingBatch batch) {
        List<BufferedDocument> text = new ArrayList<>(heldOut);
        double wanted = settings.rounds().replay() * TrainingBatch.tokens(heldOut);
        for (int i = batch.replayed().size() - 1; i >= 0 && wanted > 0; i--) {
            text.add(batch.replayed().get(i));
            wanted -= batch.replayed().get(i).tokens();
        }
        return text;
    }

    /**
     * Keeps a long document from making the held-out text more than twice as long as wanted. If the documents after it have
     * half of the wanted tokens, they are held out and the long one is trained on. If not, it is cut after a sentence: its
     * beginning is trained on, its end held out. Held out whole, every long document would be learned a round late.
     */
    private void cut(List<BufferedDocument> fresh, List<BufferedDocument> heldOut) {
        if (heldOut.isEmpty()) {
            return;
        }
        long wanted = settings.rounds().holdOutTokens();
        BufferedDocument first = heldOut.get(0);
        long excess = TrainingBatch.tokens(heldOut) - wanted;
        if (excess <= wanted || excess >= first.tokens()) {
            return;
        }
        if (2 * (TrainingBatch.tokens(heldOut) - first.tokens()) >= wanted) {
            fresh.add(first);
            heldOut.remove(0);
            return;
        }
        int[] tokens = first.document().tokens();
        int end = (int) excess;
        while (end > 0 && tokens[end - 1] != DocumentTokens.EOS) {
            end--;
        }
        if (end > 0) {
            fresh.add(first.part(0, end));
            heldOut.set(0, first.part(end, tokens.length));
        }
    }

    private Snapshot snapshot(
            WorkingCopy.Trained trained,
            TrainingBatch batch,
            long trainedTo,
            WorkingCopy.Origin parent,
            long number,
            int passes,
            PairedComparison comparison) {
        Network network = trained.network();
        Provenance provenance = Provenance.ofRound(
                settings.training(), passes, settings.rounds().replay(), settings.seed());
        provenance.metric(Provenance.TRAINING_BITS, trained.bitsPerToken());
        if (comparison.tokens() > 0) {
            provenance.metric(Provenance.VALIDATION_BITS, comparison.candidateBitsPerToken());
            provenance.metric(Provenance.PARENT_BITS, comparison.incumbentBitsPerToken());
        }
        List<BufferedDocument> unseen = trainedTo == batch.end() ? List.of() : batch.heldOut();
        boolean foreign = parent.mayHaveForeignRows();
        provenance
                .text(trained.seen())
                .saw(batch.documentsSeen() - unseen.size(), batch.tokensSeen() - TrainingBatch.tokens(unseen))
                .data(Provenance.TRAINED_TO, trainedTo)
                .data(Provenance.FOREIGN_ROWS, foreign ? foreignRows(network.vocabulary(), batch.counts()) : 0);
        return new Snapshot(
                provenance.manifest(
                        SnapshotVersion.of(number, network), parent.version(), network, settings.tokenizer()),
                network);
    }

    /** Counts the rows that a network from elsewhere has brought, and whose words have not occurred since. */
    private static long foreignRows(NeuralVocabulary vocabulary, Map<String, Integer> counts) {
        return vocabulary.words().stream()
                .skip(NeuralVocabulary.EOS + 1)
                .filter(word -> !counts.containsKey(word))
                .count();
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
