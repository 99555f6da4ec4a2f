package dev.driftline.bulk.models;

import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.source.SourceLimits;
import dev.driftline.source.SourceModel;
import dev.driftline.source.SourceStore;
import dev.driftline.text.Tokenizer;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Counts with the mixture over them: frozen ones, under which every text is the first of a new source, or fresh ones that learn
 * each text after scoring it.
 */
public final class CountsModel implements ScoringModel {

    private final Supplier<LocalModel> counts;
    private final Function<MixtureSettings, CommonWeights> weights;
    private final Supplier<Tokenizer> tokenizers;
    private final String identity;
    private final boolean learns;
    private final Runnable closing;

    private CountsModel(
            Supplier<LocalModel> counts,
            Function<MixtureSettings, CommonWeights> weights,
            Supplier<Tokenizer> tokenizers,
            String identity,
            boolean learns,
            Runnable closing) {
        this.counts = counts;
        this.weights = weights;
        this.tokenizers = tokenizers;
        this.identity = identity;
        this.learns = learns;
        this.closing = closing;
    }

    /**
     * Counts that stay as they are.
     *
     * @param counts gives a model over them for each thread
     * @param weights gives for each thread those that a new source begins with
     * @param closing lets go of them
     */
    public static CountsModel frozen(
            Supplier<LocalModel> counts,
            Function<MixtureSettings, CommonWeights> weights,
            Supplier<Tokenizer> tokenizers,
            String identity,
            Runnable closing) {
        return new CountsModel(counts, weights, tokenizers, identity, false, closing);
    }

    /** Counts that begin with nothing, in memory, and learn. */
    public static CountsModel learning(ModelSettings settings, long cacheBytes, Supplier<Tokenizer> tokenizers) {
        return new CountsModel(
                () -> new LocalModel(settings, 1, shard -> new HeapPageStore(), cacheBytes),
                CommonWeights::new,
                tokenizers,
                "learning " + settings,
                true,
                () -> {});
    }

    @Override
    public TextScorer scorer() {
        LocalModel model = counts.get();
        ModelSettings settings = model.settings();
        MixtureSettings mixture =
                MixtureSettings.defaults(settings.order(), settings.smoothing().label());
        DocumentScorer scorer = new DocumentScorer(mixture);
        if (learns) {
            SourceStore sources = new SourceStore(new HeapPageStore(), mixture, SourceLimits.NONE);
            return (source, sentences, eachToken) ->
                    cost(model, scorer, sources.get(source, 0), true, sentences, eachToken);
        }
        SourceModel fresh = new SourceModel(weights.apply(mixture));
        return (source, sentences, eachToken) -> cost(model, scorer, fresh, false, sentences, eachToken);
    }

    private static TextCost cost(
            LocalModel model,
            DocumentScorer scorer,
            SourceModel source,
            boolean learns,
            List<List<String>> sentences,
            boolean eachToken) {
        DocumentTokens document = DocumentTokens.of(sentences);
        NgramProbabilities ngrams = model.score(document, learns);
        DocumentScore score = scorer.score(ScoreRequest.of(document, ngrams, source)
                .withLearning(learns)
                .withSurprisals(eachToken ? ScoreRequest.Surprisals.MIXTURE : ScoreRequest.Surprisals.NONE));
        double bits = score.bits(MixtureSettings.MIXTURE) + score.letterBits();
        if (!eachToken) {
            return new TextCost(score.tokens(), score.unknown(), bits, TextCost.NO_BITS, TextCost.NO_FLAGS);
        }
        float[] tokenBits = score.surprisals().clone();
        for (int i = 0; i < score.spelling().length; i++) {
            tokenBits[i] += score.spelling()[i];
        }
        boolean[] unknown = new boolean[score.tokens()];
        System.arraycopy(ngrams.unknown(), 0, unknown, 0, unknown.length);
        return new TextCost(score.tokens(), score.unknown(), bits, tokenBits, unknown);
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizers.get();
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public boolean learns() {
        return learns;
    }

    @Override
    public void close() {
        closing.run();
    }
}
