package dev.driftline.evaluation;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.neural.Network;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.neural.online.VocabularyTurnover;
import dev.driftline.neural.training.OfflineTraining;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.scoring.Vocabulary;
import dev.driftline.smoothing.Smoothing;
import java.util.Arrays;
import java.util.List;

/**
 * Models trained on one part of a corpus and tested, unchanged, on another: the protocol of the literature, beside the online
 * one of {@link Evaluation}. Not thread-safe.
 *
 * <p>The n-gram counts are those of the training text. A network is trained on it until the cost of the validation text stops falling. A
 * network and the n-gram orders are mixed with one set of weights for each length of the context that the counts know, made
 * by expectation–maximisation on the validation text. Every model has the same events: the words of {@link SplitCorpus},
 * {@code </s>} and one symbol for all other words.
 */
public final class SplitEvaluation {

    private static final int EM_STEPS = 100;

    /**
     * The figures of one model.
     *
     * @param model its name
     * @param validationPerplexity per token, {@code </s>} included
     * @param testPerplexity the same of the test text
     * @param parameters numbers of a network; 0 of n-grams
     * @param epochs of its training; 0 of n-grams
     * @param seconds of training
     */
    public record Row(
            String model,
            double validationPerplexity,
            double testPerplexity,
            long parameters,
            int epochs,
            double seconds) {}

    /** Tokens of a text with what the n-gram orders say of each. */
    private record Text(List<int[]> encoded, double[] probability, byte[] matched, int tokens) {}

    private final SplitCorpus corpus;
    private final int order;
    private final NeuralVocabulary vocabulary;
    private final List<int[]> training;
    private final Text validation;
    private final Text test;
    private final double ngramSeconds;

    /** Counts the training text. */
    public SplitEvaluation(SplitCorpus corpus, int order, long cacheBytes) {
        this.corpus = corpus;
        this.order = order;
        vocabulary = VocabularyTurnover.fixed(corpus.words(), corpus.words().size() + 2);
        training = encode(corpus.training());
        long start = System.nanoTime();
        LocalModel counts = new LocalModel(
                new ModelSettings(
                        order, Smoothing.KNESER_NEY, Vocabulary.fixed(corpus.words()), ModelSettings.DEFAULT_DELTA),
                1,
                shard -> new HeapPageStore(),
                cacheBytes);
        corpus.training().forEach(document -> counts.score(DocumentTokens.of(document.sentences()), true));
        ngramSeconds = (System.nanoTime() - start) / 1e9;
        validation = text(counts, corpus.validation());
        test = text(counts, corpus.test());
    }

    /** The corpus. */
    public SplitCorpus corpus() {
        return corpus;
    }

    /** Tokens of the test text, {@code </s>} included. */
    public int testTokens() {
        return test.tokens();
    }

    /** The vocabulary of the networks. */
    public NeuralVocabulary vocabulary() {
        return vocabulary;
    }

    /** The n-gram model of the highest order. */
    public Row ngrams() {
        return new Row("kneser-ney-" + order, ngramPerplexity(validation), ngramPerplexity(test), 0, 0, ngramSeconds);
    }

    /**
     * Trains a network and mixes it with the n-gram orders.
     *
     * @param start a network over {@link #vocabulary()}
     * @return the network alone, then mixed
     * @throws InterruptedException if the thread is interrupted
     */
    public List<Row> network(Network start, OfflineTraining offline, OfflineTraining.Listener listener)
            throws InterruptedException {
        OfflineTraining.Outcome outcome = offline.run(start, training, validation.encoded(), listener);
        if (outcome.interrupted()) {
            throw new InterruptedException("training was interrupted");
        }
        double[] onValidation = score(outcome.network(), validation);
        double[] onTest = score(outcome.network(), test);
        double[][] weights = weights(validation, onValidation);
        String name = start.model();
        int epochs = outcome.epochs().size();
        long parameters = start.parameters().count();
        return List.of(
                new Row(name, perplexity(onValidation), perplexity(onTest), parameters, epochs, outcome.seconds()),
                new Row(
                        name + " + kneser-ney",
                        mixedPerplexity(validation, onValidation, weights),
                        mixedPerplexity(test, onTest, weights),
                        parameters,
                        epochs,
                        outcome.seconds() + ngramSeconds));
    }

    private List<int[]> encode(List<CorpusDocument> documents) {
        return documents.stream()
                .map(document -> vocabulary.encode(DocumentTokens.of(document.sentences())))
                .toList();
    }

    private Text text(LocalModel counts, List<CorpusDocument> documents) {
        List<int[]> encoded = encode(documents);
        int tokens = Math.toIntExact(OfflineTraining.tokens(encoded));
        double[] probability = new double[tokens * order];
        byte[] matched = new byte[tokens];
        int at = 0;
        for (CorpusDocument document : documents) {
            NgramProbabilities ngrams = counts.score(DocumentTokens.of(document.sentences()), false);
            System.arraycopy(ngrams.probability(), 0, probability, at * order, ngrams.rows() * order);
            System.arraycopy(ngrams.matched(), 0, matched, at, ngrams.rows());
            at += ngrams.rows();
        }
        return new Text(encoded, probability, matched, tokens);
    }

    private static double[] score(Network network, Text text) {
        NetworkReader reader = network.reader();
        double[] probability = new double[text.tokens()];
        int at = 0;
        for (int[] document : text.encoded()) {
            for (float logProbability : reader.score(List.of(document)).get(0).logProbabilities()) {
                probability[at++] = Math.exp(logProbability);
            }
        }
        return probability;
    }

    private double ngramPerplexity(Text text) {
        double nats = 0;
        for (int i = 0; i < text.tokens(); i++) {
            nats -= Math.log(text.probability()[i * order + order - 1]);
        }
        return Math.exp(nats / text.tokens());
    }

    private static double perplexity(double[] probability) {
        double nats = 0;
        for (double p : probability) {
            nats -= Math.log(p);
        }
        return Math.exp(nats / probability.length);
    }

    /** Weights [matched length][orders and network]. */
    private double[][] weights(Text text, double[] network) {
        double[][] weights = new double[order][order + 1];
        for (double[] row : weights) {
            Arrays.fill(row, 1.0 / row.length);
        }
        double[] p = new double[order + 1];
        for (int step = 0; step < EM_STEPS; step++) {
            double[][] posterior = new double[order][order + 1];
            int[] count = new int[order];
            for (int i = 0; i < text.tokens(); i++) {
                int bucket = text.matched()[i];
                double mixed = mix(text, network, i, weights[bucket], p);
                for (int e = 0; e <= order; e++) {
                    posterior[bucket][e] += weights[bucket][e] * p[e] / mixed;
                }
                count[bucket]++;
            }
            for (int bucket = 0; bucket < order; bucket++) {
                for (int e = 0; e <= order && count[bucket] > 0; e++) {
                    weights[bucket][e] = posterior[bucket][e] / count[bucket];
                }
            }
        }
        return weights;
    }

    private double mixedPerplexity(Text text, double[] network, double[][] weights) {
        double nats = 0;
        double[] p = new double[order + 1];
        for (int i = 0; i < text.tokens(); i++) {
            nats -= Math.log(mix(text, network, i, weights[text.matched()[i]], p));
        }
        return Math.exp(nats / text.tokens());
    }

    private double mix(Text text, double[] network, int position, double[] weights, double[] p) {
        double mixed = 0;
        for (int e = 0; e <= order; e++) {
            p[e] = e < order ? text.probability()[position * order + e] : network[position];
            mixed += weights[e] * p[e];
        }
        return mixed;
    }
}
