package dev.driftline.spelling;

import dev.driftline.codec.SplitMix64;
import dev.driftline.codec.Varints;
import dev.driftline.pages.PageCache;
import dev.driftline.pages.PageStore;
import dev.driftline.pages.PagedTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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
 * <p>At a commit only the list of learned words is stored ({@link SpellingPages}), so that a new word costs its letters and not
 * the dozens of contexts that it touches. The contexts are pages of the store, too, behind a bounded cache, and are written
 * after some {@value #WORDS_A_CHECKPOINT} words or when the changed ones take too much of the cache, with the number of words
 * that they hold: the words after it are counted again at the next start. Where that are more than {@value #WORDS_AT_START},
 * as in a state from before the contexts were stored, or where one document brought more than {@value #WORDS_A_CHECKPOINT}, each
 * document counts some, and until the last is counted words are priced by those before it.
 *
 * <p>A word can be taken out again: every count is a number of words, of places in them or of distinct neighbours, whatever the
 * order in which they came, so the model is then what it would be without the word. The list says so, and is rewritten at a
 * checkpoint before more of it is of words taken out than of others. Not thread-safe.
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
    /** The key of the empty context: of no symbol that there is. */
    private static final long ROOT = key(0, BEGIN + 1);

    private static final int STRIDE = LearnedContexts.STRIDE;
    private static final int COUNT = LearnedContexts.COUNT;
    private static final int TOTAL = LearnedContexts.TOTAL;
    private static final int TYPES = 2;
    private static final int ONES = 3;
    private static final int ID = LearnedContexts.ID;

    /** After so many words the contexts are stored. */
    private static final int WORDS_A_CHECKPOINT = 1 << 13;

    /** So many words of the list are counted at a start, in some tenths of a second: more than lie behind a checkpoint. */
    private static final int WORDS_AT_START = 1 << 14;

    /** So many new words of a document teach how the next ones are spelled: they are on the heap, about a kilobyte each. */
    private static final int WORDS_THAT_TEACH = 1 << 14;

    private static final int FORMAT = 1;

    /** Of the contexts once a word was taken out: where the list begins, the number of words, and two tables more. */
    private static final int FORMAT_TAKEN_OUT = 2;

    /** So many entries of the list are of no use before any is written again. */
    private static final int IDLE_ENTRIES = 1 << 10;

    /** At a checkpoint at most so many pages of the list are written again. */
    private static final int PAGES_A_CHECKPOINT = 1 << 8;

    private static final int STEPS = 64;

    private final int order;
    private final PageStore store;
    private final byte[] prefix;
    private final long cacheBytes;
    private PageCache cache;

    /** A trie, read forwards: the child of context h under symbol c is the follower c of h, and the context hc. */
    private LearnedContexts learned;

    private DocumentContexts document;

    private final int[] blocks = new int[BLOCKS + 1];
    private int blockTotal;
    private int blockTypes;

    /** The contexts before the next symbol by length, {@link #STRIDE} numbers each, and those before the one after. */
    private final int[] path;

    private final int[] next;
    private final long[] pathKeys;
    private final long[] nextKeys;

    /**
     * The nodes that {@link #bits} has read, by symbol, {@link #order} + 1 each, behind those of the beginning, so that counting
     * the word reads none again; and how many of them there are. Of a word of more symbols nothing is kept.
     */
    private final int[] steps;

    private final int[] stepNodes = new int[STEPS];

    /** What {@link #blocks} the document has added to. */
    private int[] documentBlocks = new int[16];

    private int documentBlockCount;
    private final List<String> documentWords = new ArrayList<>();

    /**
     * A context that was seen this often counts no more: what it says of the next symbol stays a distribution. Two million words
     * of a thousand hyphens each would do.
     */
    private int mostSeen = Integer.MAX_VALUE;

    private SpellingPages stored;
    /** By hash, how many words in the list were taken out further on. */
    private PagedTable takenOut;

    private final int[] takings = new int[1];
    /** How many words the contexts hold. */
    private long words;
    /** How many entries of the list the contexts follow, and how many the stored contexts. */
    private long counted;

    private long checkpointed;
    private boolean loaded;
    /** Whether the contexts are being stored: queries that come meanwhile must not count words. */
    private boolean checkpointing;

    /**
     * The model that {@code store} holds; read when it is first used.
     *
     * @param order the most symbols of context, 1 to 16
     * @param store must stay usable
     * @param prefix what every key of its pages starts with
     * @param cacheBytes heap that decoded contexts may take
     */
    @SuppressWarnings("NullAway.Init")
    public SpellingModel(int order, PageStore store, byte[] prefix, long cacheBytes) {
        if (order < 1 || order > 16) {
            throw new IllegalArgumentException("order " + order + " is not between 1 and 16");
        }
        this.order = order;
        this.store = store;
        this.prefix = prefix.clone();
        this.cacheBytes = cacheBytes;
        path = new int[(order + 2) * STRIDE];
        next = new int[(order + 2) * STRIDE];
        pathKeys = new long[order + 2];
        nextKeys = new long[order + 2];
        steps = new int[STEPS * (order + 1) * STRIDE];
        forget();
    }

    /** As the other, with {@link #DEFAULT_ORDER} symbols of context. */
    public SpellingModel(PageStore store, byte[] prefix, long cacheBytes) {
        this(DEFAULT_ORDER, store, prefix, cacheBytes);
    }

    /** Drops everything decoded without writing it; the next use reads the store again. */
    public void forget() {
        cache = new PageCache(store, cacheBytes);
        learned = new LearnedContexts(cache, prefix);
        document = new DocumentContexts(learned);
        Arrays.fill(blocks, 0);
        blockTotal = 0;
        blockTypes = 0;
        documentBlockCount = 0;
        stored = new SpellingPages(store, prefix);
        takenOut = new PagedTable(cache, LearnedContexts.key(prefix, 'g'), 1, 1);
        documentWords.clear();
        checkpointing = false;
        words = 0;
        counted = 0;
        checkpointed = 0;
        loaded = false;
    }

    /** Has contexts count up to {@code most} alone; for tests of what comes past it. */
    void seeAtMost(int most) {
        mostSeen = most;
    }

    /** The number of words learned; a little more while words that were taken out have still to be counted after a start. */
    public long words() {
        ensureLoaded();
        return words + stored.end() - counted;
    }

    /** Visits the words learned, in the order of the list: that in which they were learned unless it was written again. */
    public void visitWords(Consumer<String> visitor) {
        ensureLoaded();
        Map<Long, Integer> left = new HashMap<>();
        for (long from = counted; from < stored.end(); from = nextPage(from)) {
            stored.readPage(from, (word, isLearned) -> {
                if (!isLearned) {
                    left.merge(hash(word), takings(hash(word)) + 1, (before, one) -> before + 1);
                }
            });
        }
        for (long from = stored.first(); from < stored.end(); from = nextPage(from)) {
            stored.readPage(from, (word, isLearned) -> {
                if (isLearned) {
                    long hash = hash(word);
                    Integer known = left.get(hash);
                    int takings = known == null ? takings(hash) : known;
                    if (takings == 0) {
                        visitor.accept(word);
                    } else {
                        left.put(hash, takings - 1);
                    }
                }
            });
            cache.trim();
        }
    }

    private static long nextPage(long from) {
        return (from / SpellingPages.WORDS_IN_PAGE + 1) * SpellingPages.WORDS_IN_PAGE;
    }

    private static long hash(String word) {
        long hash = word.length();
        for (int i = 0; i < word.length(); i++) {
            hash = SplitMix64.mix(hash ^ word.charAt(i) * SplitMix64.GOLDEN);
        }
        return hash >>> 2;
    }

    private int takings(long hash) {
        return takenOut.read(hash, takings, 0) ? takings[0] : 0;
    }

    /** The number of learned contexts and followers. */
    public long contexts() {
        ensureLoaded();
        return learned.size();
    }

    /** Heap of the decoded contexts, about, in bytes. */
    public long heapBytes() {
        return cache.heapBytes() + document.heapBytes();
    }

    /** −log2 p of the spelling of {@code word}, its end included, in bits. */
    public double bits(String word) {
        ensureLoaded();
        int depth = begin();
        keepStep(0, path, 0, path[TOTAL] == 0 ? 0 : 2);
        int step = 1;
        double product = 1;
        double bits = 0;
        int at = 0;
        while (true) {
            boolean end = at >= word.length();
            int symbol = end ? END : word.codePointAt(at);
            double p = baseProbability(symbol);
            int known = 0;
            boolean follows = true;
            readAhead(symbol, depth);
            for (int k = 0; k <= depth; k++) {
                int context = k * STRIDE;
                int total = path[context + TOTAL];
                if (total == 0) {
                    break;
                }
                int child = context + STRIDE;
                // Not after a shorter context means not after this one either.
                follows = follows && document.read(key(path[context + ID], symbol), k == order, next, child);
                double escape = discounted(path, context) * p;
                if (follows) {
                    p = (remaining(next[child + COUNT]) + escape) / total;
                    known = k + 1;
                } else {
                    p = escape / total;
                }
            }
            keepStep(step++, next, STRIDE, known);
            product *= p;
            if (product < 1e-250) {
                bits -= Math.log(product);
                product = 1;
            }
            if (end) {
                return (bits - Math.log(product)) / LN2;
            }
            depth = Math.min(known, order);
            System.arraycopy(next, STRIDE, path, STRIDE, depth * STRIDE);
            at += Character.charCount(symbol);
        }
    }

    /** What follows each context is in another page, which is known before the shorter one has been read. */
    private void readAhead(int symbol, int depth) {
        for (int k = 0; k <= depth && path[k * STRIDE + TOTAL] > 0; k++) {
            learned.ahead(key(path[k * STRIDE + ID], symbol), k == order);
        }
        learned.readAhead();
    }

    private void keepStep(int step, int[] from, int at, int nodes) {
        if (step < STEPS) {
            stepNodes[step] = nodes;
            System.arraycopy(from, at, steps, step * (order + 1) * STRIDE, nodes * STRIDE);
        }
    }

    /**
     * Takes out one type that was learned: the model is then as if it never was. Not while a document is under way.
     *
     * @return false where the contexts say that it was not learned, and nothing has changed
     * @throws IllegalStateException if a document is under way
     */
    public boolean unlearn(String word) {
        if (!documentWords.isEmpty()) {
            throw new IllegalStateException("a spelling cannot be taken out while a document is under way");
        }
        ensureLoaded();
        boolean isBehind = counted < stored.end();
        if (!isBehind && !takeOut(word)) {
            cache.trim();
            return false;
        }
        stored.appendTakenOut(word);
        if (!isBehind) {
            counted = stored.end();
        }
        cache.trim();
        return true;
    }

    /** Adds one type; the caller sees to it that each is added once. Not while a document is under way. */
    public void learn(String word) {
        ensureLoaded();
        count(word, false);
        documentWords.add(word);
        endDocument(true);
    }

    /**
     * As {@link #bits}, and learns the word until {@link #endDocument}: the words of a document that starts a stream, or a
     * new subject, teach how the next ones are spelled, the first {@value #WORDS_THAT_TEACH} of them. Each word of a document comes here once, in the document's order.
     */
    public double bitsWithinDocument(String word) {
        double bits = bits(word);
        if (documentWords.size() < WORDS_THAT_TEACH) {
            count(word, word.length() < STEPS - 1);
        }
        documentWords.add(word);
        // What the document has changed is held apart.
        cache.trim();
        return bits;
    }

    /**
     * Keeps what {@link #bitsWithinDocument} has learned since the last call of this, or drops it: then the model is as it was,
     * even if that failed half way.
     */
    public void endDocument(boolean learn) {
        boolean isBehind = loaded && counted < stored.end();
        if (learn) {
            documentWords.forEach(stored::append);
        }
        if (learn && !isBehind && documentWords.size() <= WORDS_A_CHECKPOINT) {
            document.learn();
            documentBlockCount = 0;
            words += documentWords.size();
            counted = stored.end();
        } else {
            document.forget();
            forgetBlocks();
        }
        documentWords.clear();
        if (isBehind && !checkpointing) {
            catchUp(WORDS_A_CHECKPOINT);
        }
        cache.trim();
    }

    private void forgetBlocks() {
        while (documentBlockCount > 0) {
            int block = documentBlocks[--documentBlockCount];
            if (--blocks[block] == 0) {
                blockTypes--;
            }
            blockTotal--;
        }
    }

    /** Counts at most so many words, and the rest of a page, that are in the list and not yet in the contexts. */
    private void catchUp(int entries) {
        long end = counted + entries;
        while (counted < Math.min(end, stored.end())) {
            stored.readPage(counted, (word, isLearned) -> {
                if (isLearned) {
                    count(word, false);
                    words++;
                } else {
                    learnCounted();
                    takeOut(word);
                }
                counted++;
            });
            learnCounted();
            cache.trim();
        }
    }

    private void learnCounted() {
        document.learn();
        documentBlockCount = 0;
    }

    /** Takes a word out of the contexts; false, and nothing changes, where they do not have it. */
    private boolean takeOut(String word) {
        if (!discount(word)) {
            document.forget();
            documentBlockCount = 0;
            return false;
        }
        document.unlearn();
        forgetBlocks();
        words--;
        long hash = hash(word);
        takings[0] = takings(hash) + 1;
        takenOut.put(hash, takings, 0);
        return true;
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
                if (!document.read(key(path[k * STRIDE + ID], letter), false, next, (k + 1) * STRIDE)) {
                    break;
                }
                deeper = k + 1;
            }
            System.arraycopy(next, STRIDE, path, STRIDE, deeper * STRIDE);
            depth = deeper;
            at += Character.charCount(letter);
        }
        double p = baseProbability(symbol);
        for (int k = 0; k <= depth && path[k * STRIDE + TOTAL] > 0; k++) {
            boolean follows = document.read(key(path[k * STRIDE + ID], symbol), k == order, next, STRIDE);
            double count = follows ? remaining(next[STRIDE + COUNT]) : 0;
            p = (count + discounted(path, k * STRIDE) * p) / path[k * STRIDE + TOTAL];
        }
        return p;
    }

    /** What discounting took from the followers of a context: the weight of the next shorter one. */
    private static double discounted(int[] nodes, int context) {
        int ones = nodes[context + ONES];
        return DISCOUNT_ONE * ones + DISCOUNT_MORE * (nodes[context + TYPES] - ones);
    }

    private static double remaining(int count) {
        return count > 1 ? count - DISCOUNT_MORE : count == 1 ? 1 - DISCOUNT_ONE : 0;
    }

    private int begin() {
        if (!document.read(ROOT, false, path, 0)) {
            Arrays.fill(path, 0, STRIDE, 0);
            return 0;
        }
        return document.read(key(path[ID], BEGIN), false, path, STRIDE) ? 1 : 0;
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

    /**
     * Counts a word in the document's contexts; no more where there are no ids for new ones.
     *
     * @param wasRead whether {@link #bits} was asked for this word just now, and has kept what it read
     */
    private void count(String word, boolean wasRead) {
        if (document.isFull(word.length())) {
            return;
        }
        pathKeys[0] = ROOT;
        path[ID] = document.nodes()[change(ROOT, false, wasRead, 0, 0) + ID];
        pathKeys[1] = key(path[ID], BEGIN);
        path[STRIDE + ID] = document.nodes()[change(pathKeys[1], false, wasRead, 0, 1) + ID];
        int depth = 1;
        int step = 0;
        int at = 0;
        while (true) {
            boolean end = at >= word.length();
            int symbol = end ? END : word.codePointAt(at);
            step++;
            boolean novel = true;
            for (int k = depth; k >= 0; k--) {
                long key = key(path[k * STRIDE + ID], symbol);
                if (novel) {
                    int child = change(key, k == order, wasRead, step, k);
                    // A context was the child of a shorter one before, but for those at the beginning.
                    int context = k == 0 || step == 1
                            ? change(pathKeys[k], false, wasRead, 0, k)
                            : change(pathKeys[k], false, wasRead, step - 1, k - 1);
                    int[] nodes = document.nodes();
                    next[(k + 1) * STRIDE + ID] = nodes[child + ID];
                    novel = nodes[child + COUNT] == 0;
                    if (nodes[context + TOTAL] < mostSeen) {
                        countFollower(nodes, context, child);
                    }
                } else if (k < order) {
                    // What follows a longer context has followed this one, too.
                    if (wasRead && k < stepNodes[step]) {
                        next[(k + 1) * STRIDE + ID] = steps[(step * (order + 1) + k) * STRIDE + ID];
                    } else {
                        document.read(key, false, next, (k + 1) * STRIDE);
                    }
                }
                nextKeys[k + 1] = key;
            }
            if (novel) {
                countBlock(end ? BLOCKS : symbol >>> 8);
            }
            if (end) {
                return;
            }
            depth = Math.min(depth + 1, order);
            for (int k = 1; k <= depth; k++) {
                pathKeys[k] = nextKeys[k];
                path[k * STRIDE + ID] = next[k * STRIDE + ID];
            }
            at += Character.charCount(symbol);
        }
    }

    /**
     * Takes what {@link #count} adds for a word out of the document's contexts, and lists the blocks that it would add to.
     *
     * @return false where a context never had it: then the document's contexts have a part of it
     */
    private boolean discount(String word) {
        pathKeys[0] = ROOT;
        if (!document.read(ROOT, false, path, 0)) {
            return false;
        }
        pathKeys[1] = key(path[ID], BEGIN);
        if (!document.read(pathKeys[1], false, path, STRIDE)) {
            return false;
        }
        int depth = 1;
        int at = 0;
        while (true) {
            boolean end = at >= word.length();
            int symbol = end ? END : word.codePointAt(at);
            boolean isGone = true;
            for (int k = depth; k >= 0; k--) {
                long key = key(path[k * STRIDE + ID], symbol);
                boolean isThere = (isGone || k < order) && document.read(key, k == order, next, (k + 1) * STRIDE);
                if (isGone) {
                    int context = document.change(pathKeys[k], false);
                    boolean isFull = document.nodes()[context + TOTAL] >= mostSeen;
                    if (!isFull) {
                        if (!isThere || next[(k + 1) * STRIDE + COUNT] == 0) {
                            return false;
                        }
                        int child = document.change(key, k == order);
                        isGone = discountFollower(document.nodes(), context, child);
                    } else {
                        // Who was counted there is not known any more: what was stays.
                        isGone = !isThere || next[(k + 1) * STRIDE + COUNT] == 0;
                    }
                }
                if (!isThere && k < order) {
                    return false;
                }
                nextKeys[k + 1] = key;
            }
            if (isGone && blocks[end ? BLOCKS : symbol >>> 8] > 0) {
                listBlock(end ? BLOCKS : symbol >>> 8);
            }
            if (end) {
                return true;
            }
            depth = Math.min(depth + 1, order);
            for (int k = 1; k <= depth; k++) {
                pathKeys[k] = nextKeys[k];
                path[k * STRIDE + ID] = next[k * STRIDE + ID];
            }
            at += Character.charCount(symbol);
        }
    }

    private static boolean discountFollower(int[] nodes, int context, int child) {
        int after = --nodes[child + COUNT];
        nodes[context + TOTAL]--;
        if (after == 0) {
            nodes[context + TYPES]--;
            nodes[context + ONES]--;
        } else if (after == 1) {
            nodes[context + ONES]++;
        }
        return after == 0;
    }

    /** The place of a node among those of the document, which was node {@code number} of a step if it was read. */
    private int change(long key, boolean isDeepest, boolean wasRead, int step, int number) {
        if (!wasRead) {
            return document.change(key, isDeepest);
        }
        return number < stepNodes[step]
                ? document.change(key, isDeepest, steps, (step * (order + 1) + number) * STRIDE)
                : document.change(key, isDeepest, DocumentContexts.ABSENT, 0);
    }

    private static void countFollower(int[] nodes, int context, int child) {
        int before = nodes[child + COUNT]++;
        nodes[context + TOTAL]++;
        if (before == 0) {
            nodes[context + TYPES]++;
            nodes[context + ONES]++;
        } else if (before == 1) {
            nodes[context + ONES]--;
        }
    }

    private void listBlock(int block) {
        if (documentBlockCount == documentBlocks.length) {
            documentBlocks = Arrays.copyOf(documentBlocks, documentBlockCount * 2);
        }
        documentBlocks[documentBlockCount++] = block;
    }

    private void countBlock(int block) {
        listBlock(block);
        if (blocks[block]++ == 0) {
            blockTypes++;
        }
        blockTotal++;
    }

    private static long key(int node, int symbol) {
        return (long) node << SYMBOL_BITS | symbol;
    }

    /** Puts every page with words that the store does not have yet into it, and the contexts where it is time. */
    public void writeBack() {
        if (!loaded) {
            return;
        }
        boolean isTime = counted - checkpointed >= WORDS_A_CHECKPOINT
                || learned.wantCheckpoint(cacheBytes / 4)
                || takenOut.mustCheckpoint();
        stored.writeBack();
        if (isTime) {
            if (counted == stored.end()) {
                rewriteList();
                stored.writeBack();
            }
            checkpointing = true;
            try {
                checkpoint();
            } finally {
                checkpointing = false;
            }
        }
    }

    /**
     * Writes the words of the oldest pages of the list again, at its end, and drops the pages, until no more entries are of no use
     * than others. The contexts must follow the whole list, and be stored with it.
     */
    private void rewriteList() {
        List<String> again = new ArrayList<>();
        for (int page = 0; page < PAGES_A_CHECKPOINT; page++) {
            long idle = stored.end() - stored.first() - words;
            if (idle <= Math.max(words, IDLE_ENTRIES)) {
                break;
            }
            stored.readPage(stored.first(), (word, isLearned) -> {
                if (isLearned && !wasTakenOut(hash(word))) {
                    again.add(word);
                }
            });
            again.forEach(stored::append);
            again.clear();
            stored.dropFirst();
        }
        counted = stored.end();
    }

    /** Whether the oldest word of that hash in the list was taken out further on; said once for each that was. */
    private boolean wasTakenOut(long hash) {
        int left = takings(hash) - 1;
        if (left > 0) {
            takings[0] = left;
            takenOut.put(hash, takings, 0);
        } else if (left == 0) {
            takenOut.remove(hash);
        }
        return left >= 0;
    }

    private void checkpoint() {
        // What an earlier version reads, too, until a word is taken out.
        boolean hasTakenOut = words != counted;
        Varints.Writer head = new Varints.Writer(256);
        head.writeByte(hasTakenOut ? FORMAT_TAKEN_OUT : FORMAT);
        head.writeInt(order);
        head.writeLong(counted);
        head.writeInt(blockTypes);
        for (int block = 0; block <= BLOCKS; block++) {
            if (blocks[block] > 0) {
                head.writeInt(block);
                head.writeInt(blocks[block]);
            }
        }
        learned.checkpoint(head);
        if (hasTakenOut) {
            head.writeLong(stored.first());
            head.writeLong(words);
            learned.checkpointFree(head);
            takenOut.checkpoint(head);
        }
        store.put(headKey(), head.toByteArray());
        checkpointed = counted;
    }

    private byte[] headKey() {
        byte[] key = Arrays.copyOf(prefix, prefix.length + 1);
        key[prefix.length] = 'h';
        return key;
    }

    private void ensureLoaded() {
        if (loaded) {
            return;
        }
        forget();
        long first = 0;
        byte[] value = store.get(headKey());
        if (value != null) {
            Varints.Reader head = new Varints.Reader(value);
            int format = head.readByte();
            int storedOrder = head.readInt();
            boolean isKnown = format == FORMAT || format == FORMAT_TAKEN_OUT;
            if (!isKnown || storedOrder != order) {
                throw new IllegalStateException("contexts of spellings have format version " + format + " and order "
                        + storedOrder + ", this code reads " + FORMAT + " to " + FORMAT_TAKEN_OUT + " and " + order
                        + ": start the version of Driftline that wrote the state, or start with an empty one");
            }
            counted = head.readLong();
            checkpointed = counted;
            blockTypes = head.readInt();
            for (int i = 0; i < blockTypes; i++) {
                int block = head.readInt();
                blocks[block] = head.readInt();
                blockTotal += blocks[block];
            }
            learned.open(head);
            words = counted;
            if (format == FORMAT_TAKEN_OUT) {
                first = head.readLong();
                words = head.readLong();
                learned.openFree(head);
                takenOut.open(head);
            }
        }
        stored.open(first);
        loaded = true;
        catchUp(WORDS_AT_START);
    }
}
