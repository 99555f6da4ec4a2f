package dev.driftline.backoff;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Builds a {@link BackoffModel} of n-grams that come in the order of an ARPA file: all of one length, then the next. Within
 * a length they may come in any order. One thread.
 */
public final class BackoffBuilder {

    /** log10 p of {@code <s>} where it is not given, as SRILM has it: zero, near enough. */
    private static final double ZERO = -99;

    private final int order;
    private final long[] expected;
    private final BackoffWords words = new BackoffWords();
    private final int[] bases;
    private int given;

    private int[] first = new int[2];
    private int[] last = new int[1];
    private float[] log10 = new float[1];
    private float[] backoffs = new float[1];
    private int[] fail = new int[1];
    private int[] table = new int[1];
    private int[] ranked = {};
    private BackoffTrie trie;

    /** The length of what is being added, and what was added, in that order. */
    private int length = 1;

    private int size;
    private int[] contexts = {};
    private int[] ids = {};
    private float[] p = {};
    private float[] b = {};

    private final int[] path = new int[BackoffModel.MOST_ORDER];
    private final int[] pathWords = new int[BackoffModel.MOST_ORDER];
    private int depth;

    /**
     * @param expected how many n-grams of each length will come, so that nothing is copied on the way; 0 for not known
     * @throws IllegalArgumentException if there are no lengths, or more than {@value BackoffModel#MOST_ORDER}
     */
    public BackoffBuilder(long[] expected) {
        order = expected.length;
        if (order < 1 || order > BackoffModel.MOST_ORDER) {
            throw new IllegalArgumentException("order " + order + " is not between 1 and " + BackoffModel.MOST_ORDER);
        }
        this.expected = expected.clone();
        bases = new int[order + 2];
        Arrays.fill(bases, 1, bases.length, 1);
        for (String special : List.of(BackoffModel.UNKNOWN_WORD, BackoffModel.BOS_WORD, BackoffModel.EOS_WORD)) {
            byte[] bytes = special.getBytes(StandardCharsets.UTF_8);
            words.add(bytes, 0, bytes.length);
        }
        int unigrams = Math.toIntExact(expected[0] + 3);
        words.expect(unigrams);
        log10 = new float[1 + unigrams];
        backoffs = new float[order == 1 ? 1 : 1 + unigrams];
        log10[1 + BackoffModel.UNKNOWN] = (float) BackoffModel.LEAST_LOG10;
        log10[1 + BackoffModel.BOS] = (float) ZERO;
        log10[1 + BackoffModel.EOS] = (float) BackoffModel.LEAST_LOG10;
        trie = trie();
    }

    /**
     * Heap that is needed to build a model, at the most, in bytes.
     *
     * @param counts n-grams of each length
     */
    public static long heapBytes(long[] counts) {
        long held = 0;
        long most = 0;
        for (int n = 0; n < counts.length; n++) {
            held += counts[n] * (n == 0 ? 32 + 12 : n + 1 < counts.length ? 26 : 14);
            most = Math.max(most, held + (n == 0 ? 0 : counts[n] * 16));
        }
        return most;
    }

    /** The index of a word among the unigrams so far, or −1; {@code <UNK>} is {@code <unk>}. */
    public int index(byte[] utf8, int from, int to) {
        int found = words.index(utf8, from, to);
        return found == BackoffWords.NONE && isUnknown(utf8, from, to) ? BackoffModel.UNKNOWN : found;
    }

    /**
     * Adds an n-gram of strings, for those who have few.
     *
     * @param backoff log10 of the backoff weight; 0 where there is none
     * @throws InvalidNgramException if it cannot be added
     */
    public BackoffBuilder add(double log10, double backoff, String... ngram) {
        if (ngram.length == 1) {
            byte[] word = ngram[0].getBytes(StandardCharsets.UTF_8);
            addWord(word, 0, word.length, log10, backoff);
            return this;
        }
        while (length < ngram.length) {
            endLength();
        }
        int[] indexes = new int[ngram.length];
        for (int i = 0; i < ngram.length; i++) {
            byte[] word = ngram[i].getBytes(StandardCharsets.UTF_8);
            indexes[i] = index(word, 0, word.length);
            if (indexes[i] < 0) {
                throw new InvalidNgramException(size, "'" + ngram[i] + "' is not among the 1-grams");
            }
        }
        add(indexes, indexes.length, log10, backoff);
        return this;
    }

