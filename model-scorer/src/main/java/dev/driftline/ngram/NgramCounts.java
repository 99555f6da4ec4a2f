package dev.driftline.ngram;

import dev.driftline.codec.PendingCounts;
import dev.driftline.codec.SplitMix64;
import dev.driftline.codec.Varints;
import dev.driftline.pages.DecodedUnits;
import dev.driftline.pages.PageCache;
import dev.driftline.pages.PageFormat;
import dev.driftline.pages.PageStore;
import dev.driftline.pages.PagedBits;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.smoothing.Discounts;
import dev.driftline.smoothing.PositionCounts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The n-gram counts of one shard, exact, of every order from 1 to N: a bounded cache of decoded pages over a
 * {@link PageStore}.
 *
 * <p>Rare context words share a page with fifteen others of about the same age; a context word that has been seen
 * {@value WideContext#THRESHOLD} times gets pages of its own. Changes stay in the cache until {@link #writeBack()},
 * except those of pages that are evicted before. Words are ids of this shard; {@link #find} and {@link #learnWord} give
 * them. Not thread-safe.
 */
public final class NgramCounts {

    /** Visits the followers of a context. */
    @FunctionalInterface
    public interface FollowerVisitor {

        /**
         * @param word the follower's id
         * @param raw how often it followed
         * @param continuation distinct words before the two together; the raw count where only that is kept
         */
        void visit(int word, long raw, long continuation);
    }

    /** Visits tuples: the longest n-grams, of which all shorter ones are a part. */
    @FunctionalInterface
    public interface TupleVisitor {

        /**
         * @param context ids of the words before it, nearest first from index 1; used again for the next tuple
         * @param length N − 1, or fewer where {@code context[length]} is {@link #BOS}
         * @param word the last word's id
         * @param count how often the n-gram was learned
         */
        void visit(int[] context, int length, int word, long count);
    }

    /** Visits contexts, each with what follows it. */
    public interface ContextVisitor {

        /**
         * A context that has been seen.
         *
         * @param context ids of its words, nearest first from index 1; used again for the next one
         * @param length of the context, 1 to N − 1; a shorter one than it may end in {@link #BOS}
         * @param counts filled at index {@code length}, without a word
         * @return whether its followers are to be visited
         */
        boolean context(int[] context, int length, PositionCounts counts);

        /**
         * A follower of the context visited last.
         *
         * @param word the follower's id
         * @param raw how often it followed
         * @param continuation distinct words before the two together; the raw count where only that is kept
         */
        void follower(int word, long raw, long continuation);
    }

    /** What the name of the left neighbours of a word begins with, before its spelling: no token has it. */
    private static final String LEFT_OF = "\0";

    private static final int FORMAT = 1;

    /** Fields of the totals that only some states have. */
    private static final int SIGHTINGS = 1;

    private static final int TOP_FLOORS = 2;

    private static final int FORGETTING = 3;

    private static final int SHARED_WORDS = 4;

    /** Nobody knows what the other shards have of a word that was there before they told each other: it stays. */
    private static final long UNKNOWN_TIMES = 1L << 40;

    private static final int LISTED = 5;

    static final int RARE_BLOCK = 16;

    /** Of a word that is held, beside its spelling, about. */
    private static final int BYTES_A_WORD = 8;

    /**
     * Words may take so many times the bound of n-grams in bytes: at a tenth of the state of Brown, where they take nearly twice
     * the bound, perplexity is 27 % higher when those that came seldom leave.
     */
    private static final int WORDS_A_BOUND = 4;

    private static final long NOT_COUNTED = -1;

    /** Left neighbours that are known without a look into their page: a power of two. */
    private static final int RECENT_NEIGHBOURS = 1 << 14;

    /** The most words that {@link #readAhead} takes at once. */
    public static final int WORDS_AHEAD = 64;

    /** The id of {@code <s>}. */
    public static final int BOS = ContextTrie.BOS;

    /** The id of {@code </s>}. */
    public static final int EOS = 1;

    private final int order;
    private final PageStore store;
    private final long cacheBytes;
    private final long wordBytes;
    private final Forgetting forgetting;
    private final @Nullable OtherShards others;

    // Set by load(); null before it and after forget(), so that a use that did not load fails.
    private WordTable words;
    private CountsOfCounts totals;
    private long rawTotal;
    private long continuationTotal;
    private long rawTypes;
    /** How many of those are on the list of {@link #countListed}. */
    private long listedTypes;

    private long listFingerprint;
    private @Nullable Predicate<String> list;
    private long continuationTypes;
    private long bigrams;
    private PageCache cache;
    private DecodedUnits<TriePages> rare;
    private DecodedUnits<WideContext> wide;
    private TopFollowers topUnigrams;
    private Holdings holdings;
    private boolean forgot;
    private Pruning pruning;
    private Hand hand;
    /** By id, whether a word was learned, or is in what was kept, since the hand came by. */
    private PagedBits needed;
    /** Bytes of the spellings of all words; not known unless something may be forgotten. */
    private long spelled;

    private long forgottenWords;
    private boolean freed;

    /** Whether words without events are counted, and who is told of what is not counted any more. */
    private boolean hasOutside;

    private Consumer<String> forgottenWord = word -> {};
    private final Varints.Writer out = new Varints.Writer(1 << 10);

    /** The words with the highest raw counts; what {@link #topUnigrams} has where 1 is the top order. */
    private TopFollowers topOwned;

    /** The pair (word, its context of left neighbours) used last of each hash; 0 where there is none. */
    private long[] recentLeftContexts;
    /** Words and words before them, by the context of left neighbours that has them. */
    private PendingCounts recentNeighbours;

    /** Whether every sighting of a left neighbour was counted since the state began. */
    private boolean sightings;

    /** Whether {@link WordTable#shared} is counted. */
    private boolean sharesWords;

    /** A context word and {@code <s>}, which ends a context. */
    private final int[] leftTuple;

    private final PositionCounts leftCounts;

    private final PendingCounts.Table addNeighbour =
            (word, previous, context, times) -> addLeftNeighbour(context, previous, times);

    private boolean loaded;
    private boolean changed;

    /** Takes in what is read ahead, so that no compiler leaves it out. */
    @SuppressWarnings("unused")
    private int readAhead;

    /**
     * @param order N, 1 to 7
     * @param store where pages are read from and written to
     * @param cacheBytes heap that decoded pages may take before some are written and dropped
     * @param wordBytes heap that words may take before some are
     */
    @SuppressWarnings("NullAway.Init")
    public NgramCounts(int order, PageStore store, long cacheBytes, long wordBytes) {
        this(order, store, cacheBytes, wordBytes, Forgetting.NOTHING);
    }

    /**
     * @param order N, 1 to 7
     * @param store where pages are read from and written to
     * @param cacheBytes heap that decoded pages may take before some are written and dropped
     * @param wordBytes heap that words may take before some are
     * @param forgetting how the counts stay within bounds
     */
    @SuppressWarnings("NullAway.Init")
    public NgramCounts(int order, PageStore store, long cacheBytes, long wordBytes, Forgetting forgetting) {
        this(order, store, cacheBytes, wordBytes, forgetting, null);
    }

    /**
     * @param order N, 1 to 7
     * @param store where pages are read from and written to
     * @param cacheBytes heap that decoded pages may take before some are written and dropped
     * @param wordBytes heap that words may take before some are
     * @param forgetting how the counts stay within bounds
     * @param others told of words that are gone; null where there are none, or where a word that is not counted has its event still
     */
    @SuppressWarnings("NullAway.Init")
    public NgramCounts(
            int order,
            PageStore store,
            long cacheBytes,
            long wordBytes,
            Forgetting forgetting,
            @Nullable OtherShards others) {
        if (order < 1 || order > 7) {
            throw new IllegalArgumentException("order " + order + " is not between 1 and 7");
        }
        this.order = order;
        this.store = store;
        this.cacheBytes = cacheBytes;
        this.wordBytes = wordBytes;
        this.forgetting = forgetting;
        this.others = others;
        leftTuple = new int[Math.max(3, order + 1)];
        leftTuple[2] = BOS;
        leftCounts = new PositionCounts(order);
    }

    /** Reads what must be in memory; the pages follow as they are used. Called by every use that finds nothing loaded. */
    public void load() {
        if (loaded) {
            return;
        }
        words = new WordTable(store, wordBytes);
        totals = new CountsOfCounts(order);
        cache = new PageCache(store, cacheBytes);
        rare = new DecodedUnits<>();
        wide = new DecodedUnits<>();
        topUnigrams = new TopFollowers();
        topOwned = new TopFollowers();
        recentLeftContexts = new long[RECENT_NEIGHBOURS];
        recentNeighbours = new PendingCounts(RECENT_NEIGHBOURS);
        sightings = false;
        holdings = new Holdings(forgetting.isOn());
        needed = new PagedBits(store, PageKeys.neededWords());
        spelled = 0;
        forgottenWords = 0;
        pruning = new Pruning(order, totals, nearest -> !isNamed(nearest), holdings, needed::set);
        hand = new Hand(forgetting, order, holdings, pruning, new Steps());
        boolean measured = false;
        forgot = false;
        sharesWords = false;
        rawTotal = continuationTotal = rawTypes = continuationTypes = bigrams = 0;
        listedTypes = NOT_COUNTED;
        byte[] meta = store.get(PageKeys.meta());
        if (meta != null) {
            Varints.Reader in = new Varints.Reader(meta);
            PageFormat.check(in.readByte(), FORMAT, "totals");
            int stored = in.readInt();
            if (stored != order) {
                throw new IllegalStateException("the state holds counts of order " + stored + " and the model is "
                        + "configured for order " + order + ": set model.order to " + stored
                        + " or start with an empty state");
            }
            rawTotal = in.readLong();
            continuationTotal = in.readLong();
            rawTypes = in.readLong();
            continuationTypes = in.readLong();
            bigrams = in.readLong();
            totals.read(in);
            words.load();
            if (in.hasRemaining()) {
                topUnigrams.read(in);
                topOwned.read(in);
                measured = readTagged(in);
            } else {
                // A state of 0.3.0.
                listTops();
            }
        } else {
            addSpecial("<s>");
            addSpecial("</s>");
            measured = true;
            sightings = true;
            sharesWords = others != null && forgetting.isOn();
        }
        if (listedTypes == NOT_COUNTED) {
            recountListed();
        }
        loaded = true;
        if (isMeasured()) {
            needed.load(words.size());
        }
        if (forgetting.isBounded() && !measured) {
            measure();
        }
        if (forgetting.isOn() && !measured) {
            measureWords();
        }
        if (isMeasured() && others != null && !sharesWords) {
            shareWords(others);
        }
    }

    /** Finds out what this shard and others have of words that belong to one of them: of a state in which nothing was forgotten. */
    private void shareWords(OtherShards others) {
        changed = true;
        sharesWords = true;
        if (forgot || !sightings) {
            for (int word = EOS + 1; word < words.size(); word++) {
                if (words.raw(word) > 0) {
                    words.addShared(word, UNKNOWN_TIMES);
                }
            }
            return;
        }
        heldEverywhere((context, length, word, count, left, used) -> {
            if (length < order - 1 && context[length] != BOS) {
                // What follows a frequent word, all of which longer n-grams have.
                return;
            }
            boolean isNamed = isNamed(context[1]);
            int shared = isNamed ? words.find(words.spelling(context[1]).substring(LEFT_OF.length())) : word;
            if (shared > EOS && (isNamed || !others.owns(words.hashOf(shared)))) {
                words.addShared(shared, count);
            }
        });
    }

    /** Of a state that had no bound nobody knows how much it holds: it is read once, whole. */
    private void measure() {
        countNeighbours();
        holdings.ngrams = 0;
        holdings.bytes = 0;
        for (int from = 0; from < words.size(); from += RARE_BLOCK) {
            for (int word = from; word < Math.min(words.size(), from + RARE_BLOCK); word++) {
                if (words.wide(word)) {
                    wide(word).measure(this::trim);
                }
            }
            rare(from / RARE_BLOCK).measure();
            trim();
        }
    }

    private void measureWords() {
        spelled = 0;
        words.visit((id, block, at) -> spelled += block.length(at));
    }

    /** What is held, measured anew. */
    StateSize measured() {
        load();
        measure();
        return held();
    }

    /**
     * Has the words with a raw count that are on a list counted; those of a state that was counted for another list anew. To be
     * called before anything is loaded.
     *
     * @param fingerprint the same for the same list
     * @param words says whether a word is on it; {@code <s>} and {@code </s>} are not asked for
     */
    public void countListed(long fingerprint, Predicate<String> words) {
        listFingerprint = fingerprint;
        list = words;
    }

    /** How many words with a raw count are on the list of {@link #countListed}; 0 without one. */
    public long listedTypes() {
        return listedTypes;
    }

    private boolean isListed(int id) {
        return list != null && id > EOS && list.test(words.spelling(id));
    }

    private void recountListed() {
        listedTypes = 0;
        if (list != null) {
            words.visit((id, block, at) -> listedTypes += block.raw(at) > 0 && isListed(id) ? 1 : 0);
        }
    }

    private boolean isNamed(int word) {
        return words.spelling(word).startsWith(LEFT_OF);
    }

    private void listTops() {
        topUnigrams.clear();
        topOwned.clear();
        words.visit((id, block, at) -> {
            topUnigrams.offer(id, order == 1 ? block.raw(at) : block.bigramsHere(at));
            topOwned.offer(id, block.raw(at));
        });
    }

    /** What only some states have, each behind a tag. */
    private boolean readTagged(Varints.Reader in) {
        boolean measured = false;
        while (in.hasRemaining()) {
            int tag = in.readInt();
            switch (tag) {
                case SIGHTINGS -> sightings = true;
                case TOP_FLOORS -> {
                    topUnigrams.floor(in.readLong());
                    topOwned.floor(in.readLong());
                }
                case SHARED_WORDS -> sharesWords = true;
                case LISTED -> {
                    long counted = in.readFixedLong();
                    long types = in.readLong();
                    listedTypes = list != null && counted == listFingerprint ? types : NOT_COUNTED;
                }
                case FORGETTING -> {
                    holdings.ngrams = in.readLong();
                    holdings.bytes = in.readLong();
                    pruning.read(in);
                    hand.read(in);
                    spelled = in.readLong();
                    forgottenWords = in.readLong();
                    forgot = true;
                    measured = true;
                }
                default ->
                    throw new IllegalStateException(
                            "the totals of the state have a field " + tag + " that this version of "
                                    + "Driftline does not know: start the version that wrote the state, or start with an empty one");
            }
        }
        return measured;
    }

    private void writeTagged(Varints.Writer out) {
        if (sightings) {
            out.writeInt(SIGHTINGS);
        }
        if (topUnigrams.hasGap() || topOwned.hasGap()) {
            out.writeInt(TOP_FLOORS);
            out.writeLong(topUnigrams.floor());
            out.writeLong(topOwned.floor());
        }
        if (sharesWords) {
            out.writeInt(SHARED_WORDS);
        }
        if (list != null) {
            out.writeInt(LISTED);
            out.writeFixedLong(listFingerprint);
            out.writeLong(listedTypes);
        }
        if (isMeasured()) {
            out.writeInt(FORGETTING);
            out.writeLong(holdings.ngrams);
            out.writeLong(holdings.bytes);
            pruning.write(out);
            hand.write(out);
            out.writeLong(spelled);
            out.writeLong(forgottenWords);
        }
    }

    /** The order of the counts kept in {@code store}, or 0 where there are none. */
    public static int storedOrder(PageStore store) {
        byte[] meta = store.get(PageKeys.meta());
        if (meta == null) {
            return 0;
        }
        Varints.Reader in = new Varints.Reader(meta);
        PageFormat.check(in.readByte(), FORMAT, "totals");
        return in.readInt();
    }

    private void addSpecial(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        words.add(bytes, 0, bytes.length, WordTable.hash(bytes, 0, bytes.length));
    }

    /** Drops everything decoded without writing it. */
    @SuppressWarnings("NullAway")
    public void forget() {
        loaded = false;
        words = null;
        cache = null;
        rare = null;
        wide = null;
        recentNeighbours = null;
        recentLeftContexts = null;
        changed = false;
    }

    /** Writes every changed page. */
    public void writeBack() {
        if (!loaded || !changed) {
            return;
        }
        countNeighbours();
        cache.writeBack();
        words.writeBack();
        if (isMeasured()) {
            needed.writeBack();
        }
        Varints.Writer out = new Varints.Writer(256);
        out.writeByte(FORMAT);
        out.writeInt(order);
        out.writeLong(rawTotal);
        out.writeLong(continuationTotal);
        out.writeLong(rawTypes);
        out.writeLong(continuationTypes);
        out.writeLong(bigrams);
        totals.write(out);
        topUnigrams.write(out);
        topOwned.write(out);
        writeTagged(out);
        store.put(PageKeys.meta(), out.toByteArray());
        changed = false;
    }

    /** N. */
    public int order() {
        return order;
    }

    /**
     * Reads what {@link #find(byte[], int, int, int)} and the counts of some words need from memory, for all of them at once.
     *
     * @param hashes of their spellings
     * @param count how many, at most {@value #WORDS_AHEAD}
     */
    public void readAhead(int[] hashes, int count) {
        words.readAhead(hashes, count);
    }

    /** The id of a word given as UTF-8, or a negative number where it was never learned. */
    public int find(byte[] utf8, int from, int to, int hash) {
        return words.find(utf8, from, to, hash);
    }

    /** The id of a word, or a negative number where it was never learned. */
    public int find(String word) {
        load();
        return words.find(word);
    }

    /** Gives a word that {@link #find} did not know an id. */
    public int learnWord(byte[] utf8, int from, int to, int hash) {
        changed = true;
        int id = words.add(utf8, from, to, hash);
        if (isMeasured()) {
            spelled += to - from;
            needed.set(id);
        }
        return id;
    }

    /** The spelling of an id. */
    public String spelling(int id) {
        return words.spelling(id);
    }

    /** Writes the spelling of an id as a length and its UTF-8. */
    public void writeSpelling(int id, Varints.Writer out) {
        words.writeSpelling(id, out);
    }

    /** The stable hash of an id's spelling, as {@link #hash} gives it. */
    public int hashOf(int id) {
        return words.hashOf(id);
    }

    /** A stable 32-bit hash of a spelling; decides on which shard a word lives. */
    public static int hash(byte[] utf8, int from, int to) {
        return WordTable.hash(utf8, from, to);
    }

    /** The number of words with an id, {@code <s>} and {@code </s>} included. */
    public int wordCount() {
        load();
        return words.size();
    }

    /** Raw count of a word whose unigram this shard owns. */
    public long rawUnigram(int id) {
        return words.raw(id);
    }

    /** Continuation count of a word whose unigram this shard owns: distinct words before it. */
    public int continuationUnigram(int id) {
        return words.continuation(id);
    }

    /** Counts a word {@code times} times. */
    public void addUnigram(int id, long times) {
        changed = true;
        long before = words.raw(id);
        words.addRaw(id, times);
        totals.moveRaw(1, before, before + times);
        rawTotal += times;
        if (before == 0) {
            rawTypes++;
            listedTypes += isListed(id) ? 1 : 0;
        }
        topOwned.offer(id, before + times);
        if (order == 1) {
            offerUnigram(id);
        }
    }

    /** Counts {@code times} new words before {@code id}. */
    public void addContinuation(int id, int times) {
        changed = true;
        int before = words.continuation(id);
        words.setContinuation(id, before + times);
        totals.moveContinuation(1, before, before + times);
        continuationTotal += times;
        if (before == 0) {
            continuationTypes++;
        }
    }

    /**
     * Takes {@code times} of a word's counts back.
     *
     * @throws IllegalStateException if it was not counted so often
     */
    public void removeUnigram(int id, long times) {
        changed = true;
        long before = words.raw(id);
        long after = before - times;
        if (after < 0) {
            throw new IllegalStateException("a word that is taken out " + times + " times is there " + before);
        }
        words.addRaw(id, -times);
        totals.moveRaw(1, before, after);
        rawTotal -= times;
        if (after == 0) {
            rawTypes--;
            listedTypes -= isListed(id) ? 1 : 0;
        }
        if (topOwned.lower(id, after) | order == 1 && topUnigrams.lower(id, after)) {
            listTops();
        }
    }

    /**
     * {@code times} words before {@code id} are gone.
     *
     * @throws IllegalStateException if there were fewer
     */
    public void removeContinuation(int id, int times) {
        changed = true;
        int before = words.continuation(id);
        int after = before - times;
        if (after < 0) {
            throw new IllegalStateException(times + " words before a word are taken out, and there are " + before);
        }
        words.setContinuation(id, after);
        totals.moveContinuation(1, before, after);
        continuationTotal -= times;
        if (after == 0) {
            continuationTypes--;
        }
    }

    private void offerUnigram(int id) {
        topUnigrams.offer(id, order == 1 ? words.raw(id) : words.bigramsHere(id));
    }

    /**
     * Visits the words that most of this shard's distinct bigrams end in, with the number of bigrams as the continuation
     * count. With one shard that is the continuation count.
     */
    public void topUnigrams(FollowerVisitor visitor) {
        for (int i = 0; i < topUnigrams.size(); i++) {
            int id = topUnigrams.word(i);
            visitor.visit(id, words.raw(id), order == 1 ? words.raw(id) : words.bigramsHere(id));
        }
    }

    /**
     * Visits the words whose unigrams are here with the highest raw counts, with both counts.
     *
     * @return the highest raw count that a word not visited can have; 0 where all were. Its continuation count is no higher
     */
    public long topOwned(FollowerVisitor visitor) {
        for (int i = 0; i < topOwned.size(); i++) {
            int id = topOwned.word(i);
            visitor.visit(id, words.raw(id), words.continuation(id));
        }
        return topOwned.floor();
    }

    /** Sum of the raw unigram counts. */
    public long rawTotal() {
        return rawTotal;
    }

    /** Sum of the unigram continuation counts. */
    public long continuationTotal() {
        return continuationTotal;
    }

    /** Words with a raw count, {@code </s>} included. */
    public long rawTypes() {
        return rawTypes;
    }

    /** Words with a continuation count, {@code </s>} included. */
    public long continuationTypes() {
        return continuationTypes;
    }

    /** The number of n-grams of order {@code k} on this shard with raw count {@code count}, 1 to 4. */
    public long rawCountOfCounts(int k, int count) {
        return totals.raw(k, count);
    }

    /** The number of n-grams of order {@code k} on this shard with continuation count {@code count}, 1 to 4. */
    public long continuationCountOfCounts(int k, int count) {
        return totals.continuation(k, count);
    }

    /** Discounts of order {@code k} from this shard's raw counts as they stand. */
    public Discounts rawDiscounts(int k) {
        return totals.rawDiscounts(k);
    }

    /** Discounts of order {@code k} from this shard's continuation counts as they stand. */
    public Discounts continuationDiscounts(int k) {
        return totals.continuationDiscounts(k);
    }

    /**
     * Fills {@code out} with the counts of every seen context of 1 to {@code length} words and of {@code word} in it.
     *
     * @param context ids nearest word first, from index 1; negative where the word was never learned
     * @param word the id of the event; negative where it was never learned
     */
    public void lookup(int[] context, int length, int word, PositionCounts out) {
        if (length == 0 || context[1] < 0) {
            out.matched(0);
            return;
        }
        WideContext unit = wide.get(context[1]);
        if (unit != null || words.wide(context[1])) {
            (unit != null ? unit : wide(context[1])).lookup(context, length, word, out);
        } else {
            rare(context[1] / RARE_BLOCK).trie(context[1]).lookup(context, length, word, out);
        }
    }

    /** Looks up every position of {@code positions}, which then has what {@link #lookup(int[], int, int, PositionCounts)} gives. */
    public void lookup(PositionLookups positions) {
        int ahead = 0;
        for (int i = 0; i < positions.size(); i++) {
            ahead += wide.readAhead(positions.nearest(i));
        }
        readAhead += ahead;
        for (int i = 0; i < positions.size(); i++) {
            int nearest = positions.nearest(i);
            if (nearest < 0) {
                positions.begin(i, (ContextTrie) null);
                continue;
            }
            WideContext unit = wide.get(nearest);
            if (unit != null || words.wide(nearest)) {
                WideContext found = unit != null ? unit : wide(nearest);
                if (found.isEmpty()) {
                    positions.begin(i, (ContextTrie) null);
                } else {
                    positions.begin(i, found);
                }
            } else {
                positions.begin(i, rare(nearest / RARE_BLOCK).trie(nearest));
            }
        }
        positions.find();
    }

    /**
     * Learns one event in its context: every order from 2 to {@code length + 1}.
     *
     * @param length N − 1, or fewer where {@code context[length]} is {@link #BOS}
     * @return whether the bigram is new, so that the word's unigram continuation count must rise by one
     */
    public boolean learn(int[] context, int length, int word) {
        return learn(context, length, word, 1);
    }

    /** As {@link #learn(int[], int, int)}, of an event that came {@code times} times in that context. */
    public boolean learn(int[] context, int length, int word, long times) {
        if (isMeasured()) {
            for (int d = 1; d <= length; d++) {
                needed.set(context[d]);
            }
            needed.set(word);
        }
        return countBigram(word, add(context, length, word, times, totals));
    }

    /**
     * The inverse of {@link #learn(int[], int, int)}.
     *
     * @return whether the bigram is gone, so that the word's unigram continuation count must fall by one
     * @throws IllegalStateException if the event was not learned in that context
     */
    public boolean unlearn(int[] context, int length, int word) {
        boolean isGone = remove(context, length, word, 1, totals);
        if (isGone) {
            bigrams--;
            words.removeBigramHere(word);
            if (order > 1 && topUnigrams.lower(word, words.bigramsHere(word))) {
                listTops();
            }
        }
        return isGone;
    }

    private boolean remove(int[] context, int length, int word, long times, @Nullable CountsOfCounts told) {
        changed = true;
        int nearest = context[1];
        if (words.wide(nearest)) {
            WideContext unit = wide(nearest);
            boolean isGone = unit.remove(context, length, word, times, told);
            cache.markDirty(unit);
            return isGone;
        }
        TriePages unit = rare(nearest / RARE_BLOCK);
        boolean isGone = unit.remove(context, length, word, times, told);
        cache.markDirty(unit);
        return isGone;
    }

    private boolean add(int[] context, int length, int word, long times, @Nullable CountsOfCounts told) {
        changed = true;
        int nearest = context[1];
        WideContext own = wide.get(nearest);
        if (own != null || words.wide(nearest)) {
            WideContext unit = own != null ? own : wide(nearest);
            boolean isNew = unit.add(context, length, word, times, told);
            cache.markDirty(unit);
            return isNew;
        }
        TriePages unit = rare(nearest / RARE_BLOCK);
        boolean isNew = unit.add(context, length, word, times, told);
        cache.markDirty(unit);
        if (unit.nearestTotal() >= WideContext.THRESHOLD) {
            widen(nearest, unit);
        }
        return isNew;
    }

    /**
     * Learns that {@code previous} came before a word whose unigram this shard owns, where another shard owns what follows
     * {@code previous} and so has the bigram itself.
     *
     * <p>The left neighbours of such a word are kept as the followers of a context of its own, named by the spelling behind
     * a character that no token has, and enter no total. Every sighting is counted, so that each can be taken out; those of a
     * pair that comes often wait until another takes its place, or until they are to be written, unless something is forgotten.
     *
     * @return whether it never came before it until now, so that the word's continuation count must rise by one
     */
    public boolean learnLeftNeighbour(int word, int previous) {
        return learnLeftNeighbour(word, previous, 1);
    }

    /** As {@link #learnLeftNeighbour(int, int)}, of a word that came {@code times} times before it. */
    public boolean learnLeftNeighbour(int word, int previous, long times) {
        changed = true;
        if (forgetting.isOn()) {
            // What waits, and what is known without a look into the page, depends on when the state was read last.
            return addLeftNeighbour(leftContext(word), previous, times);
        }
        if (recentNeighbours.add(word, previous, times)) {
            return false;
        }
        int context = leftContext(word);
        recentNeighbours.put(word, previous, context, addNeighbour);
        return addLeftNeighbour(context, previous, times);
    }

    /**
     * The inverse of {@link #learnLeftNeighbour(int, int)}. Where not every sighting was counted, the last that was is taken for the last.
     *
     * @return whether it never came before it any more, so that the word's continuation count must fall by one
     * @throws IllegalStateException if every sighting was counted, and this one was not
     */
    public boolean unlearnLeftNeighbour(int word, int previous) {
        changed = true;
        if (recentNeighbours.takeOne(word, previous)) {
            return false;
        }
        if (countedSightings(word, previous) == 0) {
            if (sightings) {
                throw new IllegalStateException("a left neighbour that is taken out never came before the word");
            }
            return false;
        }
        boolean isGone = remove(leftTuple, Math.min(2, order - 1), previous, 1, null);
        if (isGone) {
            recentNeighbours.remove(word, previous);
        }
        return isGone;
    }

    /**
     * How often {@code previous} was seen before a word, as {@link #learnLeftNeighbour(int, int)} was told; at most 1 where not
     * every sighting was counted.
     */
    public long leftNeighbour(int word, int previous) {
        long counted = countedSightings(word, previous);
        return sightings ? counted + recentNeighbours.pending(word, previous) : Math.min(1, counted);
    }

    /** Whether every sighting of a left neighbour was counted since the state began: not in a state of 0.5.0. */
    public boolean countsSightings() {
        load();
        return sightings;
    }

    /** What the pages have, without what is pending; {@link #leftTuple} is the context then if they have any. */
    private long countedSightings(int word, int previous) {
        int context = knownLeftContext(word);
        if (context < 0) {
            return 0;
        }
        leftTuple[1] = context;
        int length = Math.min(2, order - 1);
        lookup(leftTuple, length, previous, leftCounts);
        if (leftCounts.matched() < length) {
            return 0;
        }
        // Where counts fade, one of the two may do so before the other.
        return Math.min(leftCounts.raw(1), leftCounts.raw(length));
    }

    private boolean addLeftNeighbour(int context, int previous, long times) {
        if (isMeasured()) {
            needed.set(context);
            needed.set(previous);
        }
        leftTuple[1] = context;
        return add(leftTuple, Math.min(2, order - 1), previous, times, null);
    }

    /** Counts the left neighbours that are pending. */
    private void countNeighbours() {
        recentNeighbours.flush(addNeighbour);
    }

    /**
     * The number of documents with a word that has no event of its own, and so no other count: it stands where the bigrams of others
     * do. 0 where the state has not counted such from its beginning: {@link #countsSightings}.
     */
    public long outside(int id) {
        return words.bigramsHere(id);
    }

    /** Counts a document with a word that has no event of its own. */
    public void addOutside(int id) {
        changed = true;
        if (isMeasured()) {
            needed.set(id);
        }
        words.addBigramHere(id);
    }

    /** The inverse of {@link #addOutside}: returns whether no document is left. */
    public boolean removeOutside(int id) {
        changed = true;
        words.removeBigramHere(id);
        return words.bigramsHere(id) == 0;
    }

    private int leftContext(int word) {
        int known = knownLeftContext(word);
        if (known < 0) {
            byte[] name = leftName(word);
            known = learnWord(name, 0, name.length, WordTable.hash(name, 0, name.length));
            recentLeftContexts[leftSlot(word)] = (long) word << 32 | known;
        }
        return known;
    }

    private byte[] leftName(int word) {
        return (LEFT_OF + words.spelling(word)).getBytes(StandardCharsets.UTF_8);
    }

    private static int leftSlot(int word) {
        return (int) (word * SplitMix64.GOLDEN >>> 32) & RECENT_NEIGHBOURS - 1;
    }

    /** The context of a word's left neighbours, or a negative number where it has none yet. */
    private int knownLeftContext(int word) {
        int slot = leftSlot(word);
        long recent = recentLeftContexts[slot];
        if (recent != 0 && (int) (recent >>> 32) == word) {
            return (int) recent;
        }
        byte[] name = leftName(word);
        int known = words.find(name, 0, name.length, WordTable.hash(name, 0, name.length));
        if (known >= 0) {
            recentLeftContexts[slot] = (long) word << 32 | known;
        }
        return known;
    }

    /** What {@link #addShared(int, long)} has added up to, less what shards have said is gone. */
    public long shared(int word) {
        return words.shared(word);
    }

    /**
     * A word was seen to end an n-gram of one shard, and the unigram is another's: both are told, at once or by {@link #addShared(String, long)}.
     *
     * @param times below 0 where it is taken out
     */
    public void addShared(int word, long times) {
        if (sharesWords && word > EOS) {
            changed = true;
            words.addShared(word, times);
        }
    }

    /** As {@link #addShared(int, long)}, of a word that this shard may not know. */
    public void addShared(String word, long times) {
        if (!sharesWords) {
            return;
        }
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        int hash = WordTable.hash(utf8, 0, utf8.length);
        int known = words.find(utf8, 0, utf8.length, hash);
        addShared(known >= 0 ? known : learnWord(utf8, 0, utf8.length, hash), times);
    }

    private boolean countBigram(int word, boolean isNew) {
        if (isNew) {
            bigrams++;
            words.addBigramHere(word);
            offerUnigram(word);
        }
        return isNew;
    }

    /**
     * An estimate of a word's share of all continuation counts from this shard alone: the share of its bigrams that end
     * in the word. Exact with one shard.
     */
    public double continuationShare(int id) {
        if (order == 1) {
            return rawTotal == 0 ? 0 : (double) words.raw(id) / rawTotal;
        }
        return bigrams == 0 ? 0 : (double) words.bigramsHere(id) / bigrams;
    }

    /** Moves the tuples of a context word that has become frequent into pages of its own. */
    private void widen(int word, TriePages shared) {
        WideContext own = new WideContext(order, word, cache, holdings, () -> wide.remove(word));
        wide.put(word, own);
        words.setWide(word);
        cache.add(own);
        int block = word / RARE_BLOCK;
        TriePages rest = TriePages.empty(
                order, 0, cache.budget(), holdings, page -> PageKeys.rare(block, page), () -> rare.remove(block));
        rest.trie().reserve(shared.trie().used());
        move(shared, word, own, rest, false);
        move(shared, word, own, rest, true);
        rest.replace(shared);
        cache.replace(shared, rest);
        rare.put(block, rest);
        shared.release();
        cache.markDirty(own);
    }

    private void move(TriePages from, int word, WideContext own, TriePages rest, boolean forgotten) {
        from.held((context, length, follower, count, left, used) -> {
            if (forgotten != (follower == HeldVisitor.FORGOTTEN)) {
                return;
            }
            if (context[1] != word) {
                rest.put(context, length, follower, count, left, used);
                return;
            }
            if (isMeasured()) {
                // The hand may ask for these words before it comes by the pages that these n-grams go to.
                for (int d = 1; d <= length; d++) {
                    needed.set(context[d]);
                }
                if (!forgotten) {
                    needed.set(follower);
                }
            }
            if (!forgotten) {
                holdings.ngrams--;
                holdings.bytes -= PackedTuples.bytes(0, context, length, follower, count, left);
            }
            // A page does not say whether what came once was used.
            own.put(context, length, follower, count, left, used && count > 1);
        });
    }

    /** Visits the followers of a context of 1 to N − 1 words, in no particular order; nothing where it was never seen. */
    public void followers(int[] context, int length, FollowerVisitor visitor) {
        if (length == 0 || context[1] < 0) {
            return;
        }
        if (!words.wide(context[1])) {
            rare(context[1] / RARE_BLOCK).trie(context[1]).followers(context, length, visitor);
        } else if (length == 1) {
            wide(context[1]).followers(visitor);
        } else if (context[2] >= 0) {
            wide(context[1]).bucket(context[2]).trie(context[2]).followers(context, length, visitor);
        }
    }

    /**
     * Visits the followers of a context that can be among its most probable ones: all of them where there are few, those
     * with the highest counts where there are many, with the count they are ranked by.
     *
     * @return the highest count that a follower not visited can have; 0 where all were
     */
    public long topFollowers(int[] context, int length, FollowerVisitor visitor) {
        TopFollowers top = null;
        if (length > 0 && context[1] >= 0) {
            if (!words.wide(context[1])) {
                top = rare(context[1] / RARE_BLOCK).trie(context[1]).top(context, length);
            } else if (length == 1) {
                top = wide(context[1]).top();
            } else if (context[2] >= 0) {
                top = wide(context[1]).bucket(context[2]).trie(context[2]).top(context, length);
            }
        }
        if (top == null) {
            followers(context, length, visitor);
            return 0;
        }
        for (int i = 0; i < top.size(); i++) {
            visitor.visit(top.word(i), top.count(i), top.count(i));
        }
        return top.floor();
    }

    /**
     * Visits the tuples whose nearest context word is {@code nearest}, in no particular order, a page at a time. The visitor may
     * look counts up, and must not {@link #trim}; not while anything is learned.
     */
    public void tuples(int nearest, TupleVisitor visitor) {
        countNeighbours();
        if (words.wide(nearest)) {
            wide(nearest).tuples(visitor, this::trim);
        } else {
            rare(nearest / RARE_BLOCK).tuples((context, length, word, count) -> {
                if (context[1] == nearest) {
                    visitor.visit(context, length, word, count);
                }
            });
        }
    }

    private TriePages rare(int block) {
        TriePages unit = rare.get(block);
        if (unit == null) {
            unit = TriePages.load(
                    order,
                    0,
                    cache.budget(),
                    holdings,
                    store,
                    page -> PageKeys.rare(block, page),
                    () -> rare.remove(block));
            rare.put(block, unit);
            cache.add(unit);
        }
        unit.referenced = true;
        return unit;
    }

    private WideContext wide(int word) {
        WideContext unit = wide.get(word);
        if (unit == null) {
            unit = new WideContext(order, word, cache, holdings, () -> wide.remove(word));
            unit.load(store);
            wide.put(word, unit);
            cache.add(unit);
        }
        return unit;
    }

    /**
     * Visits every tuple on this shard, without keeping the pages on the heap. The left neighbours of {@link #learnLeftNeighbour}
     * are none. Not while anything is learned.
     */
    public void tuples(TupleVisitor visitor) {
        load();
        boolean[] visited = new boolean[RARE_BLOCK];
        for (int from = 0; from < words.size(); from += RARE_BLOCK) {
            int to = Math.min(words.size(), from + RARE_BLOCK);
            for (int word = from; word < to; word++) {
                boolean named = words.spelling(word).startsWith(LEFT_OF);
                visited[word - from] = !named && !words.wide(word);
                if (!named && words.wide(word)) {
                    wide(word).tuples(visitor, this::trim);
                }
            }
            rare(from / RARE_BLOCK).tuples((context, length, word, count) -> {
                if (visited[context[1] % RARE_BLOCK]) {
                    visitor.visit(context, length, word, count);
                }
            });
            trim();
        }
    }

    /**
     * Visits every context on this shard of at most {@code longest} words, in no particular order, without keeping the pages on the
     * heap. Not while anything is learned.
     *
     * @param longest 1 to N − 1
     */
    public void contexts(int longest, ContextVisitor visitor) {
        load();
        PositionCounts counts = new PositionCounts(order);
        boolean[] visited = new boolean[RARE_BLOCK];
        int[] nothing = new int[order];
        ContextVisitor rares = new ContextVisitor() {
            @Override
            public boolean context(int[] context, int length, PositionCounts of) {
                return visited[context[1] % RARE_BLOCK] && visitor.context(context, length, of);
            }

            @Override
            public void follower(int word, long raw, long continuation) {
                visitor.follower(word, raw, continuation);
            }
        };
        for (int from = 0; from < words.size(); from += RARE_BLOCK) {
            int to = Math.min(words.size(), from + RARE_BLOCK);
            for (int word = from; word < to; word++) {
                boolean named = isNamed(word);
                visited[word - from] = !named && !words.wide(word);
                if (!named && words.wide(word)) {
                    wide(word).contexts(longest, visitor, counts, this::trim);
                }
            }
            rare(from / RARE_BLOCK).contexts(nothing, longest, rares, counts);
            trim();
        }
    }

    /** Visits everything that is held, the left neighbours of words among it. */
    void heldEverywhere(HeldVisitor visitor) {
        load();
        countNeighbours();
        for (int from = 0; from < words.size(); from += RARE_BLOCK) {
            for (int word = from; word < Math.min(words.size(), from + RARE_BLOCK); word++) {
                if (words.wide(word)) {
                    wide(word).held(visitor, this::trim);
                }
            }
            rare(from / RARE_BLOCK).held(visitor);
            trim();
        }
    }

    /** Visits every word with its unigram counts, without keeping the words on the heap. */
    public void unigrams(FollowerVisitor visitor) {
        words.visit((id, block, at) -> visitor.visit(id, block.raw(at), block.continuation(at)));
    }

    /** The ids of all words of this shard that begin with a prefix, whether their unigrams are here or not, and of few others. */
    public BitSet beginning(WordPrefix prefix) {
        return words.beginning(prefix);
    }

    /**
     * Visits words that begin with a prefix, those with the highest counts: at least {@code wanted} of those whose unigrams are here,
     * or all that there are; {@code <s>} and {@code </s>} are not among them.
     *
     * @return the most that the raw or the continuation count of another word with that prefix can be; 0 where there is none
     */
    public long mostFrequent(WordPrefix prefix, int wanted, FollowerVisitor visitor) {
        return words.mostFrequent(prefix, wanted, visitor);
    }

    /**
     * Drops what has not been used of late until the cache is within its bound, writing it first where it has changed.
     * To be called between documents.
     */
    public void trim() {
        cache.trim();
        words.trim();
    }

    /**
     * Ends a document that was learned: forgets as much as its length asks for, if anything is to be forgotten.
     *
     * <p>The bounds are of n-grams. A word that no n-gram has any more leaves when nothing is counted of it, and one that was counted a
     * few times leaves, too, once words take half of four times the bound in bytes, or are half as many as the bound in n-grams.
     *
     * @param tokens of the document, those of other shards among them
     * @return whether words have lost their ids: what {@link #find} said before is void then
     */
    public boolean endDocument(int tokens) {
        if (forgetting.isOn()) {
            changed = true;
            freed = false;
            hand.endDocument(tokens);
            if (freed) {
                Arrays.fill(recentLeftContexts, 0);
                return true;
            }
        }
        return false;
    }

    /**
     * Has {@code listener} told of the spelling of each word that is not counted any more, within {@link #endDocument}.
     *
     * @param outside whether it is words without events that are meant: those of {@link #addOutside}, and not those of
     *     {@link #addUnigram}
     */
    public void onForgotten(boolean outside, Consumer<String> listener) {
        hasOutside = outside;
        forgottenWord = listener;
    }

    /** Something may be forgotten, or was before the settings changed. */
    private boolean isMeasured() {
        return forgetting.isOn() || forgot;
    }

    /** What is held; of n-grams and bytes nothing is known unless something may be forgotten. */
    public StateSize held() {
        load();
        return isMeasured()
                ? new StateSize(holdings.ngrams, holdings.bytes, words.size() - words.free())
                : new StateSize(0, 0, words.size());
    }

    /** What was forgotten since the state began. */
    public StateSize forgotten() {
        load();
        return new StateSize(pruning.forgottenNgrams(), pruning.forgottenBytes(), forgottenWords);
    }

    /** What the hand does where it stands. */
    private final class Steps implements Hand.Steps, Pruning.Loss {

        @Override
        public int words() {
            return words.size();
        }

        @Override
        public boolean hasTooManyWords() {
            return forgetting.isBounded() && mostThatLeaves() > 0;
        }

        @Override
        public void rare(int first) {
            TriePages unit = NgramCounts.this.rare(first / RARE_BLOCK);
            unit.sweep(pruning, -1, this, out);
            cache.markDirty(unit);
            for (int word = first; word < Math.min(first + RARE_BLOCK, words.size()); word++) {
                boolean isNeeded = needed.get(word) || word <= EOS || !hand.hasPassed();
                age(word, isNeeded || isHeldElsewhere(word));
                // Every page was swept since this was asked of the word before, and says what it needs.
                needed.clear(word);
                if (!isNeeded && !words.isFree(word)) {
                    leave(word);
                }
            }
        }

        /** Whether other shards may have n-grams that end in a word of this one. */
        private boolean isHeldElsewhere(int word) {
            return words.shared(word) != 0 && (others == null || others.owns(words.hashOf(word)));
        }

        /**
         * Ages the counts of a word. It becomes unknown only when nothing has it any more: what follows a context must have a place
         * in the shortest distribution.
         */
        private void age(int word, boolean isNeeded) {
            long raw = words.raw(word);
            int continuation = words.continuation(word);
            long after = pruning.age(raw, word);
            if (raw > 0 && isNeeded) {
                after = Math.min(raw, Math.max(after, Math.max(1, continuation)));
            }
            if (after < raw) {
                removeUnigram(word, raw - after);
                if (after == 0) {
                    isCountedNoMore(word, false);
                }
            }
            if (!isNeeded && continuation > after) {
                removeContinuation(word, continuation - (int) after);
            }
        }

        /** Takes a word away of which no n-gram is left, if it has been seen no more often than its place allows. */
        private void leave(int word) {
            long raw = words.raw(word);
            boolean leaves = raw <= mostThatLeaves()
                    && !isHeldElsewhere(word)
                    && (!words.wide(word) || wide(word).holdsNothing())
                    && (isNamed(word) || findLeftContext(word) < 0);
            if (!leaves) {
                return;
            }
            int continuation = words.continuation(word);
            int here = words.bigramsHere(word);
            if (here > 0) {
                boolean isOutside = hasOutside && raw == 0 && continuation == 0;
                bigrams -= isOutside ? 0 : here;
                words.clearBigramsHere(word);
                if (order > 1 && topUnigrams.lower(word, 0)) {
                    listTops();
                }
                if (isOutside) {
                    isCountedNoMore(word, true);
                }
            }
            if (continuation > 0) {
                removeContinuation(word, continuation);
            }
            if (raw > 0) {
                removeUnigram(word, raw);
                isCountedNoMore(word, false);
            }
            if (words.wide(word)) {
                wide(word).delete();
                words.clearWide(word);
            }
            tellOthers(word);
            spelled -= words.length(word);
            words.free(word);
            forgottenWords++;
            freed = true;
        }

        private void tellOthers(int word) {
            long times = words.shared(word);
            if (times != 0 && others != null) {
                others.gone(words.spelling(word), times);
                words.addShared(word, -times);
            }
        }

        private void isCountedNoMore(int word, boolean outside) {
            if (outside == hasOutside && word != EOS) {
                forgottenWord.accept(words.spelling(word));
            }
        }

        private int findLeftContext(int word) {
            byte[] name = leftName(word);
            return words.find(name, 0, name.length, WordTable.hash(name, 0, name.length));
        }

        /**
         * The most times that a word has been seen that leaves once no n-gram of it is left: unigrams are the last to go, and while
         * words take less than half of their bound only those do that are not counted.
         */
        private long mostThatLeaves() {
            int held = words.size() - words.free();
            double part = 0;
            if (forgetting.maxBytes() > 0) {
                part = (spelled + (double) BYTES_A_WORD * held) / ((double) WORDS_A_BOUND * forgetting.maxBytes());
            }
            if (forgetting.maxNgrams() > 0) {
                part = Math.max(part, (double) held / forgetting.maxNgrams());
            }
            return part <= 0.5 ? 0 : part <= 0.625 ? 1 : part <= 0.75 ? 3 : part <= 1 ? 15 : Long.MAX_VALUE;
        }

        @Override
        public int buckets(int word) {
            return words.wide(word) ? wide(word).bucketCount() : -1;
        }

        @Override
        public void bucket(int word, int number) {
            WideContext unit = wide(word);
            unit.sweepBucket(number, pruning, forgetting.isBounded(), gone -> gone(word, gone), out);
            cache.markDirty(unit);
        }

        @Override
        public void followers(int word) {
            WideContext unit = wide(word);
            unit.sweepFollowers(pruning, forgetting.isBounded(), gone -> gone(word, gone));
            cache.markDirty(unit);
        }

        @Override
        public void faded(int next, int word, long lost) {
            // The counts of shorter n-grams follow from the tuples of the same pages.
        }

        @Override
        public void gone(int nearest, int word) {
            if (isNamed(nearest)) {
                int named = words.find(words.spelling(nearest).substring(LEFT_OF.length()));
                loseContinuation(named);
                return;
            }
            bigrams--;
            words.removeBigramHere(word);
            if (topUnigrams.lower(word, words.bigramsHere(word))) {
                listTops();
            }
            loseContinuation(word);
        }

        /** Of a word that another shard owns there are no counts here. */
        private void loseContinuation(int word) {
            if (word >= 0 && words.continuation(word) > 0) {
                removeContinuation(word, 1);
            }
        }
    }

    /** Heap of words, about, in bytes. */
    public long wordHeapBytes() {
        return loaded ? words.heapBytes() + needed.heapBytes() : 0;
    }

    /** Heap bytes of decoded pages, about. */
    public long cachedBytes() {
        return loaded ? cache.budget().used : 0;
    }
}
