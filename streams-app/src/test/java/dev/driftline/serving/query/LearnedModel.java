package dev.driftline.serving.query;

import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.NextWordPredictor;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.serving.query.instances.InstanceAnswers;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.serving.query.instances.ShardAccess;
import dev.driftline.serving.query.instances.ShardUnavailableException;
import dev.driftline.source.SourceModel;
import dev.driftline.source.StoredSource;
import dev.driftline.sources.SourceState;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** A small model that has learned something, in this process, asked the way that a service's is. */
public final class LearnedModel implements ShardAccess {

    public static final ModelSettings SETTINGS = ModelSettings.ofOrder(3);
    /** Where a test does not say otherwise. */
    static final int SHARDS = 2;

    public static final String KNOWN_SOURCE = "court";

    private static final List<String> TEXT = List.of(
            "the jury said on friday that the election was fair",
            "the jury said that no one knew of the rules",
            "students opened their books and read the rules",
            "students opened their minds on friday");

    private final LocalModel model;
    private final Optional<Snapshot> snapshot;
    private final MixtureSettings mixture;
    private final CommonWeights common;
    private final SourceModel source;
    /** How often the shards were asked in one go. */
    private int roundTrips;

    private boolean gone;

    /** Two shards, in memory. */
    public LearnedModel() {
        this(SHARDS, shard -> new HeapPageStore());
    }

    /** @param stores gives the store of a shard */
    public LearnedModel(int shards, IntFunction<PageStore> stores) {
        this(shards, stores, Optional.empty());
    }

    /** @param snapshot of a network that takes part in every answer; has learned nothing of the text */
    public LearnedModel(int shards, IntFunction<PageStore> stores, Optional<Snapshot> snapshot) {
        this.snapshot = snapshot;
        mixture = snapshot.map(of -> mixtureSettings().withNeural(of.network().model()))
                .orElse(mixtureSettings());
        common = new CommonWeights(mixture);
        source = new SourceModel(common);
        model = new LocalModel(SETTINGS, shards, stores, 1 << 20);
        DocumentScorer scorer = new DocumentScorer(mixture);
        for (int i = 0; i < 5; i++) {
            for (String text : TEXT) {
                DocumentTokens document = DocumentTokens.of(List.of(Arrays.asList(text.split(" "))));
                scorer.score(ScoreRequest.of(document, model.score(document, true), source)
                        .withLearning(true));
            }
        }
    }

    public static MixtureSettings mixtureSettings() {
        return MixtureSettings.defaults(SETTINGS.order(), SETTINGS.smoothing().label());
    }

    /** No instance has any of it from now on. */
    public synchronized void leave() {
        gone = true;
    }

    public synchronized void comeBack() {
        gone = false;
    }

    public synchronized int roundTrips() {
        return roundTrips;
    }

    /** What the stream would make of a document that is not to be learned. */
    public synchronized double bits(List<List<String>> sentences, Optional<String> from) {
        DocumentTokens document = DocumentTokens.of(sentences);
        SourceModel asked = from.isPresent() ? source : new SourceModel(common);
        return new DocumentScorer(mixture)
                .score(ScoreRequest.of(document, model.score(document, false), asked))
                .bits(MixtureSettings.MIXTURE);
    }

    /** What the stream would publish as predictions of a document that is not to be learned. */
    public synchronized List<NextWordPrediction> predictions(
            List<List<String>> sentences, Optional<String> from, int k) {
        DocumentTokens document = DocumentTokens.of(sentences);
        SourceModel asked = from.isPresent() ? source : new SourceModel(common);
        Gather.Gathered gathered = model.ask(document, false, k, NextWordPredictor.candidates(document, asked, k));
        return new DocumentScorer(mixture)
                .score(ScoreRequest.of(document, gathered.positions(), asked).withNextWords(gathered.candidates(), k))
                .predictions();
    }

    /** The parts of the model. */
    public ModelParts parts() {
        return new ModelParts(SETTINGS, mixture, model.shardCount(), this, () -> snapshot, of -> new BitSet());
    }

    /** Writes what was learned into the stores. */
    public synchronized void writeBack() {
        model.writeBack();
    }

    public synchronized long count(String... ngram) {
        return model.rawCount(List.of(ngram));
    }

    @Override
    public synchronized List<byte[]> ask(List<InstanceQuery> questions) {
        if (gone) {
            throw new ShardUnavailableException("shard 1 is moving");
        }
        roundTrips++;
        return questions.stream().map(this::answer).toList();
    }

    private byte[] answer(InstanceQuery question) {
        if (question instanceof InstanceQuery.Peek peek) {
            return model.shard(peek.shard()).peek(peek.request());
        }
        if (question instanceof InstanceQuery.Count count) {
            return InstanceAnswers.ofCount(model.shard(count.shard()).rawCount(count.ngram()));
        }
        boolean known = ((InstanceQuery.Source) question).name().equals(KNOWN_SOURCE);
        byte[][] segments = new byte[SourceModel.segmentSlots(mixture)][];
        Arrays.fill(segments, new byte[0]);
        if (known) {
            for (int slot : source.segmentsInUse()) {
                segments[slot] = source.segment(slot);
            }
        }
        return new SourceState(
                        0,
                        new StoredSource(
                                known ? source.tokens() : 0,
                                known ? source.header() : new byte[0],
                                List.of(segments),
                                common.encode()))
                .encode();
    }
}