    /**
     * Adds a unigram.
     *
     * @param utf8 its word, valid UTF-8; {@code <UNK>} is {@code <unk>}
     * @throws InvalidNgramException if it was added before
     */
    public void addWord(byte[] utf8, int from, int to, double log10, double backoff) {
        requireLength(1);
        int special = index(utf8, from, to);
        int index;
        if (special >= 0 && special <= BackoffModel.EOS && (given >> special & 1) == 0) {
            given |= 1 << special;
            index = special;
        } else {
            index = words.add(utf8, from, to);
            if (index == BackoffWords.NONE || special == BackoffModel.UNKNOWN) {
                throw duplicate(size, new int[] {special});
            }
        }
        int node = 1 + index;
        if (node >= this.log10.length) {
            int larger = larger(node);
            this.log10 = Arrays.copyOf(this.log10, larger);
            if (order > 1) {
                backoffs = Arrays.copyOf(backoffs, larger);
            }
        }
        this.log10[node] = finite(log10);
        if (order > 1) {
            backoffs[node] = finite(backoff);
        }
        size++;
    }

    /**
     * Adds an n-gram of the length that is being added, 2 or more.
     *
     * @param ngram indexes, the oldest word first
     * @param words how many of them there are
     * @throws InvalidNgramException if the words before its last are not an n-gram of the model
     */
    public void add(int[] ngram, int words, double log10, double backoff) {
        requireLength(words);
        int context = context(ngram, words);
        if (size == contexts.length) {
            int larger = Math.toIntExact(Math.max(larger(size), Math.min(expected[length - 1], Integer.MAX_VALUE - 8)));
            contexts = Arrays.copyOf(contexts, larger);
            ids = Arrays.copyOf(ids, larger);
            p = Arrays.copyOf(p, larger);
            if (length < order) {
                b = Arrays.copyOf(b, larger);
            }
        }
        contexts[size] = context;
        ids[size] = ngram[length - 1];
        p[size] = finite(log10);
        if (length < order) {
            b[size] = finite(backoff);
        }
        size++;
    }

    /**
     * Says that all n-grams of the length were added.
     *
     * @throws InvalidNgramException if one was added twice
     */
    public void endLength() {
        if (length > order) {
            throw new IllegalStateException("all " + order + " lengths were ended");
        }
        if (length == 1) {
            endWords();
        } else {
            place();
        }
        length++;
        size = 0;
        depth = 0;
    }

    /** The model; nothing may be added after it. */
    public BackoffModel build() {
        while (length <= order) {
            endLength();
        }
        words.trim();
        int nodes = bases[order + 1];
        int known = bases[order];
        first = Arrays.copyOf(first, known + 1);
        last = exact(last, nodes);
        log10 = log10.length == nodes ? log10 : Arrays.copyOf(log10, nodes);
        backoffs = backoffs.length == known ? backoffs : Arrays.copyOf(backoffs, known);
        fail = exact(fail, known);
        contexts = new int[0];
        ids = contexts;
        p = new float[0];
        b = p;
        return new BackoffModel(words, trie(), given, ranked);
    }

    private static int[] exact(int[] array, int length) {
        return array.length == length ? array : Arrays.copyOf(array, length);
    }

