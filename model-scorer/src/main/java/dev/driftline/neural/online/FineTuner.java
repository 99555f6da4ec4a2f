package dev.driftline.neural.online;

import dev.driftline.codec.SplitMix64;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.Provenance;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.snapshot.SnapshotManifest;
import dev.driftline.neural.snapshot.SnapshotVersion;
import dev.driftline.neural.training.NetworkTrainer;
import dev.driftline.neural.training.TrainingSettings;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongConsumer;

/**
 * Runs rounds: fine-tunes a copy of the active network on what is new and some of what is old, and compares the two on what
 * is newest.
 *
 * <p>A candidate that is promoted is then taught the text that it was compared on, too, and published so: what it has not
 * been compared on, the watch of the next round compares.
 *
 * <p>The copy, with its optimizer's state, is kept from round to round: after a promotion, when the copy <em>is</em> the new
 * incumbent, and after a rejection that was only for want of significance, so that small gains add up. Then the evidence adds up, too: what
 * the copy gained on the held-out text of the rounds before, each before it was taught that, counts half as much with each
 * round, and since the copy has learned more meanwhile it says too little rather than too much. A candidate that is
 * worse than the incumbent by more than a standard error is thrown away, its optimizer's state too, which has come to where the
 * weights should not go. The next round begins from the incumbent, on all that came since it was taught.
 *
 * <p>A copy without such a state, that one or the first after a restart or a rollback, begins with small steps and with the
 * incumbent as the average so far, see {@link NetworkTrainer#goingOn}. Else it would be worse than its incumbent after a
 * round, and be thrown away, round after round.
 *
 * <p>Each round first compares the active network with its parent on the new text, before either is taught it. If the
 * parent has become better, the round ends with a rollback.
 *
 * <p>Not thread-safe; an interrupt ends a round with nothing changed but the copy, which is thrown away.
 */
public final class FineTuner {

    private static final double LN2 = Math.log(2);
    private static final double KEPT_EVIDENCE = 0.5;

    private final OnlineSettings settings;

    private NetworkTrainer copy;
    /** The versions that {@link #copy} may go on from as the incumbent. */
    private List<String> goesOnFrom = List.of();

    private long copyTaughtTo;

    /** What {@link #copy} came to in rounds since it last was the incumbent. */
    private PairedComparison evidence = PairedComparison.NONE;

    private ParentWatch watch;

    public FineTuner(OnlineSettings settings) {
        this(settings, ParentWatch.NONE);
    }

    /** @param watch how the active network has done beside its parent so far, as {@link #watch()} said */
    public FineTuner(OnlineSettings settings, ParentWatch watch) {
        this.settings = settings;
        this.watch = watch;
    }

    /** How the active network has done beside its parent so far. */
    public ParentWatch watch() {
        return watch;
    }

    /** The position up to which {@code snapshot} knows the stream, exclusive; 0 for one that was made elsewhere. */
    public static long taughtTo(Snapshot snapshot) {
        return snapshot.manifest().data().getOrDefault(Provenance.TRAINED_TO, 0L);
    }

    /** The position from which on nothing has been taught to the network that a round with {@code active} would go on from. */
    public long taughtTo(Optional<Snapshot> active) {
        return active.map(snapshot -> isCopyOf(snapshot) ? copyTaughtTo : taughtTo(snapshot))
                .orElse(0L);
    }

