package dev.driftline.serving.routes;

import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.ngram.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.serving.query.InstanceAnswers;
import dev.driftline.serving.query.InstanceQuery;
import dev.driftline.serving.query.ShardAccess;
import dev.driftline.serving.query.ShardUnavailableException;
import dev.driftline.source.SourceModel;
import dev.driftline.source.StoredSource;
import dev.driftline.sources.SourceState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A small model that has learned something, in this process, asked the way that a service's is. */
final class LearnedModel implements ShardAccess {

    static final ModelSettings SETTINGS = ModelSettings.ofOrder(3);
    static final int SHARDS = 2;
    static final String KNOWN_SOURCE = "court";

    private static final List<String> TEXT = List.of(
            "the jury said on friday that the election was fair",
            "the jury said that no one knew of the rules",
            "students opened their books and read the rules",
            "students opened their minds on friday");

    private final LocalModel model = new LocalModel(SETTINGS, SHARDS, shard -> new HeapPageStore(), 1 << 20);
    private final MixtureSettings mixture = mixtureSettings();
    private final CommonWeights common = new CommonWeights(mixture);
    private final SourceModel source = new SourceModel(common);
    /** How often the shards were asked in one go. */
    private int roundTrips;

    private boolean gone;

    LearnedModel() {
        DocumentScorer scorer = new DocumentScorer(mixture);
        for (int i = 0; i < 5; i++) {
            for (String text : TEXT) {
                DocumentTokens document = DocumentTokens.of(List.of(Arrays.asList(text.split(" "))));
                scorer.score(ScoreRequest.of(document, model.score(document, true), source)
                        .withLearning(true));
            }
        }
    }

    static MixtureSettings mixtureSettings() {
        return MixtureSettings.defaults(SETTINGS.order(), SETTINGS.smoothing().label());
    }

    /** No instance has any of it from now on. */
    synchronized void leave() {
        gone = true;
    }

    synchronized void comeBack() {
        gone = false;
    }

    synchronized int roundTrips() {
        return roundTrips;
    }

    /** What the stream would make of a document that is not to be learned. */
    synchronized double bits(List<List<String>> sentences, Optional<String> from) {
        DocumentTokens document = DocumentTokens.of(sentences);
        SourceModel asked = from.isPresent() ? source : new SourceModel(common);
        return new DocumentScorer(mixture)
                .score(ScoreRequest.of(document, model.score(document, false), asked))
                .bits(MixtureSettings.MIXTURE);
    }

    synchronized long count(String... ngram) {
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