    private void endWords() {
        int nodes = 1 + words.size();
        Arrays.fill(bases, 2, bases.length, nodes);
        long expectedNodes = nodes;
        long expectedContexts = order == 1 ? 1 : nodes;
        for (int n = 2; n <= order; n++) {
            expectedNodes += expected[n - 1];
            expectedContexts += n < order ? expected[n - 1] : 0;
        }
        int capacity = Math.toIntExact(Math.min(expectedNodes, Integer.MAX_VALUE - 8));
        int known = Math.toIntExact(Math.min(expectedContexts, Integer.MAX_VALUE - 9));
        last = new int[capacity];
        for (int i = 1; i < nodes; i++) {
            last[i] = i - 1;
        }
        log10 = Arrays.copyOf(log10, capacity);
        if (order > 1) {
            backoffs = Arrays.copyOf(backoffs, known);
            fail = new int[known];
        }
        first = new int[known + 1];
        first[0] = 1;
        Arrays.fill(first, 1, Math.min(first.length, nodes + 1), nodes);
        ranked = rankedWords(nodes - 1);
        trie = trie();
    }

    private int[] rankedWords(int count) {
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            keys[i] = (long) descending(log10[1 + i]) << 32 | i;
        }
        Arrays.parallelSort(keys);
        int[] sorted = new int[count];
        for (int i = 0; i < count; i++) {
            sorted[i] = (int) keys[i];
        }
        return sorted;
    }

    /** Moves what was added to its place among the children of its contexts: a counting sort, then one of each context's. */
    private void place() {
        int from = bases[length - 1];
        int base = bases[length];
        int nodes = Math.addExact(base, size);
        boolean middle = length < order;
        if (nodes > last.length) {
            int larger = larger(nodes - 1);
            last = Arrays.copyOf(last, larger);
            log10 = Arrays.copyOf(log10, larger);
        }
        if (middle && nodes > fail.length) {
            int larger = larger(nodes - 1);
            backoffs = Arrays.copyOf(backoffs, larger);
            fail = Arrays.copyOf(fail, larger);
            first = Arrays.copyOf(first, larger + 1);
        }
        Arrays.fill(first, from, base + 1, 0);
        for (int i = 0; i < size; i++) {
            first[contexts[i]]++;
        }
        int end = base;
        for (int context = from; context < base; context++) {
            end += first[context];
            first[context] = end;
        }
        first[base] = nodes;
        for (int i = size - 1; i >= 0; i--) {
            int at = --first[contexts[i]];
            last[at] = ids[i];
            log10[at] = p[i];
            if (middle) {
                backoffs[at] = b[i];
            }
        }
        Siblings siblings = new Siblings(last, log10, middle ? backoffs : new float[0]);
        int wide = 0;
        for (int context = from; context < base; context++) {
            int width = first[context + 1] - first[context];
            if (width > 1) {
                int twice = siblings.sort(first[context], first[context + 1]);
                if (twice >= 0) {
                    throw duplicateOf(context, twice);
                }
                wide += width > BackoffTrie.NARROW ? width : 0;
            }
        }
        Arrays.fill(bases, length + 1, bases.length, nodes);
        if (wide > 0) {
            table = rehash(wide, base);
        }
        trie = trie();
        if (middle) {
            Arrays.fill(first, base, nodes + 1, nodes);
            for (int context = from; context < base; context++) {
                for (int child = first[context]; child < first[context + 1]; child++) {
                    fail[child] = shorter(fail[context], last[child]);
                }
            }
        }
    }

    private int shorter(int context, int word) {
        int at = context;
        while (true) {
            int found = trie.child(at, word);
            if (found != BackoffTrie.NONE) {
                return found;
            }
            at = fail[at];
        }
    }

    private int[] rehash(int more, int base) {
        int held = 0;
        for (int node : table) {
            held += node == 0 ? 0 : 1;
        }
        int[] larger = new int[Math.toIntExact(Math.min(Integer.MAX_VALUE - 8, (held + (long) more) * 3 / 2 + 8))];
        for (int context = 1; context < base; context++) {
            int start = first[context];
            int end = first[context + 1];
            if (end - start > BackoffTrie.NARROW) {
                for (int child = start; child < end; child++) {
                    int slot = BackoffTrie.slot(context, last[child], larger.length);
                    while (larger[slot] != 0) {
                        slot = slot + 1 == larger.length ? 0 : slot + 1;
                    }
                    larger[slot] = child;
                }
            }
        }
        return larger;
    }

    private BackoffTrie trie() {
        return new BackoffTrie(order, bases, first, last, table, log10, backoffs, fail);
    }

    /** The node of all words but the last. Neighbours in a file mostly share it: the way to it is kept. */
    private int context(int[] ngram, int words) {
        int known = 0;
        while (known < depth && known < words - 1 && pathWords[known] == ngram[known]) {
            known++;
        }
        int node = known == 0 ? 0 : path[known - 1];
        for (int i = known; i < words - 1; i++) {
            node = trie.child(node, ngram[i]);
            if (node == BackoffTrie.NONE) {
                depth = i;
                throw new InvalidNgramException(
                        size,
                        "'" + text(ngram, words) + "' is a " + length + "-gram whose first " + (i + 1)
                                + " words, '" + text(ngram, i + 1) + "', are not among the " + (i + 1)
                                + "-grams: KenLM refuses such a file, too. Prune with a tool that keeps the contexts of"
                                + " what it keeps (ngram -prune of SRILM, prune-lm of IRSTLM), or add the line");
            }
            pathWords[i] = ngram[i];
            path[i] = node;
        }
        depth = words - 1;
        return node;
    }

    private InvalidNgramException duplicateOf(int context, int word) {
        int times = 0;
        for (int i = 0; i < size; i++) {
            if (contexts[i] == context && ids[i] == word && ++times == 2) {
                int[] ngram = new int[length];
                ngram[length - 1] = word;
                int node = context;
                for (int n = length - 1; n >= 1; n--) {
                    ngram[n - 1] = last[node];
                    node = parent(node, n);
                }
                return duplicate(i, ngram);
            }
        }
        throw new IllegalStateException("no second n-gram");
    }

    /** For messages alone: nodes do not know their parents. */
    private int parent(int node, int order) {
        if (order == 1) {
            return 0;
        }
        int parent = bases[order - 1];
        while (first[parent + 1] <= node) {
            parent++;
        }
        return parent;
    }

    private InvalidNgramException duplicate(int sequence, int[] ngram) {
        return new InvalidNgramException(
                sequence,
                "'" + text(ngram, ngram.length) + "' is among the " + ngram.length
                        + "-grams already: remove one of the two lines, and count one less in the header");
    }

    private String text(int[] ngram, int until) {
        List<String> text = new ArrayList<>();
        for (int i = 0; i < until; i++) {
            text.add(words.word(ngram[i]));
        }
        return String.join(" ", text);
    }

    private void requireLength(int wanted) {
        if (wanted != length) {
            throw new IllegalStateException("a " + wanted + "-gram among the " + length + "-grams");
        }
    }

    private static boolean isUnknown(byte[] utf8, int from, int to) {
        return to - from == 5
                && utf8[from] == '<'
                && utf8[from + 1] == 'U'
                && utf8[from + 2] == 'N'
                && utf8[from + 3] == 'K'
                && utf8[from + 4] == '>';
    }

    private static int larger(int index) {
        return Math.toIntExact(Math.min(Integer.MAX_VALUE - 8L, Math.max(index + 16L, index * 3L / 2)));
    }

    /** −∞ is {@value BackoffModel#LEAST_LOG10}; −0 is 0, so that both spellings make the same model. */
    private static float finite(double value) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("a logarithm is not a number");
        }
        return (float) Math.max(BackoffModel.LEAST_LOG10, Math.min(-ZERO, value)) + 0f;
    }

    /** Ascending as an int where the log10 probability, 0 or below, descends. */
    static int descending(float log10) {
        return Float.floatToIntBits(0f - log10);
    }
}