    /**
     * A round.
     *
     * @param batch what {@link ReplayBuffer#batch} gave from {@link #taughtTo(Optional)}
     * @param active the snapshot that is scored with; empty before the first
     * @param parent its parent where it is at hand
     * @param number of the candidate, above that of every version known
     * @param progress told the number of tokens taught in the pass under way, about once a second
     * @return what it came to; empty if there is nothing new to teach
     * @throws InterruptedException if the thread is interrupted
     */
    public Optional<Round> round(
            TrainingBatch batch,
            Optional<Snapshot> active,
            Optional<Snapshot> parent,
            long number,
            LongConsumer progress)
            throws InterruptedException {
        boolean done = false;
        try {
            Optional<Round> round = active.isPresent()
                    ? tune(batch, active.get(), parent, number, progress)
                    : bootstrap(batch, number, progress);
            done = true;
            return round;
        } finally {
            if (!done) {
                copy = null;
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
        Network untaught =
                Network.random(settings.architecture(), settings.vocabulary().first(batch.counts()), settings.seed());
        copy = new NetworkTrainer(untaught, seeded(number));
        Taught taught = teach(all, settings.bootstrap().passes(), number, progress);
        Snapshot candidate = snapshot(
                taught, batch, batch.end(), null, number, settings.bootstrap().passes(), false, PairedComparison.NONE);
        goOnFrom(batch.end(), candidate.version());
        return Optional.of(new Round(
                Round.Outcome.BOOTSTRAPPED,
                Optional.of(candidate),
                Optional.empty(),
                Optional.empty(),
                PairedComparison.NONE,
                "the first network, of " + taught.network().vocabulary().size() + " words, from " + batch.tokensSeen()
                        + " tokens",
                TrainingBatch.tokens(all),
                0,
                taught.bitsPerToken(),
                batch.end(),
                (System.nanoTime() - start) / 1e9));
    }

    private Optional<Round> tune(
            TrainingBatch batch, Snapshot active, Optional<Snapshot> parent, long number, LongConsumer progress)
            throws InterruptedException {
        long start = System.nanoTime();
        Optional<Round> rollback = watch(batch, active, parent, start);
        if (rollback.isPresent()) {
            return rollback;
        }
        if (!isCopyOf(active)) {
            copy = NetworkTrainer.goingOn(active.network(), seeded(number));
            goOnFrom(taughtTo(active), active.version());
        }
        List<BufferedDocument> fresh = new ArrayList<>(since(batch.fresh(), copyTaughtTo));
        List<BufferedDocument> heldOut = new ArrayList<>(since(batch.heldOut(), copyTaughtTo));
        cut(fresh, heldOut);
        if (fresh.isEmpty()) {
            return Optional.empty();
        }
        copy.replaceRows(settings.vocabulary().next(copy.vocabulary(), batch.counts()));
        List<BufferedDocument> taughtDocuments = new ArrayList<>(batch.replayed());
        taughtDocuments.addAll(fresh);
        Taught taught = teach(taughtDocuments, settings.rounds().passes(), number, progress);
        PairedComparison comparison =
                evidence.faded(KEPT_EVIDENCE).plus(PairedComparison.of(taught.network(), active.network(), heldOut));
        Promotion.Verdict verdict = settings.promotion().promote(comparison);
        long taughtTo = batch.taughtTo();
        if (verdict.accepted() && !heldOut.isEmpty()) {
            // What it was compared on has served: without it, every network would be that much text late.
            List<BufferedDocument> rest = new ArrayList<>(heldOut);
            double wanted = settings.rounds().replay() * TrainingBatch.tokens(heldOut);
            for (int i = batch.replayed().size() - 1; i >= 0 && wanted > 0; i--) {
                rest.add(batch.replayed().get(i));
                wanted -= batch.replayed().get(i).tokens();
            }
            taught = new Taught(
                    teach(rest, settings.rounds().passes(), number, progress).network(), taught.bitsPerToken());
            taughtTo = batch.end();
        }
        Snapshot candidate = snapshot(
                taught,
                batch,
                taughtTo,
                active.version(),
                number,
                settings.rounds().passes(),
                active.manifest().mayHaveForeignRows(),
                comparison);
        if (verdict.accepted()) {
            goOnFrom(taughtTo, candidate.version());
        } else if (comparison.meanDifference() + comparison.standardError() > 0) {
            goOnFrom(taughtTo, active.version());
            evidence = comparison;
        } else {
            copy = null;
        }
        return Optional.of(new Round(
                verdict.accepted() ? Round.Outcome.PROMOTED : Round.Outcome.REJECTED,
                Optional.of(candidate),
                Optional.of(active.version()),
                parent.map(Snapshot::version),
                comparison,
                verdict.reason(),
                TrainingBatch.tokens(fresh),
                TrainingBatch.tokens(batch.replayed()),
                taught.bitsPerToken(),
                taughtTo,
                (System.nanoTime() - start) / 1e9));
    }

    /**
     * Where a long document makes it more than twice the text that is wanted, those after it are compared on if they are half
     * of what is wanted, and it is taught. If they are not, it is cut after a sentence: its beginning is taught, its end is
     * compared on. Held out whole, long documents would each be taught a round late.
     */
    private void cut(List<BufferedDocument> fresh, List<BufferedDocument> heldOut) {
        if (heldOut.isEmpty()) {
            return;
        }
        BufferedDocument first = heldOut.get(0);
        long excess = TrainingBatch.tokens(heldOut) - settings.rounds().holdOutTokens();
        if (excess <= settings.rounds().holdOutTokens() || excess >= first.tokens()) {
            return;
        }
        if (2 * (TrainingBatch.tokens(heldOut) - first.tokens())
                >= settings.rounds().holdOutTokens()) {
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
            String[] words = first.document().words();
            fresh.add(new BufferedDocument(
                    first.position(), new DocumentTokens(words, Arrays.copyOfRange(tokens, 0, end))));
            heldOut.set(
                    0,
                    new BufferedDocument(
                            first.position(),
                            new DocumentTokens(words, Arrays.copyOfRange(tokens, end, tokens.length))));
        }
    }

    private boolean isCopyOf(Snapshot active) {
        return copy != null && goesOnFrom.contains(active.version());
    }

    private void goOnFrom(long taughtTo, String... versions) {
        goesOnFrom = List.of(versions);
        copyTaughtTo = taughtTo;
        evidence = PairedComparison.NONE;
    }

    // ---------------------------------------------------------------- active and parent

    private Optional<Round> watch(TrainingBatch batch, Snapshot active, Optional<Snapshot> parent, long start)
            throws InterruptedException {
        if (settings.promotion().always() || parent.isEmpty()) {
            return Optional.empty();
        }
        String parentVersion = parent.get().version();
        ParentWatch before = watch.isOf(active.version(), parentVersion)
                ? watch
                : new ParentWatch(
                        active.version(),
                        parentVersion,
                        PairedComparison.NONE,
                        Math.max(taughtTo(active), taughtTo(parent.get())));
        List<BufferedDocument> documents = new ArrayList<>(batch.fresh());
        documents.addAll(batch.heldOut());
        documents = since(documents, before.comparedTo());
        if (documents.isEmpty()) {
            return Optional.empty();
        }
        PairedComparison more =
                PairedComparison.of(active.network(), parent.get().network(), documents);
        PairedComparison decisive = before.comparison()
                .faded(Math.pow(0.5, more.tokens() / settings.rollbackHalfLife()))
                .plus(more);
        watch = new ParentWatch(active.version(), parentVersion, decisive, batch.end());
        Promotion.Verdict verdict = settings.promotion().rollBack(decisive);
        if (!verdict.accepted()) {
            return Optional.empty();
        }
        copy = null;
        watch = ParentWatch.NONE;
        return Optional.of(new Round(
                Round.Outcome.ROLLED_BACK,
                Optional.empty(),
                Optional.of(active.version()),
                parent.map(Snapshot::version),
                decisive,
                verdict.reason(),
                0,
                0,
                Double.NaN,
                taughtTo(parent.get()),
                (System.nanoTime() - start) / 1e9));
    }

    // ---------------------------------------------------------------- teaching

    private record Taught(Network network, double bitsPerToken) {}

    private Taught teach(List<BufferedDocument> documents, int passes, long number, LongConsumer progress)
            throws InterruptedException {
        NeuralVocabulary vocabulary = copy.vocabulary();
        List<int[]> encoded = new ArrayList<>();
        for (BufferedDocument document : documents) {
            encoded.add(vocabulary.encode(document.document()));
        }
        Random order = new Random(SplitMix64.mix(settings.seed() ^ SplitMix64.mix(number)));
        double bits = Double.NaN;
        for (int pass = 0; pass < passes; pass++) {
            Collections.shuffle(encoded, order);
            NetworkTrainer.Pass done = copy.pass(encoded, progress);
            bits = done.nats() / done.tokens() / LN2;
        }
        return new Taught(copy.network(), bits);
    }

    private static List<BufferedDocument> since(List<BufferedDocument> documents, long position) {
        return documents.stream()
                .filter(document -> document.position() >= position)
                .toList();
    }

    private TrainingSettings seeded(long number) {
        return settings.training().withSeed(SplitMix64.mix(settings.seed() + number));
    }

    // ---------------------------------------------------------------- snapshots

    private Snapshot snapshot(
            Taught taught,
            TrainingBatch batch,
            long taughtTo,
            String parent,
            long number,
            int passes,
            boolean foreign,
            PairedComparison comparison) {
        Provenance provenance = Provenance.ofRound(
                settings.training(), passes, settings.rounds().replay(), settings.seed());
        provenance.metric(Provenance.TRAINING_BITS, taught.bitsPerToken());
        if (comparison.tokens() > 0) {
            provenance.metric(Provenance.VALIDATION_BITS, comparison.candidateBitsPerToken());
            provenance.metric(Provenance.PARENT_BITS, comparison.incumbentBitsPerToken());
        }
        boolean knowsAll = taughtTo == batch.end();
        provenance
                .saw(
                        batch.documentsSeen() - (knowsAll ? 0 : batch.heldOut().size()),
                        batch.tokensSeen() - (knowsAll ? 0 : TrainingBatch.tokens(batch.heldOut())))
                .data(Provenance.TRAINED_TO, taughtTo)
                .data(
                        Provenance.FOREIGN_ROWS,
                        foreign ? foreignRows(taught.network().vocabulary(), batch.counts()) : 0);
        SnapshotManifest manifest =
                provenance.manifest(SnapshotVersion.of(number, taught.network()), parent, taught.network(), "words");
        return new Snapshot(manifest, taught.network());
    }

    /** Rows that a network from elsewhere has brought, and whose words have not come by since. */
    private static long foreignRows(NeuralVocabulary vocabulary, Map<String, Integer> counts) {
        return vocabulary.words().stream()
                .skip(NeuralVocabulary.EOS + 1)
                .filter(word -> !counts.containsKey(word))
                .count();
    }
}
