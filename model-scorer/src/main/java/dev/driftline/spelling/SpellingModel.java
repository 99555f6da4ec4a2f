package dev.driftline.spelling;

import dev.driftline.codec.LongTable;
import dev.driftline.ngram.PageStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A character n-gram model of word types: the probability of a spelling, its end included.
 *
 * <p>A word is its Unicode code points and then an end mark, each predicted from up to {@code order} symbols before it,
 * the word's beginning being one of them. Per context h of length k, with the deepest counted raw and the others by
 * distinct left neighbours (Kneser and Ney, 1995: a count passes to the next shorter context only where the symbol was
 * new),
 *
 * <pre>p_k(c|h) = (max(n(hc) − D(n(hc)), 0) + (D1 · N1(h) + D2+ · N2+(h)) · p_{k−1}(c|h′)) / n(h)</pre>
 *
 * <p>Below the empty context stand blocks of 256 code points, learned too, and uniform within a block; so every
 * code point has a probability above 0, and the sum over all of them and the end mark is 1.
 *
 * <p>Only the list of learned words is stored ({@link SpellingPages}), so that a new word costs its letters and not the dozens
 * of contexts that it touches. The contexts are built again from the list when the model is first used after {@link #load},
 * in about 3 µs a word. Not thread-safe.
 */
public final class SpellingModel {

    /** Symbols of context unless asked otherwise. */
    public static final int DEFAULT_ORDER = 5;

    /** Taken from a count of 1, and from a larger one. */
    private static final double DISCOUNT_ONE = 0.75;

    private static final double DISCOUNT_MORE = 1.2;

    private static final int CODE_POINTS = Character.MAX_CODE_POINT + 1;
    /** The symbol after the last letter. */
    static final int END = CODE_POINTS;

    private static final int BEGIN = CODE_POINTS + 1;
    private static final int SYMBOL_BITS = 21;
    private static final int BLOCKS = CODE_POINTS >>> 8;
    private static final double LN2 = Math.log(2);
    private static final int ROOT = 0;
    private static final int STRIDE = 4;
    private static final int COUNT = 0;
    private static final int TOTAL = 1;
    private static final int TYPES = 2;
    private static final int ONES = 3;

    private final int order;
    private final byte[] prefix;

    /** A trie, read forwards: the child of context h under symbol c is the follower c of h, and the context hc. */
    private LongTable children;

    private int[] nodes;
    private int nodeCount;

    private final int[] blocks = new int[BLOCKS + 1];
    private int blockTotal;
    private int blockTypes;

    private final int[] path;
    private final int[] next;

    private final List<String> documentWords = new ArrayList<>();

    private @Nullable PageStore pending;
    private SpellingPages stored;

    /**
     * An empty model.
     *
     * @param order the most symbols of context, 1 to 16
     * @param prefix what every key of its pages starts with
     */
    public SpellingModel(int order, byte[] prefix) {
        if (order < 1 || order > 16) {
            throw new IllegalArgumentException("order " + order + " is not between 1 and 16");
        }
        this.order = order;
        this.prefix = prefix.clone();
        path = new int[order + 1];
        next = new int[order + 1];
        clear();
    }

    /** An empty model with {@link #DEFAULT_ORDER} symbols of context. */
    public SpellingModel(byte[] prefix) {
        this(DEFAULT_ORDER, prefix);
    }

    private void clear() {
        children = new LongTable(1 << 10);
        nodes = new int[STRIDE << 8];
        nodeCount = 1;
        Arrays.fill(blocks, 0);
        blockTotal = 0;
        blockTypes = 0;
        stored = new SpellingPages(prefix);
        documentWords.clear();
        pending = null;
    }

    /** The number of words learned. */
    public long words() {
        ensureLoaded();
        return stored.words();
    }

    /** The bytes of heap that the contexts take. */
    public long heapBytes() {
        return children.heapBytes() + (long) nodes.length * Integer.BYTES;
    }

    /** −log2 p of the spelling of {@code word}, its end included, in bits. */
    public double bits(String word) {
        ensureLoaded();
        int depth = begin();
        double product = 1;
        double bits = 0;
        int at = 0;
        while (true) {
            boolean end = at >= word.length();
            int symbol = end ? END : word.codePointAt(at);
            double p = baseProbability(symbol);
            int deeper = 0;
            int child = ROOT;
            for (int k = 0; k <= depth; k++) {
                int context = path[k] * STRIDE;
                int total = nodes[context + TOTAL];
                if (total == 0) {
                    break;
                }
                // Not after a shorter context means not after this one either.
                child = child < 0 ? child : child(path[k], symbol);
                double escape = discounted(context) * p;
                if (child >= 0) {
                    p = (remaining(nodes[child * STRIDE + COUNT]) + escape) / total;
                    if (k < order) {
                        next[k + 1] = child;
                        deeper = k + 1;
                    }
                } else {
                    p = escape / total;
                }
            }
            product *= p;
            if (product < 1e-250) {
                bits -= Math.log(product);
                product = 1;
            }
            if (end) {
                return (bits - Math.log(product)) / LN2;
            }
            System.arraycopy(next, 1, path, 1, deeper);
            depth = deeper;
            at += Character.charCount(symbol);
        }
    }

    /** Adds one type; the caller sees to it that each is added once. */
    public void learn(String word) {
        ensureLoaded();
        stored.append(word);
        count(word);
    }

    /**
     * As {@link #bits}, and learns the word until {@link #endDocument}: the words of a document that starts a stream, or a
     * new subject, teach how the next ones are spelled. Each word of a document comes here once, in the document's order.
     */
    public double bitsWithinDocument(String word) {
        double bits = bits(word);
        count(word);
        documentWords.add(word);
        return bits;
    }

    /** Keeps what {@link #bitsWithinDocument} has learned since the last call of this, or takes it back. */
    public void endDocument(boolean learn) {
        if (learn) {
            documentWords.forEach(stored::append);
        } else {
            for (int i = documentWords.size() - 1; i >= 0; i--) {
                uncount(documentWords.get(i));
            }
        }
        documentWords.clear();
    }

    /** The probability of {@code symbol} ({@link #END} for the end mark) after {@code beginning}; for tests of the sum. */
    double probability(String beginning, int symbol) {
        ensureLoaded();
        int depth = begin();
        int at = 0;
        while (at < beginning.length()) {
            int letter = beginning.codePointAt(at);
            int deeper = 0;
            for (int k = 0; k <= Math.min(depth, order - 1); k++) {
                int child = child(path[k], letter);
                if (child < 0) {
                    break;
                }
                next[k + 1] = child;
                deeper = k + 1;
            }
            System.arraycopy(next, 1, path, 1, deeper);
            depth = deeper;
            at += Character.charCount(letter);
        }
        double p = baseProbability(symbol);
        for (int k = 0; k <= depth && nodes[path[k] * STRIDE + TOTAL] > 0; k++) {
            int child = child(path[k], symbol);
            double count = child < 0 ? 0 : remaining(nodes[child * STRIDE + COUNT]);
            p = (count + discounted(path[k] * STRIDE) * p) / nodes[path[k] * STRIDE + TOTAL];
        }
        return p;
    }

    /** What discounting took from the followers of a context: the weight of the next shorter one. */
    private double discounted(int context) {
        int ones = nodes[context + ONES];
        return DISCOUNT_ONE * ones + DISCOUNT_MORE * (nodes[context + TYPES] - ones);
    }

    private static double remaining(int count) {
        return count > 1 ? count - DISCOUNT_MORE : count == 1 ? 1 - DISCOUNT_ONE : 0;
    }

    private int begin() {
        path[0] = ROOT;
        int child = child(ROOT, BEGIN);
        if (child < 0) {
            return 0;
        }
        path[1] = child;
        return 1;
    }

    /** Blocks of code points by a Krichevsky–Trofimov-like estimate with an escape to all blocks alike, then uniform. */
    private double baseProbability(int symbol) {
        int block = symbol == END ? BLOCKS : symbol >>> 8;
        double uniform = 1.0 / (BLOCKS + 1);
        double p = blockTotal == 0
                ? uniform
                : (Math.max(blocks[block] - 0.5, 0) + 0.5 * blockTypes * uniform) / blockTotal;
        return block == BLOCKS ? p : p / 256;
    }

    private void count(String word) {
        path[0] = ROOT;
        path[1] = childOrNew(ROOT, BEGIN);
        int depth = 1;
        int at = 0;
        while (true) {
            boolean end = at >= word.length();
            int symbol = end ? END : word.codePointAt(at);
            boolean novel = true;
            for (int k = depth; k >= 0; k--) {
                int child = childOrNew(path[k], symbol);
                if (k < order) {
                    next[k + 1] = child;
                }
                if (novel) {
                    int before = nodes[child * STRIDE + COUNT]++;
                    int context = path[k] * STRIDE;
                    novel = before == 0;
                    nodes[context + TOTAL]++;
                    if (novel) {
                        nodes[context + TYPES]++;
                        nodes[context + ONES]++;
                    } else if (before == 1) {
                        nodes[context + ONES]--;
                    }
                }
            }
            if (novel) {
                int block = end ? BLOCKS : symbol >>> 8;
                if (blocks[block]++ == 0) {
                    blockTypes++;
                }
                blockTotal++;
            }
            if (end) {
                return;
            }
            depth = Math.min(depth + 1, order);
            System.arraycopy(next, 1, path, 1, depth);
            at += Character.charCount(symbol);
        }
    }

    /** Takes back the word counted last: the same walk, down instead of up. Its contexts stay, empty. */
    private void uncount(String word) {
        path[0] = ROOT;
        path[1] = child(ROOT, BEGIN);
        int depth = 1;
        int at = 0;
        while (true) {
            boolean end = at >= word.length();
            int symbol = end ? END : word.codePointAt(at);
            boolean novel = true;
            for (int k = depth; k >= 0; k--) {
                int child = child(path[k], symbol);
                if (k < order) {
                    next[k + 1] = child;
                }
                if (novel) {
                    int left = --nodes[child * STRIDE + COUNT];
                    int context = path[k] * STRIDE;
                    novel = left == 0;
                    nodes[context + TOTAL]--;
                    if (novel) {
                        nodes[context + TYPES]--;
                        nodes[context + ONES]--;
                    } else if (left == 1) {
                        nodes[context + ONES]++;
                    }
                }
            }
            if (novel) {
                int block = end ? BLOCKS : symbol >>> 8;
                if (--blocks[block] == 0) {
                    blockTypes--;
                }
                blockTotal--;
            }
            if (end) {
                return;
            }
            depth = Math.min(depth + 1, order);
            System.arraycopy(next, 1, path, 1, depth);
            at += Character.charCount(symbol);
        }
    }

    /** The node of a symbol after a context, or −1. */
    private int child(int node, int symbol) {
        int child = children.get(key(node, symbol));
        return child == ROOT ? -1 : child;
    }

    private int childOrNew(int node, int symbol) {
        int known = children.putIfAbsent(key(node, symbol), nodeCount);
        if (known != ROOT) {
            return known;
        }
        int created = nodeCount++;
        if (nodeCount * STRIDE > nodes.length) {
            nodes = Arrays.copyOf(nodes, nodes.length + (nodes.length >> 1));
        }
        return created;
    }

    private static long key(int node, int symbol) {
        return (long) node << SYMBOL_BITS | symbol;
    }

    /** Puts every page with words that {@code pages} does not have yet into it. */
    public void writeBack(PageStore pages) {
        if (pending == null) {
            stored.writeBack(pages);
        }
    }

    /** Forgets everything; reads from {@code pages} when next used. {@code pages} must stay usable until then. */
    public void load(PageStore pages) {
        clear();
        pending = pages;
    }

    private void ensureLoaded() {
        if (pending != null) {
            PageStore pages = pending;
            pending = null;
            stored.read(pages, this::count);
        }
    }
}
