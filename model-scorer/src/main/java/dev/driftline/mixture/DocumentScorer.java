package dev.driftline.mixture;

import dev.driftline.neural.events.NeuralEvents;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NewWordSpelling;
import dev.driftline.scoring.NgramProbabilities;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Scores documents token by token, each before anything learns from it: gathers what the n-gram model, the caches of the
 * source and a network say, has a {@link TokenMixer} mix it, and adds up what the document cost under every model.
 *
 * <p>With a network, {@code mixture} never costs a source more than log2(N + 5) bits beyond the best of all models listed, in
 * all that the source ever sends; without one, log2(N + 3); with a background, log2 of one more. Formula (5) of the package says why. A document that no network
 * has scored costs in the network's column what a network that has learned nothing would say of it: every event alike.
 *
 * <p>Not thread-safe; one instance serves any number of sources.
 */
public final class DocumentScorer {

    /** Few enough for the first caches of a processor. */
    private static final int TOKENS_AHEAD = 64;

    private static final float[] NONE = {};
    private static final float[][] NONE_OF_ANY_MODEL = {};

    private final MixtureSettings settings;
    private final List<String> models;
    private final List<String> experts;
    private final TokenEvidence evidence;
    private final TokenMixer mixer;
    private final NextWordPredictor predictor;
    private final NeuralEvents neural = new NeuralEvents();
    private final ModelCosts costs;
    private final NewWordSpelling spelling = new NewWordSpelling();
    private final UnknownWordCosts letters;
    private final double[] weightSum;

    /** The source's numbers of the document's words. */
    private int[] ids = new int[1024];

    /** A scorer for n-gram models of {@code settings.order()} orders. */
    public DocumentScorer(MixtureSettings settings) {
        this.settings = settings;
        models = settings.models();
        experts = settings.experts();
        MixtureColumns columns = new MixtureColumns(settings);
        evidence = new TokenEvidence(columns);
        mixer = new TokenMixer(columns);
        predictor = new NextWordPredictor(settings);
        costs = new ModelCosts(models.size());
        weightSum = new double[columns.experts];
        letters = new UnknownWordCosts(evidence, mixer);
    }

    /**
     * Scores one document. Where the request says that the source learns, its tokens stay in the source's caches and weights;
     * otherwise the caches still follow the document while it is scored, and the source is then as it was.
     *
     * @throws IllegalArgumentException if rows or orders do not fit the document or the settings, or there is a network that
     *     the settings do not name
     */
    public DocumentScore score(ScoreRequest request) {
        check(request);
        DocumentTokens document = request.document();
        SourceMemory source = request.source();
        boolean hasNetwork = request.network().isPresent();
        request.network().ifPresent(network -> neural.begin(document, request.ngrams(), network));
        int[] tokens = document.tokens();
        source.begin(tokens.length, request.learns());
        number(document.words(), source);
        costs.reset();
        letters.begin(request.ngrams(), request.surprisals() != ScoreRequest.Surprisals.NONE);
        Arrays.fill(weightSum, 0);
        float[] surprisals = request.surprisals() == ScoreRequest.Surprisals.NONE ? NONE : new float[tokens.length];
        float[][] ofModels = request.surprisals() == ScoreRequest.Surprisals.EVERY_MODEL
                ? new float[models.size()][tokens.length]
                : NONE_OF_ANY_MODEL;
        List<NextWordPrediction> predictions = List.of();
        for (int i = 0; i < tokens.length; i++) {
            if (i % TOKENS_AHEAD == 0) {
                source.readAhead(tokens, ids, i, Math.min(tokens.length, i + TOKENS_AHEAD));
            }
            if (i == tokens.length - 1) {
                predictions = predict(request);
            }
            double mixed = step(request.ngrams(), i, tokens[i], source, hasNetwork);
            if (surprisals.length > 0) {
                surprisals[i] = (float) ModelCosts.bits(mixed);
            }
            for (int model = 0; model < ofModels.length; model++) {
                ofModels[model][i] = (float) ModelCosts.bits(
                        model == ofModels.length - 1 ? mixed : mixer.components()[MixtureColumns.componentOf(model)]);
            }
        }
        if (tokens.length == 0) {
            predictions = predict(request);
        }
        source.end();
        return result(request, surprisals, ofModels, predictions);
    }

