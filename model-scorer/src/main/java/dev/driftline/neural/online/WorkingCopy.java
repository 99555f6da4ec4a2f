package dev.driftline.neural.online;

import dev.driftline.codec.SplitMix64;
import dev.driftline.neural.Network;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.neural.training.NetworkTrainer;
import dev.driftline.neural.training.TrainingSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The network that rounds train, with the state of its optimizer, and what is known of it: which version it continues, how
 * far it has read the stream, and how it compared in earlier rounds. Not thread-safe.
 */
final class WorkingCopy {

    /**
     * A trained network.
     *
     * @param network a copy; later training does not change it
     * @param bitsPerToken of the last pass, each token before the step that learned it, with dropout
     * @param seen the text that it was trained on, that of its origin included
     */
    record Trained(Network network, double bitsPerToken, SeenText seen) {}

    /**
     * What a copy was made from.
     *
     * @param version of the snapshot; null where it was made from nothing
     * @param mayHaveForeignRows whether some of its rows may belong to words that the n-gram model does not know
     */
    record Origin(@Nullable String version, boolean mayHaveForeignRows) {

        static final Origin NOTHING = new Origin(null, false);

        static Origin of(Snapshot snapshot) {
            return new Origin(snapshot.version(), snapshot.manifest().mayHaveForeignRows());
        }
    }

    private static final double LN2 = Math.log(2);

    private final OnlineSettings settings;

    private @Nullable NetworkTrainer trainer;
    private String continues = "";
    private long trainedTo;
    private SeenText seen = SeenText.NOTHING;
    private Origin origin = Origin.NOTHING;
    /** Comparisons with the incumbent since the copy last was the incumbent. */
    private PairedComparison evidence = PairedComparison.NONE;

    WorkingCopy(OnlineSettings settings) {
        this.settings = settings;
    }

    /** Whether the copy was made from {@code active}, or is {@code active}, so that a round can go on with it. */
    boolean continues(Snapshot active) {
        return trainer != null && continues.equals(active.version());
    }

    /** The position in the stream up to which the copy was trained, exclusive. */
    long trainedTo() {
        return trainedTo;
    }

    /** The text that the copy was trained on, that of its origin included. */
    SeenText seen() {
        return seen;
    }

    /** What the copy was made from, or what was last published of it. */
    Origin origin() {
        return origin;
    }

    /** Throws the copy away if it may have seen a document that was taken out. */
    void discardIfSaw(OpenRetractions open) {
        if (open.mayBeIn(seen)) {
            discard();
        }
    }

    PairedComparison evidence() {
        return evidence;
    }

    /** Starts from a network without training. */
    void startNew(Map<String, Integer> counts, long number) {
        Network untrained =
                Network.random(settings.architecture(), settings.vocabulary().first(counts), settings.seed());
        trainer = new NetworkTrainer(untrained, seeded(number));
        seen = SeenText.NOTHING;
        origin = Origin.NOTHING;
        keepFor("", 0, PairedComparison.NONE);
    }

    /** Starts from {@code snapshot}, without the state of an optimizer. */
    void startFrom(Snapshot snapshot, long position, long number) {
        trainer = NetworkTrainer.goingOn(snapshot.network(), seeded(number));
        seen = snapshot.manifest().text();
        origin = Origin.of(snapshot);
        keepFor(snapshot.version(), position, PairedComparison.NONE);
    }

    /** Notes that it has seen nothing that a retraction before {@code position} took out. */
    void honours(long position) {
        seen = seen.honouring(position);
    }

    /** Notes that the copy was published as {@code candidate}. */
    void becomes(Snapshot candidate) {
        origin = Origin.of(candidate);
        seen = candidate.manifest().text();
    }

    /**
     * Keeps the copy for the next round.
     *
     * @param version the version that must be active then
     * @param position the position in the stream up to which the copy was trained, exclusive
     */
    void keepFor(String version, long position, PairedComparison comparison) {
        continues = version;
        trainedTo = position;
        evidence = comparison;
    }

    /** Throws the copy away, and the state of its optimizer. */
    void discard() {
        trainer = null;
        seen = SeenText.NOTHING;
    }

    /** Gives rows to words that have become frequent, see {@link VocabularyTurnover}. */
    void followVocabulary(Map<String, Integer> counts) {
        NetworkTrainer copy = trainer();
        copy.replaceRows(settings.vocabulary().next(copy.vocabulary(), counts));
    }

    /**
     * Trains the copy.
     *
     * @param batch which the documents are from
     * @param number of the candidate, on which the order of the documents depends
     * @throws InterruptedException if the thread is interrupted; part of the training is done then
     */
    Trained train(List<BufferedDocument> documents, TrainingBatch batch, int passes, long number, LongConsumer progress)
            throws InterruptedException {
        seen = batch.seen(seen, documents);
        NetworkTrainer copy = trainer();
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
        return new Trained(copy.network(), bits, seen);
    }

    private NetworkTrainer trainer() {
        if (trainer == null) {
            throw new IllegalStateException("there is no working copy: start one first");
        }
        return trainer;
    }

    private TrainingSettings seeded(long number) {
        return settings.training().withSeed(SplitMix64.mix(settings.seed() + number));
    }
}
