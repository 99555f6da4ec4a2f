package dev.driftline.evaluation;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.ngram.PageStore;
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

    /** A document: its words without {@code </s>}, its tokens and unknown tokens, its bits under each model. */
    private record Cost(int words, int tokens, int unknown, double[] bits, double[] knownBits) {}

    private final LocalModel model;
    private final DocumentScorer scorer;
    private final SourceStore sources;
    private final List<String> names;
    private final EvaluatedNetwork networkOrNull;
    private final DriftEvaluation driftOrNull;
    private final List<Cost> costs = new ArrayList<>();
    private long tokens;
    private long unknown;
    private long characters;
    private double spellingBits;
    private long nanos;

    /**
     * An evaluation that goes on from what {@code model} and {@code sources} have learned.
     *
     * @param model the n-gram model
     * @param mixture of as many orders as {@code model}
     * @param sources where the state of the sources is kept
     */
    public Evaluation(LocalModel model, MixtureSettings mixture, PageStore sources) {
        this(model, mixture, sources, null);
    }

    /**
     * An evaluation with a network.
     *
     * @param mixture with the network, see {@link MixtureSettings#withNeural}
     * @param networkOrNull the network; null where {@code mixture} has none
     * @throws IllegalArgumentException if only one of the two has a network
     */
    public Evaluation(LocalModel model, MixtureSettings mixture, PageStore sources, EvaluatedNetwork networkOrNull) {
        this(model, mixture, sources, networkOrNull, null);
    }

    /**
     * An evaluation that is watched for changes of the language.
     *
     * @param driftOrNull told of every document; null where nothing is watched
     * @throws IllegalArgumentException as above
     */
    public Evaluation(
            LocalModel model,
            MixtureSettings mixture,
            PageStore sources,
            EvaluatedNetwork networkOrNull,
            DriftEvaluation driftOrNull) {
        if (mixture.hasNeural() != (networkOrNull != null)) {
            throw new IllegalArgumentException("the mixture has " + (mixture.hasNeural() ? "a" : "no")
                    + " network, and there is " + (networkOrNull == null ? "none" : "one"));
        }
        this.networkOrNull = networkOrNull;
        this.driftOrNull = driftOrNull;
        if (networkOrNull != null) {
            networkOrNull.beside(model.settings().vocabulary());
        }
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
        Optional<NeuralExpert> network = network(coded);
        NgramProbabilities ngrams = model.score(coded, document.learn());
        DocumentScore score = scorer.score(ScoreRequest.of(coded, ngrams, sources.get(document.source(), 0))
                .withLearning(document.learn())
                .withSurprisals(driftOrNull != null ? ScoreRequest.Surprisals.MIXTURE : ScoreRequest.Surprisals.NONE)
                .withNetwork(network));
        if (networkOrNull != null && document.learn()) {
            try {
                networkOrNull.learn(coded);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        nanos += System.nanoTime() - start;
        if (driftOrNull != null) {
            driftOrNull.add(document, coded, ngrams, score);
        }
        costs.add(new Cost(
                score.tokens() - coded.sentenceCount(),
                score.tokens(),
                score.unknown(),
                score.bits(),
                score.knownBits()));
        tokens += score.tokens();
        unknown += score.unknown();
        characters += score.characters();
        spellingBits += score.spellingBits();
        return score;
    }

    private Optional<NeuralExpert> network(DocumentTokens document) {
        try {
            return networkOrNull == null ? Optional.empty() : networkOrNull.score(document);
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
                    perplexity(i, 0, false),
                    perplexity(i, lastFrom, false),
                    perplexity(i, 0, true),
                    perplexity(i, lastFrom, true),
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

    private double perplexity(int model, int from, boolean known) {
        double bits = 0;
        long count = 0;
        for (Cost cost : costs.subList(from, costs.size())) {
            bits += known ? cost.knownBits()[model] : cost.bits()[model];
            count += known ? cost.tokens() - cost.unknown() : cost.tokens();
        }
        return count == 0 ? Double.NaN : Math.pow(2, bits / count);
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
