package dev.driftline.scoring;

import dev.driftline.ngram.NextWordDistribution;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.messages.UnigramTotals;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.smoothing.Smoothing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The whole distribution over the next word, for sampling: every known word and {@code </s>}; of a fixed vocabulary, every word.
 *
 * <p>Takes the base distribution once, so it describes the model as it was when this was made; learning afterwards makes
 * it stale. One call costs a pass over the vocabulary and over the followers of the last word. Not thread-safe.
 */
public final class NextWords implements NextWordDistribution {

    private final LocalModel model;
    private final String[] words;
    private final double[] base;
    private final double[] top;
    private final Map<String, Integer> index = new HashMap<>();

    /** The distribution of {@code model} as it is now. */
    public NextWords(LocalModel model) {
        this.model = model;
        UnigramTotals totals = new UnigramTotals(model.settings().background().isPresent());
        for (int shard = 0; shard < model.shardCount(); shard++) {
            model.shard(shard).counts();
            totals.add(model.shard(shard).totals());
        }
        BaseDistribution distribution = new BaseDistribution(model.settings(), totals);
        List<String> known = new ArrayList<>();
        List<double[]> probabilities = new ArrayList<>();
        for (int shard = 0; shard < model.shardCount(); shard++) {
            NgramCounts counts = model.shard(shard).counts();
            for (int id = NgramCounts.EOS; id < counts.wordCount(); id++) {
                String word = counts.spelling(id);
                if (counts.rawUnigram(id) > 0 && !word.equals(DocumentTokens.UNKNOWN_WORD)) {
                    index.put(word, known.size());
                    known.add(word);
                    probabilities.add(new double[] {
                        distribution.top(counts.rawUnigram(id)),
                        distribution.below(counts.rawUnigram(id), counts.continuationUnigram(id))
                    });
                }
            }
        }
        if (model.settings().vocabulary() instanceof Vocabulary.Fixed fixed && !known.isEmpty()) {
            // Those that never came have a probability, too.
            for (String word : new TreeSet<>(fixed.words())) {
                if (index.putIfAbsent(word, known.size()) == null) {
                    known.add(word);
                    probabilities.add(new double[] {distribution.top(0), distribution.below(0, 0)});
                }
            }
        }
        words = known.toArray(String[]::new);
        top = probabilities.stream().mapToDouble(p -> p[0]).toArray();
        base = probabilities.stream().mapToDouble(p -> p[1]).toArray();
    }

    /**
     * The probability of every word after {@code sentence}, the words of a sentence so far.
     *
     * <p>The sum is 1 less what {@code <unk>} has.
     */
    @Override
    public Words after(List<String> sentence) {
        int order = model.settings().order();
        if (order == 1) {
            return new Words(words, top);
        }
        String nearest = sentence.isEmpty() ? DocumentTokens.BOS_WORD : sentence.get(sentence.size() - 1);
        ShardScorer shard = model.shard(ShardScorer.shardOf(nearest, model.shardCount()));
        NgramCounts counts = shard.counts();
        int[] context = new int[order + 1];
        int length = 0;
        for (int at = sentence.size() - 1; length < order - 1; at--) {
            context[++length] = at < 0 ? NgramCounts.BOS : counts.find(sentence.get(at));
            if (at < 0) {
                break;
            }
        }
        Smoothing.Estimates estimates = shard.estimates();
        Smoothing smoothing = model.settings().smoothing();
        PositionCounts position = new PositionCounts(order);
        float[] alpha = new float[order + 1];
        float[] gamma = new float[order + 1];
        counts.lookup(context, length, -1, position);
        smoothing.compute(position, estimates, alpha, gamma);
        int last = smoothing.lastPair(position, order);
        double unfollowed = gamma[last];
        double[] probabilities = Arrays.stream(base).map(b -> unfollowed * b).toArray();
        int used = length;
        counts.followers(context, 1, (word, raw, continuation) -> {
            Integer at = index.get(counts.spelling(word));
            if (at != null) {
                counts.lookup(context, used, word, position);
                smoothing.compute(position, estimates, alpha, gamma);
                int pair = smoothing.lastPair(position, order);
                probabilities[at] = alpha[pair] + gamma[pair] * base[at];
            }
        });
        return new Words(words, probabilities);
    }
}