    private void check(ScoreRequest request) {
        NgramProbabilities ngrams = request.ngrams();
        int tokens = request.document().tokens().length;
        if (ngrams.order() != settings.order() || ngrams.rows() != tokens) {
            throw new IllegalArgumentException("probabilities of " + ngrams.rows() + " rows and order " + ngrams.order()
                    + ", expected " + tokens + " rows and order " + settings.order());
        }
        if (ngrams.background().isPresent() != settings.background()) {
            throw new IllegalArgumentException("rows " + (settings.background() ? "without" : "with")
                    + " a background, and the settings say " + (settings.background() ? "with" : "without"));
        }
        if (!request.source().settings().equals(settings)) {
            throw new IllegalArgumentException(
                    "a source with " + request.source().settings() + ", expected one with " + settings);
        }
        request.network().ifPresent(expert -> {
            String network = expert.network().model();
            if (!settings.neural().equals(Optional.of(network))) {
                throw new IllegalArgumentException("a network '" + network + "', expected "
                        + settings.neural()
                                .map(expected -> "'" + expected + "'")
                                .orElse("none"));
            }
        });
    }

    private void number(String[] words, SourceMemory source) {
        if (words.length > ids.length) {
            ids = new int[Math.max(words.length, ids.length * 2)];
        }
        ids[DocumentTokens.BOS] = SourceMemory.BEGIN_OF_SENTENCE;
        ids[DocumentTokens.EOS] = SourceMemory.END_OF_SENTENCE;
        for (int i = 2; i < words.length; i++) {
            ids[i] = source.number(words[i]);
        }
    }

    /** Scores one token, learns from it, and returns its probability under the mixture. */
    private double step(NgramProbabilities ngrams, int position, int token, SourceMemory source, boolean hasNetwork) {
        boolean unknown = ngrams.unknown()[position];
        int word = ids[token];
        SourceWeights weights = source.weights();
        double rarest =
                unknown ? letters.rarest(position, source, hasNetwork, hasNetwork ? neural.sureness(position) : 1) : 0;
        evidence.take(ngrams, position, source, unknown ? SourceMemory.UNKNOWN : word);
        if (hasNetwork) {
            evidence.takeNetwork(
                    neural.probability(position, token, unknown, weights.newWordShare()), neural.sureness(position));
            if (!neural.hasRow(token)) {
                weights.countWithoutRow(unknown);
            }
        }
        double mixed = mixer.mix(evidence, weights);
        if (ngrams.background().isPresent()) {
            weights.countKind(ngrams.background().get().kind(position));
        }
        mixer.addWeights(evidence, weights, weightSum);
        mixer.learn(evidence, weights);
        if (unknown) {
            letters.add(position, mixed, rarest);
        }
        source.push(word, unknown);
        costs.add(mixer.components(), mixed, unknown);
        return mixed;
    }

    private List<NextWordPrediction> predict(ScoreRequest request) {
        if (request.nextWords().isEmpty()) {
            return List.of();
        }
        Optional<OpenNetwork> open = request.network()
                .flatMap(expert -> Optional.ofNullable(expert.score().open())
                        .map(probabilities -> new OpenNetwork(
                                expert.network().model(), neural, probabilities, sureness(expert, probabilities))));
        return predictor.predict(request.nextWords().get(), request.source(), open);
    }

    /** That of the last token, which is in the same place; of a document without tokens, what the network finds most probable. */
    private static double sureness(NeuralExpert expert, float[] open) {
        float[] known = expert.score().topProbabilities();
        if (known.length > 0) {
            return known[known.length - 1];
        }
        float largest = 0;
        for (float probability : open) {
            largest = Math.max(largest, probability);
        }
        return largest;
    }

    private DocumentScore result(
            ScoreRequest request, float[] surprisals, float[][] ofModels, List<NextWordPrediction> predictions) {
        DocumentTokens document = request.document();
        int tokens = document.tokens().length;
        int unknown = unknown(request.ngrams());
        double[] known = costs.knownBits();
        double[] meanWeights = new double[weightSum.length];
        for (int i = 0; i < meanWeights.length; i++) {
            meanWeights[i] = tokens == 0 ? 0 : weightSum[i] / tokens;
        }
        return new DocumentScore(
                models,
                costs.bits(known),
                known,
                tokens,
                request.network().isPresent() ? tokens : 0,
                unknown,
                characters(document),
                unknown == 0 ? 0 : spelling.bits(document, request.ngrams()),
                letters.bits(),
                letters.perToken(),
                experts,
                meanWeights,
                surprisals,
                ofModels,
                predictions);
    }

    private static int unknown(NgramProbabilities ngrams) {
        int count = 0;
        for (boolean unknown : ngrams.unknown()) {
            count += unknown ? 1 : 0;
        }
        return count;
    }

    private static long characters(DocumentTokens document) {
        String[] words = document.words();
        int[] lengths = new int[words.length];
        for (int i = 2; i < words.length; i++) {
            lengths[i] = words[i].codePointCount(0, words[i].length()) + 1;
        }
        long characters = 0;
        for (int token : document.tokens()) {
            characters += lengths[token];
        }
        return characters;
    }
}
