package dev.driftline.mixture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The shape of a source's caches and of the mixture over them.
 *
 * @param order the number of n-gram models, N, 1 to 7
 * @param ngramModel how those are called, without the order: {@code kneser-ney}
 * @param caches the caches of a source
 * @param learningRate the least step η of the weights towards the newest posterior, in (0, 1)
 * @param firstSteps how many tokens' worth of trust the first weights have: the step is 1 / (tokens + firstSteps) while
 *     that is more than η
 * @param neural the name of the network among models and experts, such as {@code lstm}; empty where none is mixed in
 * @param background whether a frozen model is mixed in, see {@link dev.driftline.background.Background}
 */
public record MixtureSettings(
        int order,
        String ngramModel,
        Caches caches,
        double learningRate,
        int firstSteps,
        Optional<String> neural,
        boolean background) {

    /** The name of the model that mixes the unigram cache with the top order. */
    public static final String CACHE_UNIGRAM = "cache-unigram";

    /** The name of the model that mixes the bigram cache with the top order. */
    public static final String CACHE_BIGRAM = "cache-bigram";

    /** The name of the frozen model. */
    public static final String BACKGROUND = "background";

    /** The name of the mixture of everything. */
    public static final String MIXTURE = "mixture";

    /** The largest bigram window. */
    private static final int MOST_TOKENS = 1 << 24;

    /**
     * The caches of a source, in tokens.
     *
     * @param unigramWindow tokens that the unigram cache remembers
     * @param recentWindow the newest tokens, which the unigram cache counts twice; at most {@code unigramWindow}
     * @param recentShare how much of the unigram cache's probability the newest tokens have, 0 to 1
     * @param bigramWindow tokens that the bigram cache remembers; at least {@code unigramWindow}
     * @param bigramDiscount what the bigram cache takes from each count for the unigram cache, 0 to 1: with 0 it is the
     *     relative frequency, and falls back to the unigram cache only where the previous word was not seen
     */
    public record Caches(
            int unigramWindow, int recentWindow, double recentShare, int bigramWindow, double bigramDiscount) {

        /** Checks the ranges. */
        public Caches {
            if (recentWindow < 1 || unigramWindow < recentWindow || bigramWindow < unigramWindow) {
                throw new IllegalArgumentException("cache windows of " + recentWindow + " (recent), " + unigramWindow
                        + " (unigram) and " + bigramWindow
                        + " tokens (bigram): each must be at least 1 and not below the one before");
            }
            if (bigramWindow > MOST_TOKENS) {
                throw new IllegalArgumentException(
                        "a bigram window of " + bigramWindow + " tokens, expected at most " + MOST_TOKENS);
            }
            if (!(recentShare >= 0 && recentShare <= 1) || !(bigramDiscount >= 0 && bigramDiscount <= 1)) {
                throw new IllegalArgumentException(
                        "recent share " + recentShare + " and bigram discount " + bigramDiscount + ", expected 0 to 1");
            }
        }
    }

    /** Checks the ranges. */
    public MixtureSettings {
        if (order < 1 || order > 7) {
            throw new IllegalArgumentException("order " + order + ", expected 1 to 7");
        }
        if (!(learningRate > 0 && learningRate < 1) || firstSteps < 1) {
            throw new IllegalArgumentException("learning rate " + learningRate + " and first steps " + firstSteps
                    + ", expected a rate in (0, 1) and at least 1 step");
        }
    }

    /** A mixture without a network; see {@link #withNeural}. */
    public MixtureSettings(int order, String ngramModel, Caches caches, double learningRate, int firstSteps) {
        this(order, ngramModel, caches, learningRate, firstSteps, Optional.empty(), false);
    }

    /** The settings that measured best on the two corpora of the tests, for {@code order} models. */
    public static MixtureSettings defaults(int order, String ngramModel) {
        return new MixtureSettings(order, ngramModel, new Caches(1_000, 125, 0.45, 20_000, 0.65), 0.01, 10);
    }

    /**
     * The same with a network called {@code model} as one more expert.
     *
     * @param model the cell's label, {@link dev.driftline.neural.Network#model()}
     */
    public MixtureSettings withNeural(String model) {
        return new MixtureSettings(order, ngramModel, caches, learningRate, firstSteps, Optional.of(model), background);
    }

    /** The same without a network. */
    public MixtureSettings withoutNeural() {
        return new MixtureSettings(order, ngramModel, caches, learningRate, firstSteps, Optional.empty(), background);
    }

    /** The same with a frozen model as one more expert, or without. */
    public MixtureSettings withBackground(boolean there) {
        return new MixtureSettings(order, ngramModel, caches, learningRate, firstSteps, neural, there);
    }

    /** Whether a network is one of the experts. */
    public boolean hasNeural() {
        return neural.isPresent();
    }

    /**
     * The names of the models in the order in which a {@link DocumentScore} lists them: the n-gram models from order 1,
     * {@value #CACHE_UNIGRAM}, {@value #CACHE_BIGRAM}, {@value #BACKGROUND} and the network where there are, {@value #MIXTURE}.
     */
    public List<String> models() {
        List<String> names = new ArrayList<>(experts());
        names.add(MIXTURE);
        return List.copyOf(names);
    }

    /**
     * The names of the experts that the mixture weighs: the n-gram models from order 1, the two caches alone, and
     * {@value #BACKGROUND} and the network where there are.
     */
    public List<String> experts() {
        List<String> names = new ArrayList<>();
        for (int m = 1; m <= order; m++) {
            names.add(ngramModel + "-" + m);
        }
        names.add(CACHE_UNIGRAM);
        names.add(CACHE_BIGRAM);
        if (background) {
            names.add(BACKGROUND);
        }
        neural.ifPresent(names::add);
        return List.copyOf(names);
    }
}
