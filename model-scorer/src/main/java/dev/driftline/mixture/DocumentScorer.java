package dev.driftline.mixture;

import dev.driftline.neural.NeuralVocabulary;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Scores documents: mixes what the n-gram model says of each token with the caches of the document's source, and with a
 * network where there is one.
 *
 * <p>Token by token, each scored before anything learns from it. The experts are the n-gram orders, the unigram cache,
 * the bigram cache and the network, each a distribution over the known types, {@code </s>} and {@code <unk>}. An inner
 * mixture weighs them with weights learned online, by bucket ({@link SourceModel#bucket}); where there is a network, so does
 * a {@link Gate}, by the circumstances. The outer one is the Bayes mixture of these two, every n-gram order, the two models
 * that mix a cache with the top order, and the network. So {@code mixture} never costs a source more than log2(N + 5) bits
 * beyond the best of all models listed, in all that the source ever sends; log2(N + 3) without a network.
 *
 * <p>Where there is no network yet, or it has not scored a document, the inner mixture works over the other experts, their
 * weights renormalised, and learns nothing of the network. In the network's own column such a document costs what a network
 * that has learned nothing would say of it: every event alike.
 *
 * <p>Not thread-safe; one instance serves any number of sources.
 */
public final class DocumentScorer {

    private static final double LOG2 = Math.log(2);
    private static final float[][] NO_SURPRISALS = {};
    private static final double SMALL = 1e-250;

    /** Pitman–Yor parameters of the new words of one document, which tend to come again in it. */
    private static final double NEW_WORD_CONCENTRATION = 5;

    private static final double NEW_WORD_DISCOUNT = 0.5;

    private final MixtureSettings settings;
    private final int order;
    private final int top;
    private final List<String> models;
    private final List<String> experts;

    /** Probabilities of one event: the orders, and the two caches alone. */
    private final double[] expert;

    /** Probabilities of one event: the inner mixture, the orders, and each cache mixed with the top order. */
    private final double[] component;

    private final NeuralEvents neural = new NeuralEvents();
    private NeuralExpert expertOrNull;
    private double openSureness;
    private final double[] pair = new double[2];
    private final double[] knownProduct;
    private final double[] unknownProduct;
    private final double[] knownBits;
    private final double[] unknownBits;
    private final double[] weightSum;
    private final boolean recordsModels;
    private float[][] recorded = NO_SURPRISALS;
    private int[] ids = new int[1024];
    private int[] repeats = new int[1024];

    /** A scorer for n-gram models of {@code settings.order()} orders. */
    public DocumentScorer(MixtureSettings settings) {
        this(settings, false);
    }

    /**
     * As the other constructor.
     *
     * @param recordsModels whether {@link DocumentScore#modelSurprisals()} are filled where surprisals are asked for: a
     *     logarithm for each token and model
     */
    public DocumentScorer(MixtureSettings settings, boolean recordsModels) {
        this.settings = settings;
        this.recordsModels = recordsModels;
        order = settings.order();
        top = settings.top();
        models = settings.models();
        experts = settings.experts();
        expert = new double[experts.size()];
        component = new double[models.size() + (settings.hasNeural() ? 1 : 0)];
        knownProduct = new double[models.size()];
        unknownProduct = new double[models.size()];
        knownBits = new double[models.size()];
        unknownBits = new double[models.size()];
        weightSum = new double[experts.size()];
    }

    /** Scores without predictions; see the longer form. */
    public DocumentScore score(
            DocumentTokens document, NgramProbabilities ngrams, SourceModel source, boolean learn, boolean surprisals) {
        return score(document, ngrams, source, learn, surprisals, null);
    }

    /** Scores with a network and without predictions; see the longer form. */
    public DocumentScore score(
            DocumentTokens document,
            NgramProbabilities ngrams,
            SourceModel source,
            boolean learn,
            boolean surprisals,
            NeuralExpert neuralOrNull) {
        return score(document, ngrams, source, learn, surprisals, new Candidates(List.of(), NONE), 0, neuralOrNull);
    }

    /** Scores without a network; see the longer form. */
    public DocumentScore score(
            DocumentTokens document,
            NgramProbabilities ngrams,
            SourceModel source,
            boolean learn,
            boolean surprisals,
            Candidates candidates,
            int predictions) {
        return score(document, ngrams, source, learn, surprisals, candidates, predictions, null);
    }

    private static final NgramProbabilities NONE =
            new NgramProbabilities(1, new double[0], new byte[0], new boolean[0], new float[0]);

    /**
     * Scores one document and, where {@code learn}, leaves its tokens in the source's caches and weights; without
     * {@code learn} the caches still follow the document while it is scored, and the source is left as it was.
     *
     * @param ngrams a row for each token of {@code document}
     * @param surprisals whether to list the bits of every token under the mixture
     * @param candidates words for the position after the last sentence, taken as still open: without its {@code </s>}
     * @param predictions how many words to predict per model; 0 for none
     * @param neuralOrNull what the network says of {@code document}; null where it says nothing of it
     * @throws IllegalArgumentException where rows or orders do not fit the document or the settings, or there is a network
     *     that the settings do not name
     */
    public DocumentScore score(
            DocumentTokens document,
            NgramProbabilities ngrams,
            SourceModel source,
            boolean learn,
            boolean surprisals,
            Candidates candidates,
            int predictions,
            NeuralExpert neuralOrNull) {
        int[] tokens = document.tokens();
        if (ngrams.order() != order || ngrams.rows() != tokens.length) {
            throw new IllegalArgumentException("probabilities of " + ngrams.rows() + " rows and order " + ngrams.order()
                    + ", expected " + tokens.length + " rows and order " + order);
        }
        if (!source.settings().equals(settings)) {
            throw new IllegalArgumentException(
                    "a source with " + source.settings() + ", expected one with " + settings);
        }
        if (neuralOrNull != null && !neuralOrNull.network().model().equals(settings.neural())) {
            throw new IllegalArgumentException(
                    "a network '" + neuralOrNull.network().model() + "', expected "
                            + (settings.hasNeural() ? "'" + settings.neural() + "'" : "none"));
        }
        expertOrNull = neuralOrNull;
        if (neuralOrNull != null) {
            neural.of(document, ngrams, neuralOrNull);
        }
        RecencyCache cache = source.cache;
        long start = cache.next();
        SourceModel.Learned before = learn ? null : source.learned();

        cache.reserve(tokens.length, !learn);
        number(document.words(), cache);
        reset();
        float[] surprisal = new float[surprisals ? tokens.length : 0];
        recorded = surprisals && recordsModels ? new float[models.size()][tokens.length] : NO_SURPRISALS;
        List<Prediction> predicted = List.of();
        boolean predict = predictions > 0 && !candidates.words().isEmpty();
        int last = tokens.length - 1;
        int unknown = 0;
        for (int i = 0; i <= last; i++) {
            if (i == last && predict) {
                predicted = predict(candidates, source, predictions);
            }
            double mixed = step(ngrams, i, tokens[i], source);
            if (surprisals) {
                surprisal[i] = (float) (-Math.log(mixed) / LOG2);
            }
            unknown += ngrams.unknown()[i] ? 1 : 0;
        }
        if (last < 0 && predict) {
            predicted = predict(candidates, source, predictions);
        }
        if (learn) {
            source.teachOthers();
        } else {
            cache.undo(start);
            source.restore(before);
        }
        cache.endDocument();
        return result(document, ngrams, unknown, surprisal, predicted);
    }

    /** Scores one token, learns from it, and returns its probability under the mixture. */
    private double step(NgramProbabilities ngrams, int position, int token, SourceModel source) {
        RecencyCache cache = source.cache;
        OnlineWeights inner = source.mixtureWeights;
        OnlineWeights unigramPair = source.unigramWeights;
        OnlineWeights bigramPair = source.bigramWeights;
        BayesMixture outer = source.bayes;
        double[] p = expert;
        double[] q = component;
        int n = order;
        boolean unknown = ngrams.unknown()[position];
        int matched = ngrams.matched()[position];
        int word = ids[token];

        int bucket =
                look(ngrams.probability(), position * order, matched, unknown ? WordDictionary.UNKNOWN : word, cache);
        if (settings.hasNeural()) {
            q[n + 3] = 1.0 / (ngrams.types() + 2);
            p[n + 2] = inner.mixOthers(bucket, p, n + 2);
            if (expertOrNull != null) {
                q[n + 3] = neural.probability(position, token, unknown, source.newWords());
                p[n + 2] = q[n + 3];
                if (!neural.hasRow(token)) {
                    source.outsideRows(unknown);
                }
            }
        }
        q[0] = inner.mix(bucket, p);
        System.arraycopy(p, 0, q, 1, n);
        pair[0] = p[top];
        pair[1] = p[n];
        q[n + 1] = unigramPair.mix(matched, pair);
        double unigramShare = unigramPair.weight(matched, 1);
        unigramPair.learn(matched, pair, q[n + 1]);
        pair[1] = p[n + 1];
        q[n + 2] = bigramPair.mix(bucket, pair);
        double bigramShare = bigramPair.weight(bucket, 1);
        bigramPair.learn(bucket, pair, q[n + 2]);
        int absent = expertOrNull == null ? n + 2 : -1;
        Gate gate = source.gate;
        int context = cache.context();
        if (gate != null) {
            double sureness = expertOrNull == null ? 1 : neural.sureness(position);
            q[n + 4] = gate.mix(
                    p,
                    matched,
                    cache.followers(context),
                    cache.followerTypes(context),
                    sureness,
                    source.recent,
                    absent);
        }
        double mixed = outer.mix(q);

        double innerWeight = outer.weight(0);
        boolean isAbsent = settings.hasNeural() && expertOrNull == null;
        if (isAbsent) {
            innerWeight /= 1 - inner.weight(bucket, n + 2);
        }
        for (int i = 0; i < p.length; i++) {
            double share = isAbsent && i == n + 2 ? 0 : innerWeight * inner.weight(bucket, i);
            weightSum[i] += share + (i < n ? outer.weight(1 + i) : 0);
        }
        double unigramWeight = outer.weight(n + 1);
        double bigramWeight = outer.weight(n + 2);
        weightSum[n] += unigramWeight * unigramShare;
        weightSum[n + 1] += bigramWeight * bigramShare;
        weightSum[top] += unigramWeight * (1 - unigramShare) + bigramWeight * (1 - bigramShare);
        if (settings.hasNeural()) {
            weightSum[n + 2] += outer.weight(n + 3);
            for (int i = 0; i < p.length; i++) {
                weightSum[i] += outer.weight(n + 4) * gate.weight(i);
            }
            gate.learn(p, q[n + 4], absent);
            gate.follow(source.recent, p, q[n + 4], absent);
        }

        inner.learn(bucket, p, q[0]);
        outer.learn(q, mixed);
        cache.push(word, unknown);

        double[] product = unknown ? unknownProduct : knownProduct;
        double[] bits = unknown ? unknownBits : knownBits;
        int mixture = models.size() - 1;
        for (int i = 0; i < mixture; i++) {
            multiply(product, bits, i, q[i + 1]);
        }
        multiply(product, bits, mixture, mixed);
        if (recorded.length > 0) {
            for (int i = 0; i < mixture; i++) {
                recorded[i][position] = (float) (-Math.log(q[i + 1]) / LOG2);
            }
            recorded[mixture][position] = (float) (-Math.log(mixed) / LOG2);
        }
        return mixed;
    }

    /** Fills {@link #expert} for {@code event} after the cache's context and returns the bucket of the weights. */
    private int look(double[] ngram, int row, int matched, int event, RecencyCache cache) {
        System.arraycopy(ngram, row, expert, 0, order);
        if (cache.isEmpty()) {
            expert[order] = expert[top];
            expert[order + 1] = expert[top];
        } else {
            cache.look(event);
            expert[order] = cache.unigram();
            expert[order + 1] = cache.bigram();
        }
        int context = cache.context();
        return SourceModel.bucket(matched, cache.followers(context), cache.followerTypes(context));
    }

    /** Multiplies instead of adding logarithms; takes the logarithm when the product gets small. */
    private static void multiply(double[] product, double[] bits, int i, double p) {
        double next = product[i] * p;
        if (next < SMALL) {
            bits[i] -= Math.log(product[i]) / LOG2 + Math.log(p) / LOG2;
            next = 1;
        }
        product[i] = next;
    }

    private void number(String[] words, RecencyCache cache) {
        if (words.length > ids.length) {
            ids = new int[Math.max(words.length, ids.length * 2)];
            repeats = new int[ids.length];
        }
        ids[DocumentTokens.BOS] = WordDictionary.BEGIN_OF_SENTENCE;
        ids[DocumentTokens.EOS] = WordDictionary.END_OF_SENTENCE;
        for (int i = 2; i < words.length; i++) {
            ids[i] = cache.number(words[i]);
        }
    }

    private void reset() {
        Arrays.fill(knownProduct, 1);
        Arrays.fill(unknownProduct, 1);
        Arrays.fill(knownBits, 0);
        Arrays.fill(unknownBits, 0);
        Arrays.fill(weightSum, 0);
    }

    private DocumentScore result(
            DocumentTokens document,
            NgramProbabilities ngrams,
            int unknown,
            float[] surprisal,
            List<Prediction> predicted) {
        int tokens = document.tokens().length;
        double[] known = new double[models.size()];
        double[] bits = new double[models.size()];
        for (int i = 0; i < bits.length; i++) {
            known[i] = knownBits[i] - Math.log(knownProduct[i]) / LOG2;
            bits[i] = known[i] + unknownBits[i] - Math.log(unknownProduct[i]) / LOG2;
        }
        double[] meanWeights = new double[experts.size()];
        for (int i = 0; i < meanWeights.length; i++) {
            meanWeights[i] = tokens == 0 ? 0 : weightSum[i] / tokens;
        }
        return new DocumentScore(
                models,
                bits,
                known,
                tokens,
                expertOrNull == null ? 0 : tokens,
                unknown,
                characters(document),
                unknown == 0 ? 0 : spellingBits(document, ngrams),
                experts,
                meanWeights,
                surprisal,
                recorded,
                predicted);
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

    /**
     * The bits to say which word each {@code <unk>} is: a new word of this document that came before, or one spelled by
     * the character model, under the predictive rule of Pitman and Yor with that model as its base.
     */
    private double spellingBits(DocumentTokens document, NgramProbabilities ngrams) {
        int[] tokens = document.tokens();
        Arrays.fill(repeats, 0, document.words().length, 0);
        int seen = 0;
        int types = 0;
        double bits = 0;
        for (int i = 0; i < tokens.length; i++) {
            if (!ngrams.unknown()[i]) {
                continue;
            }
            int count = repeats[tokens[i]]++;
            double fresh = (NEW_WORD_CONCENTRATION + NEW_WORD_DISCOUNT * types) / (seen + NEW_WORD_CONCENTRATION);
            if (count == 0) {
                // Apart: the probability of a long spelling does not fit a double.
                bits += ngrams.spellingBits()[i] - Math.log(fresh) / LOG2;
                types++;
            } else {
                double again = (count - NEW_WORD_DISCOUNT) / (seen + NEW_WORD_CONCENTRATION);
                bits -= Math.log(again + fresh * Math.pow(2, -ngrams.spellingBits()[i])) / LOG2;
            }
            seen++;
        }
        return bits;
    }

    // ---- next words

    /**
     * Words worth asking the n-gram model for, beside its own candidates: what lately followed the last word of
     * {@code document}, in the document itself and in the source's bigram cache, and the newest words.
     *
     * @param limit the most words to list
     */
    public List<String> candidates(DocumentTokens document, SourceModel source, int limit) {
        int[] tokens = document.tokens();
        String[] words = document.words();
        int end = tokens.length - 1;
        int lastWord = end <= 0 || tokens[end - 1] == DocumentTokens.EOS ? DocumentTokens.BOS : tokens[end - 1];
        Set<String> listed = new LinkedHashSet<>();
        int share = Math.max(1, limit / 2);
        int from = Math.max(1, end - settings.bigramWindow());
        for (int i = end - 1; i >= from && listed.size() < share; i--) {
            int before = tokens[i - 1] == DocumentTokens.EOS ? DocumentTokens.BOS : tokens[i - 1];
            if (before == lastWord) {
                listed.add(words[tokens[i]]);
            }
        }
        for (String follower : source.followersOf(words[lastWord], share)) {
            if (listed.size() < limit) {
                listed.add(follower);
            }
        }
        int newest = Math.max(0, end - settings.recentWindow());
        for (int i = end - 1; i >= newest && listed.size() < limit; i--) {
            listed.add(words[tokens[i]]);
        }
        for (String word : source.newestWords(limit)) {
            if (listed.size() < limit) {
                listed.add(word);
            }
        }
        return new ArrayList<>(listed);
    }

    private List<Prediction> predict(Candidates candidates, SourceModel source, int predictions) {
        NgramProbabilities rows = candidates.probabilities();
        boolean hasOpen = expertOrNull != null && expertOrNull.score().open() != null;
        openSureness = hasOpen ? largest(expertOrNull.score().open()) : 1;
        List<PredictedWord> byNgram = new ArrayList<>();
        List<PredictedWord> byMixture = new ArrayList<>();
        for (int row = 0; row < candidates.words().size(); row++) {
            String word = candidates.words().get(row);
            boolean isUnknownWord = word.equals(DocumentTokens.UNKNOWN_WORD);
            if (rows.unknown()[row] && !isUnknownWord) {
                continue;
            }
            int event = isUnknownWord ? WordDictionary.UNKNOWN : number(word, source.cache);
            byNgram.add(new PredictedWord(word, rows.probability(row, order)));
            double byNet = hasOpen
                    ? neural.next(expertOrNull.network().vocabulary(), word, isUnknownWord, source.newWords())
                    : Double.NaN;
            byMixture.add(new PredictedWord(word, probability(rows, row, event, byNet, source)));
        }
        List<Prediction> predicted = new ArrayList<>();
        predicted.add(new Prediction(models.get(top), best(byNgram, predictions)));
        if (hasOpen) {
            predicted.add(new Prediction(settings.neural(), byNetwork(source, predictions)));
        }
        predicted.add(new Prediction(MixtureSettings.MIXTURE, best(byMixture, predictions)));
        return List.copyOf(predicted);
    }

    private static double largest(float[] probabilities) {
        float largest = 0;
        for (float probability : probabilities) {
            largest = Math.max(largest, probability);
        }
        return largest;
    }

    /** The network's own best words, which need not be candidates of the n-gram model. */
    private List<PredictedWord> byNetwork(SourceModel source, int predictions) {
        NeuralVocabulary vocabulary = expertOrNull.network().vocabulary();
        float[] open = expertOrNull.score().open();
        PriorityQueue<PredictedWord> best = new PriorityQueue<>(Comparator.comparingDouble(PredictedWord::probability));
        for (int row = 0; row < open.length; row++) {
            if (best.size() < predictions || open[row] > best.peek().probability()) {
                boolean isUnknown = row == NeuralVocabulary.UNKNOWN;
                best.add(new PredictedWord(
                        vocabulary.word(row),
                        isUnknown
                                ? neural.next(vocabulary, vocabulary.word(row), true, source.newWords())
                                : open[row]));
                if (best.size() > predictions) {
                    best.remove();
                }
            }
        }
        return best(new ArrayList<>(best), predictions);
    }

    private static int number(String word, RecencyCache cache) {
        return word.equals(DocumentTokens.EOS_WORD) ? WordDictionary.END_OF_SENTENCE : cache.find(word);
    }

    /**
     * The mixture's probability of one event, from which nothing is learned.
     *
     * @param byNet what the network gives it; not a number where it says nothing
     */
    private double probability(NgramProbabilities rows, int row, int event, double byNet, SourceModel source) {
        int matched = rows.matched()[row];
        int bucket = look(rows.probability(), row * order, matched, event, source.cache);
        if (settings.hasNeural()) {
            boolean absent = Double.isNaN(byNet);
            expert[order + 2] = absent ? source.mixtureWeights.mixOthers(bucket, expert, order + 2) : byNet;
            component[order + 3] = absent ? 1.0 / (rows.types() + 2) : byNet;
            int context = source.cache.context();
            component[order + 4] = source.gate.mix(
                    expert,
                    matched,
                    source.cache.followers(context),
                    source.cache.followerTypes(context),
                    absent ? 1 : openSureness,
                    source.recent,
                    absent ? order + 2 : -1);
        }
        component[0] = source.mixtureWeights.mix(bucket, expert);
        System.arraycopy(expert, 0, component, 1, order);
        pair[0] = expert[top];
        pair[1] = expert[order];
        component[order + 1] = source.unigramWeights.mix(matched, pair);
        pair[1] = expert[order + 1];
        component[order + 2] = source.bigramWeights.mix(bucket, pair);
        return source.bayes.mix(component);
    }

    private static List<PredictedWord> best(List<PredictedWord> words, int count) {
        words.sort(Comparator.comparingDouble(PredictedWord::probability)
                .reversed()
                .thenComparing(PredictedWord::word));
        return List.copyOf(words.subList(0, Math.min(count, words.size())));
    }
}
