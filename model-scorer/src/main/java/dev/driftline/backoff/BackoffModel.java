package dev.driftline.backoff;

import java.util.Arrays;

/**
 * A frozen backoff n-gram model, as an ARPA file holds it: {@code p(w | h) = p(h w)} where the n-gram is in the model, else
 * {@code backoff(h) · p(w | h')} with h' the context without its oldest word (Katz 1987). Immutable and thread-safe; about
 * 20 bytes of heap an n-gram.
 *
 * <p>Numbers are those of the file: probabilities sum to 1 over all words but {@code <s>} where the file's do. A word that
 * the model does not have is {@code <unk>}, with the whole probability of {@code <unk>}, as in KenLM; where the file has no
 * {@code <unk>} that is 10^{@value #LEAST_LOG10}.
 *
 * <p>A <em>state</em> is what has come before a word, as an int: {@link #start()} at the beginning of a sentence,
 * {@link #empty()} where nothing is known, {@link #advance} after each word.
 */
public final class BackoffModel {

    /** The index of {@code <unk>}, and of every word that the model does not have. */
    public static final int UNKNOWN = 0;

    /** The index of {@code <s>}. */
    public static final int BOS = 1;

    /** The index of {@code </s>}. */
    public static final int EOS = 2;

    /** The highest order. */
    public static final int MOST_ORDER = 7;

    /** log10 p of unknown words where the model has no {@code <unk>}: what KenLM gives. */
    public static final double LEAST_LOG10 = -100;

    static final String UNKNOWN_WORD = "<unk>";
    static final String BOS_WORD = "<s>";
    static final String EOS_WORD = "</s>";

    private static final int[] NO_WORDS = {};
    private static final double[] NO_PROBABILITIES = {};

    /**
     * The most probable next words.
     *
     * @param words indexes, the most probable first; {@code </s>} is one like any other, {@code <s>} and {@code <unk>} are not
     *     among them
     * @param probabilities of each
     * @param unknown the probability of {@code <unk>}
     * @param rest the probability of all other words
     */
    public record Next(int[] words, double[] probabilities, double unknown, double rest) {}

    private final BackoffWords words;
    private final BackoffTrie trie;
    private final int given;
    private final int[] ranked;
    private final int start;
    /** 0 until it is asked for. */
    private volatile long fingerprint;

    /**
     * @param given bits of {@link #UNKNOWN}, {@link #BOS} and {@link #EOS}: which of them the file has
     * @param ranked all words, the most probable unigram first
     */
    BackoffModel(BackoffWords words, BackoffTrie trie, int given, int[] ranked) {
        this.words = words;
        this.trie = trie;
        this.given = given;
        this.ranked = ranked;
        start = trie.advance(0, BOS);
    }

    /** Builds one of n-grams up to {@code order}, 1 to {@value #MOST_ORDER}. */
    public static BackoffBuilder builder(int order) {
        return new BackoffBuilder(new long[order]);
    }

    /** The length of its longest n-grams. */
    public int order() {
        return trie.order();
    }

    /** How many n-grams of a length were given, from 1 to {@link #order()}. */
    public long ngrams(int length) {
        return length == 1 ? words.size() - 3L + Integer.bitCount(given) : trie.size(length);
    }

    /** How many words there are, {@code <unk>}, {@code <s>} and {@code </s>} among them whether they were given or not. */
    public int words() {
        return words.size();
    }

    /** The index of a word; {@link #UNKNOWN} where the model does not have it. Allocates nothing. */
    public int index(String word) {
        return Math.max(UNKNOWN, words.index(word));
    }

    /** The word with an index, from 0 to {@link #words()} − 1. */
    public String word(int index) {
        return words.word(index);
    }

    /** Whether the file has {@code <unk>}. */
    public boolean hasUnknown() {
        return has(UNKNOWN);
    }

    /** Whether the file has {@code </s>}: without it a sentence cannot end. */
    public boolean hasEnd() {
        return has(EOS);
    }

    /** The same for models with the same words in the same order. */
    public long wordsFingerprint() {
        return words.fingerprint();
    }

    /**
     * The same for models with the same words in the same order, probabilities and backoff weights, whether they come from an ARPA
     * file or from a {@link BackoffFile}.
     */
    public long fingerprint() {
        long known = fingerprint;
        if (known == 0) {
            known = trie.fingerprint(words.fingerprint());
            fingerprint = known;
        }
        return known;
    }

    /** Heap that the model takes, in bytes. */
    public long heapBytes() {
        return words.heapBytes() + trie.heapBytes() + 4L * ranked.length;
    }

    /** The state where nothing is known of what has come before. */
    public int empty() {
        return 0;
    }

    /** The state after {@code <s>}. */
    public int start() {
        return start;
    }

    /** The state after one word more. */
    public int advance(int state, int word) {
        return trie.advance(state, word);
    }

