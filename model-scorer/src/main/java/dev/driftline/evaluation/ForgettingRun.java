package dev.driftline.evaluation;

import dev.driftline.corpus.CorpusDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.ngram.Forgetting;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.StateSize;
import dev.driftline.pages.HeapPageStore;
import dev.driftline.scoring.LocalModel;
import dev.driftline.scoring.ModelSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One run of a model that forgets over a stream of documents, each scored before it is learned, in memory: what forgetting costs, and
 * what it gives after a change of the language. Not thread-safe.
 */
public final class ForgettingRun {

    /** Tokens of a point of the curve, about. */
    public static final long POINT_TOKENS = 10_000;

    /** Tokens after a change that {@link Result#afterChange} is of. */
    public static final long AFTER_CHANGE_TOKENS = 200_000;

    /** A bound that no state reaches. A shard counts what it holds only where it has a bound. */
    private static final long NEVER_REACHED = 1L << 50;

    /**
     * What some tokens have cost, unknown words spelled out.
     *
     * @param ngrams perplexity of the n-gram model of the highest order; NaN where there were no tokens
     * @param mixture perplexity of the mixture
     */
    public record Cost(long tokens, double ngrams, double mixture) {}

    /**
     * A point of the curve: what the tokens since the one before have cost, and the state at the end of them.
     *
     * @param tokens of the stream until here
     * @param held in the bytes of a state that has a bound
     */
    public record Point(long tokens, Cost since, StateSize held) {}

    /**
     * A run.
     *
     * @param forgetting of each shard
     * @param shards how many there were
     * @param all the whole stream
     * @param afterChange up to {@link #AFTER_CHANGE_TOKENS} tokens after the change, or a few more; none where there was no change
     * @param held by all shards in the end; where nothing is forgotten, in the bytes of a state that has no bound
     * @param forgotten by all shards
     * @param seconds spent on scoring and learning
     */
    public record Result(
            Forgetting forgetting,
            int shards,
            Cost all,
            Cost afterChange,
            StateSize held,
            StateSize forgotten,
            double seconds,
            List<Point> curve) {

        /** Tokens scored and learned a second; 0 where there were none. */
        public double tokensPerSecond() {
            return seconds > 0 ? all.tokens() / seconds : 0;
        }
    }

    private static final class Sum {

        private long tokens;
        private double ngrams;
        private double mixture;

        void add(DocumentScore score, int ngramModel) {
            double[] bits = score.bits();
            tokens += score.tokens();
            ngrams += bits[ngramModel] + score.letterBits();
            mixture += bits[bits.length - 1] + score.letterBits();
        }

        Cost cost() {
            return new Cost(tokens, perplexity(ngrams), perplexity(mixture));
        }

        private double perplexity(double bits) {
            return tokens == 0 ? Double.NaN : Math.pow(2, bits / tokens);
        }
    }

    private final Forgetting forgetting;
    private final LocalModel model;
    private final Evaluation evaluation;
    private final int ngramModel;
    private final Sum all = new Sum();
    private final Sum afterChange = new Sum();
    private final List<Point> curve = new ArrayList<>();
    private Sum point = new Sum();
    private boolean hasChanged;

    /**
     * A run with nothing learned.
     *
     * @param settings the model, and how it forgets
     * @param shards of the counts
     * @param cacheBytes heap that decoded counts may take
     */
    public ForgettingRun(ModelSettings settings, int shards, long cacheBytes) {
        forgetting = settings.forgetting();
        Forgetting measured =
                forgetting.isBounded() ? forgetting : new Forgetting(NEVER_REACHED, 0, forgetting.halfLifeTokens());
        model = new LocalModel(settings.forgetting(measured), shards, shard -> new HeapPageStore(), cacheBytes);
        MixtureSettings mixture = MixtureSettings.defaults(
                        settings.order(), settings.smoothing().label())
                .withBackground(settings.background().isPresent());
        evaluation = new Evaluation(model, mixture, new HeapPageStore());
        ngramModel = settings.order() - 1;
    }

    /** From here on the language is another. */
    public void change() {
        hasChanged = true;
    }

    /** Scores a document and learns it. */
    public void add(CorpusDocument document) {
        DocumentScore score = evaluation.add(document);
        all.add(score, ngramModel);
        point.add(score, ngramModel);
        if (hasChanged && afterChange.tokens < AFTER_CHANGE_TOKENS) {
            afterChange.add(score, ngramModel);
        }
        if (point.tokens >= POINT_TOKENS) {
            curve.add(new Point(all.tokens, point.cost(), size(NgramCounts::held)));
            point = new Sum();
        }
    }

    /** The number of tokens so far. */
    public long tokens() {
        return all.tokens;
    }

    /** What everything so far has cost. */
    public Result result() {
        evaluation.writeBack();
        StateSize held = size(NgramCounts::held);
        if (!forgetting.isOn()) {
            // A bound makes n-grams smaller, too: they are stored otherwise.
            held = new StateSize(held.ngrams(), bytesWithoutMarks(), held.words());
        }
        return new Result(
                forgetting,
                model.shardCount(),
                all.cost(),
                afterChange.cost(),
                held,
                size(NgramCounts::forgotten),
                evaluation.seconds(),
                List.copyOf(curve));
    }

    private long bytesWithoutMarks() {
        long bytes = 0;
        for (int shard = 0; shard < model.shardCount(); shard++) {
            bytes += model.shard(shard).counts().bytesWithoutMarks();
        }
        return bytes;
    }

    private StateSize size(Function<NgramCounts, StateSize> of) {
        long ngrams = 0;
        long bytes = 0;
        long words = 0;
        for (int shard = 0; shard < model.shardCount(); shard++) {
            StateSize size = of.apply(model.shard(shard).counts());
            ngrams += size.ngrams();
            bytes += size.bytes();
            words += size.words();
        }
        return new StateSize(ngrams, bytes, words);
    }
}
