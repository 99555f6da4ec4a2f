package dev.driftline.ngram;

import dev.driftline.codec.Varints;

/**
 * The hand that goes over the counts of a shard, a page at a time, and has what is old fade and what is too much forgotten.
 *
 * <p>After each document it takes as many steps as the document asks for. With a half-life a pass takes a quarter of it, whatever the
 * size of the state, and takes from every count what so many tokens ask for. With a bound it goes on while there is too much. A step
 * ages and prunes the pages of sixteen rare words, a bucket of a frequent one, or its followers. Where the hand stands, and all that
 * its steps depend on, is stored with the counts: the same documents leave the same state, wherever commits fell.
 *
 * <p>How much may be pruned is a <em>level</em>: longer n-grams first, what was seen once before what was seen twice, bigrams last. A
 * pass that ends too soon raises it, a pass that lasts lowers it. Counts decide, and not how much an n-gram changes its probability
 * (Seymore and Rosenfeld 1996, Stolcke 1998): below a model of Kneser and Ney that forgets what the longer contexts were made from
 * (Chelba et al. 2010), and at a quarter of the state of Brown that cost 5.5 % of perplexity in place of 1.5 %.
 *
 * <p>Not thread-safe.
 */
final class Hand {

    /** What a step does; the hand knows only places. */
    interface Steps {

        /** Words with an id. */
        int words();

        /** Whether words take so much of a bound that some may leave. */
        boolean hasTooManyWords();

        /** Sweeps the pages that {@value NgramCounts#RARE_BLOCK} words share, from {@code first} on. */
        void rare(int first);

        /** Buckets of a word's longer contexts, or −1 where the word has no pages of its own. */
        int buckets(int word);

        /** Sweeps a bucket of a word. */
        void bucket(int word, int number);

        /** Sweeps the followers of a word. */
        void followers(int word);
    }

    /** Passes a half-life. */
    private static final int PASSES = 4;

    /** The most steps after a document, for each of its tokens, where there is too much. */
    private static final int STEPS_A_TOKEN = 2;

    private static final int STEPS_A_DOCUMENT = 16;

    /** For words alone a step is taken after so many tokens: they may all be needed. */
    private static final int TOKENS_A_STEP_FOR_WORDS = 8;

    /** N-grams that may be pruned by level, by words of context: 3 and more, 2, 1. */
    private static final int[][] LEVELS = {
        {1, 0, 0},
        {1, 1, 0},
        {2, 1, 0},
        {2, 2, 0},
        {4, 2, 0},
        {4, 3, 1},
        {8, 6, 2},
        {16, 12, 4},
        {1 << 10, 1 << 9, 1 << 8}
    };

    private final Forgetting forgetting;
    private final Holdings holdings;
    private final Pruning pruning;
    private final Steps steps;
    private final int order;

    private int word;
    private int bucket = -1;
    private long pass;
    private int level;
    private long tokensInPass;
    private long tokensOfLastPass;
    private long stepsInPass;
    private long stepsOfLastPass;

    Hand(Forgetting forgetting, int order, Holdings holdings, Pruning pruning, Steps steps) {
        this.forgetting = forgetting;
        this.order = order;
        this.holdings = holdings;
        this.pruning = pruning;
        this.steps = steps;
    }

    /** Goes on after a document of so many tokens. */
    void endDocument(int tokens) {
        tokensInPass += tokens;
        long most = STEPS_A_DOCUMENT + (long) STEPS_A_TOKEN * tokens;
        for (long taken = 0; taken < most && isDue(); taken++) {
            step();
        }
    }

    private boolean isDue() {
        return isTooMuch()
                || forgetting.halfLifeTokens() > 0 && isBehind()
                || steps.hasTooManyWords() && stepsInPass * TOKENS_A_STEP_FOR_WORDS < tokensInPass;
    }

    private boolean isTooMuch() {
        return forgetting.maxBytes() > 0 && holdings.bytes > forgetting.maxBytes()
                || forgetting.maxNgrams() > 0 && holdings.ngrams > forgetting.maxNgrams();
    }

    /** Whether the pass ought to have come further. */
    private boolean isBehind() {
        double part = (double) tokensInPass * PASSES / forgetting.halfLifeTokens();
        double expected = Math.max(stepsOfLastPass, steps.words() / 8);
        return stepsInPass < part * expected || part >= 1;
    }

    private void step() {
        if (stepsInPass == 0) {
            begin();
        }
        pruneIf(isTooMuch());
        stepsInPass++;
        while (word < steps.words()) {
            if (bucket == -1) {
                bucket = 0;
                if (word % ContextPages.RARE_BLOCK == 0) {
                    steps.rare(word);
                    return;
                }
            }
            // Asked each time: a bucket that splits moves tuples behind those that there were.
            int buckets = steps.buckets(word);
            if (bucket < buckets) {
                steps.bucket(word, bucket++);
                return;
            }
            boolean wide = buckets >= 0;
            int swept = word++;
            bucket = -1;
            if (wide) {
                steps.followers(swept);
                return;
            }
        }
        end();
    }

    private void begin() {
        double halfLives =
                forgetting.halfLifeTokens() == 0 ? 0 : (double) tokensOfLastPass / forgetting.halfLifeTokens();
        pruning.begin(pass, halfLives == 0 ? 1 : Math.pow(2, -halfLives));
    }

    private void pruneIf(boolean tooMuch) {
        for (int depth = 1; depth < order; depth++) {
            pruning.cut(depth, tooMuch ? LEVELS[level][3 - Math.min(depth, 3)] : 0);
        }
    }

    private void end() {
        if (forgetting.isBounded()) {
            if (tokensInPass < holdings.ngrams / 4 && isTooMuch()) {
                level = Math.min(level + 1, LEVELS.length - 1);
            } else if (tokensInPass > holdings.ngrams) {
                level = Math.max(level - 1, 0);
            }
        }
        pass++;
        word = 0;
        bucket = -1;
        tokensOfLastPass = tokensInPass;
        tokensInPass = 0;
        stepsOfLastPass = stepsInPass;
        stepsInPass = 0;
    }

    /** Appends what {@link #read} reads. */
    void write(Varints.Writer out) {
        out.writeInt(word);
        out.writeInt(bucket + 1);
        out.writeLong(pass);
        out.writeInt(level);
        out.writeLong(tokensInPass);
        out.writeLong(tokensOfLastPass);
        out.writeLong(stepsInPass);
        out.writeLong(stepsOfLastPass);
    }

    /** Goes on where {@link #write} stood. */
    void read(Varints.Reader in) {
        word = in.readInt();
        bucket = in.readInt() - 1;
        pass = in.readLong();
        level = in.readInt();
        tokensInPass = in.readLong();
        tokensOfLastPass = in.readLong();
        stepsInPass = in.readLong();
        stepsOfLastPass = in.readLong();
        if (stepsInPass > 0) {
            begin();
        }
    }
}