    /** log10 p(word) in a state; never infinite, and above 0 only where a backoff weight of the file makes it so. */
    public double log10(int state, int word) {
        return trie.log10(state, word);
    }

    /**
     * The state after words.
     *
     * @param context their indexes, the nearest first; those further back than the model looks are not read
     * @param length how many of them there are
     */
    public int state(int[] context, int length) {
        int state = 0;
        for (int i = Math.min(length, trie.order() - 1) - 1; i >= 0; i--) {
            state = trie.advance(state, context[i]);
        }
        return state;
    }

    /**
     * log10 p(word | context).
     *
     * @param context indexes of the words before, the nearest first; those further back than the model looks are not read
     * @param length how many of them there are
     */
    public double log10(int[] context, int length, int word) {
        return trie.log10(state(context, length), word);
    }

    /**
     * The most probable words after a context, exactly: see {@link #next(int, int)}.
     *
     * @param context indexes of the words before, the nearest first
     * @param length how many of them there are
     * @param count how many words, 0 or more; fewer come where there are no more
     */
    public Next next(int[] context, int length, int count) {
        return next(state(context, length), count);
    }

    /**
     * The most probable words in a state, exactly. The words that follow each context are in order of probability, and so
     * are all words alone: the best of the heads of these at most N lists is the best word left, unless a longer context has
     * that word, too, whose probability then is the one that counts.
     */
    public Next next(int state, int count) {
        int[] found = count == 0 ? NO_WORDS : new int[Math.min(count, words.size())];
        double[] probabilities = count == 0 ? NO_PROBABILITIES : new double[found.length];
        int[] nodes = new int[trie.order()];
        int[] heads = new int[trie.order()];
        double[] backoffs = new double[trie.order()];
        int levels = 0;
        double backoff = 0;
        for (int at = state; at != 0; at = trie.fail(at)) {
            nodes[levels] = at;
            heads[levels] = trie.firstChild(at);
            backoffs[levels++] = backoff;
            backoff += trie.backoff(at);
        }
        backoffs[levels] = backoff;
        int size = 0;
        double sum = 0;
        while (size < found.length) {
            int best = -1;
            double highest = Double.NEGATIVE_INFINITY;
            for (int level = 0; level <= levels; level++) {
                boolean root = level == levels;
                if (heads[level] == (root ? ranked.length : trie.endOfChildren(nodes[level]))) {
                    continue;
                }
                double at = backoffs[level] + trie.log10(root ? 1 + ranked[heads[level]] : heads[level]);
                if (at > highest) {
                    highest = at;
                    best = level;
                }
            }
            if (best < 0) {
                break;
            }
            int word = best == levels ? ranked[heads[best]] : trie.word(heads[best]);
            heads[best]++;
            if (word != UNKNOWN && word != BOS && (word != EOS || hasEnd()) && !isIn(nodes, best, word)) {
                found[size] = word;
                probabilities[size] = Math.pow(10, highest);
                sum += probabilities[size++];
            }
        }
        double unknown = Math.pow(10, log10(state, UNKNOWN));
        return new Next(
                size == found.length ? found : Arrays.copyOf(found, size),
                size == found.length ? probabilities : Arrays.copyOf(probabilities, size),
                unknown,
                Math.max(0, 1 - sum - unknown));
    }

    /**
     * The probability of every word in a state.
     *
     * @param unigrams what this gave in the {@link #empty()} state, to spare a power a word; empty for not known
     * @param into a probability an index, from 0 to {@link #words()} − 1
     */
    public void distribution(int state, double[] unigrams, double[] into) {
        int[] nodes = new int[trie.order()];
        double[] backoffs = new double[trie.order()];
        int levels = 0;
        double backoff = 0;
        for (int at = state; at != 0; at = trie.fail(at)) {
            nodes[levels] = at;
            backoffs[levels++] = backoff;
            backoff += trie.backoff(at);
        }
        double factor = Math.pow(10, backoff);
        for (int word = 0; word < words.size(); word++) {
            into[word] = factor * (unigrams.length > 0 ? unigrams[word] : Math.pow(10, trie.log10(1 + word)));
        }
        for (int level = levels - 1; level >= 0; level--) {
            for (int child = trie.firstChild(nodes[level]); child < trie.endOfChildren(nodes[level]); child++) {
                into[trie.word(child)] = Math.pow(10, backoffs[level] + trie.log10(child));
            }
        }
    }

    /** Whether one of the first {@code levels} contexts has the word itself. */
    private boolean isIn(int[] nodes, int levels, int word) {
        for (int i = 0; i < levels; i++) {
            if (trie.child(nodes[i], word) != BackoffTrie.NONE) {
                return true;
            }
        }
        return false;
    }

    private boolean has(int special) {
        return (given >> special & 1) != 0;
    }

    BackoffWords wordList() {
        return words;
    }

    BackoffTrie trie() {
        return trie;
    }

    int given() {
        return given;
    }

    int[] ranked() {
        return ranked;
    }
}
