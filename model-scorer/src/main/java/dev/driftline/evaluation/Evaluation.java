package dev.driftline.evaluation;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.source.SourceLimits;
import dev.driftline.source.SourceStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Scores a corpus document by document, each before it is learned, and sums up what it cost under every model.
 *
 * <p>The same requests, replies, caches and weights as in the topology, without Kafka. Memory grows by about 200 bytes a
 * document, beside the model. Not thread-safe.
 */
public final class Evaluation {

    /** A document: its words without {@code </s>}, its tokens and unknown tokens, and what it cost under each model. */
    private record Cost(int words, int tokens, int unknown, double letterBits, double[] bits, double[] knownBits) {}

    private final LocalModel model;
    private final DocumentScorer scorer;
    private final SourceStore sources;
    private final List<String> names;
    private final Optional<EvaluatedNetwork> network;
    private final Optional<DriftEvaluation> drift;
    private final List<Cost> costs = new ArrayList<>();
    private long tokens;
    private long unknown;
    private long characters;
    private double spellingBits;
    private long nanos;

    /**
     * An evaluation without a network, which is not watched for changes of the language.
     *
     * @param model the n-gram model
     * @param mixture of as many orders as {@code model}
     * @param sources where the state of the sources is kept
     */
    public Evaluation(LocalModel model, MixtureSettings mixture, PageStore sources) {
        this(model, mixture, sources, Optional.empty(), Optional.empty());
    }

    /**
     * An evaluation that continues from what {@code model} and {@code sources} have learned.
     *
     * @param model the n-gram model
     * @param mixture of as many orders as {@code model}; with the network, see {@link MixtureSettings#withNeural}
     * @param sources where the state of the sources is kept
     * @param network empty where {@code mixture} has none
     * @param drift told of every document; empty where nothing is watched
     * @throws IllegalArgumentException if only one of {@code mixture} and {@code network} has a network
     */
    public Evaluation(
            LocalModel model,
            MixtureSettings mixture,
            PageStore sources,
            Optional<EvaluatedNetwork> network,
            Optional<DriftEvaluation> drift) {
        if (mixture.hasNeural() != network.isPresent()) {
            throw new IllegalArgumentException("the mixture " + (mixture.hasNeural() ? "has" : "does not have")
                    + " a network, but a network " + (network.isPresent() ? "was" : "was not") + " given");
        }
        this.network = network;
        this.drift = drift;
        network.ifPresent(evaluated -> evaluated.beside(model.settings().vocabulary()));
        this.model = model;
        this.scorer = new DocumentScorer(mixture);
        this.sources = new SourceStore(sources, mixture, SourceLimits.NONE);
        this.names = mixture.models();
    }

    /** The names of the models, in the order of the arrays of a {@link DocumentScore}. */
    public List<String> models() {
        return names;
    }

    /**
     * Scores a document, learns it unless it says not to, and says what it cost.
     *
     * <p>If the thread is interrupted meanwhile its interrupted status stays set, and the network may not have scored or
     * learned the document.
     */
    public DocumentScore add(CorpusDocument document) {
        long start = System.nanoTime();
        DocumentTokens coded = DocumentTokens.of(document.sentences());
        Optional<NeuralExpert> expert = expert(coded);
        NgramProbabilities ngrams = model.score(coded, document.learn());
        DocumentScore score = scorer.score(ScoreRequest.of(coded, ngrams, sources.get(document.source(), 0))
                .withLearning(document.learn())
                .withSurprisals(drift.isPresent() ? ScoreRequest.Surprisals.MIXTURE : ScoreRequest.Surprisals.NONE)
                .withNetwork(expert));
        if (network.isPresent() && document.learn()) {
            try {
                network.get().learn(coded);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        nanos += System.nanoTime() - start;
        drift.ifPresent(watching -> watching.add(document, coded, score));
        costs.add(new Cost(
                score.tokens() - coded.sentenceCount(),
                score.tokens(),
                score.unknown(),
                score.letterBits(),
                score.bits(),
                score.knownBits()));
        tokens += score.tokens();
        unknown += score.unknown();
        characters += score.characters();
        spellingBits += score.spellingBits();
        return score;
    }

    private Optional<NeuralExpert> expert(DocumentTokens document) {
        try {
            return network.isPresent() ? network.get().score(document) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Puts what was learned into the stores. */
    public void writeBack() {
        long start = System.nanoTime();
        model.writeBack();
        sources.writeBack();
        nanos += System.nanoTime() - start;
    }

    /** The number of tokens so far. */
    public long tokens() {
        return tokens;
    }

    /** Seconds spent on scoring and learning so far. */
    public double seconds() {
        return nanos / 1e9;
    }

    /** What everything so far has cost. */
    public EvaluationReport report() {
        int lastFrom = lastFrom();
        List<ModelResult> results = new ArrayList<>();
        boolean isDistribution = model.settings().smoothing().isDistribution();
        for (int i = 0; i < names.size(); i++) {
            results.add(new ModelResult(
                    names.get(i),
                    isDistribution,
                    perplexities(i, 0),
                    perplexities(i, lastFrom),
                    characters == 0 ? 0 : (bits(i) + spellingBits) / characters));
        }
        return new EvaluationReport(
                costs.size(), tokens, unknown, characters, spellingBits, lastFrom, nanos / 1e9, results);
    }

    private double bits(int model) {
        double bits = 0;
        for (Cost cost : costs) {
            bits += cost.bits()[model];
        }
        return bits;
    }

    private ModelResult.Perplexities perplexities(int model, int from) {
        double bits = 0;
        double letters = 0;
        double known = 0;
        long count = 0;
        long knownCount = 0;
        for (Cost cost : costs.subList(from, costs.size())) {
            bits += cost.bits()[model];
            letters += cost.letterBits();
            known += cost.knownBits()[model];
            count += cost.tokens();
            knownCount += cost.tokens() - cost.unknown();
        }
        return new ModelResult.Perplexities(
                perplexity(bits + letters, count), perplexity(bits, count), perplexity(known, knownCount));
    }

    private static double perplexity(double bits, long tokens) {
        return tokens == 0 ? Double.NaN : Math.pow(2, bits / tokens);
    }

    /** The first document before which at least 80 % of the words, {@code </s>} not counted, have come. */
    private int lastFrom() {
        long all = 0;
        for (Cost cost : costs) {
            all += cost.words();
        }
        long before = 0;
        for (int i = 0; i < costs.size(); i++) {
            if (before * 5 >= all * 4) {
                return i;
            }
            before += costs.get(i).words();
        }
        return costs.size();
    }
}
