package dev.driftline.ngram;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.words.ListedWords;
import dev.driftline.ngram.words.OtherShards;
import dev.driftline.ngram.words.ShardWords;
import dev.driftline.ngram.words.Unigrams;
import dev.driftline.ngram.words.WordTable;
import dev.driftline.ngram.words.WordVisitor;
import dev.driftline.pages.PageFormat;
import dev.driftline.pages.PageStore;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.smoothing.CountsOfCounts;
import dev.driftline.smoothing.Discounts;
import dev.driftline.smoothing.PositionCounts;
import java.nio.charset.StandardCharsets;
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

    private static final int FORMAT = 1;

    /** Fields of the totals that only some states have. */
    private static final int SIGHTINGS = 1;

    private static final int TOP_FLOORS = 2;

    /** As 0.6.0 wrote it: what it says is held is of longer pages. */
    private static final int FORGETTING_BEFORE = 3;

    private static final int SHARED_WORDS = 4;

    private static final int LISTED = 5;

    private static final int FORGETTING = 6;

    /** The most words that {@link #readAhead} takes at once. */
    public static final int WORDS_AHEAD = WordTable.WORDS_AHEAD;

    /** The id of {@code <s>}. */
    public static final int BOS = WordTable.BOS;

    /** The id of {@code </s>}. */
    public static final int EOS = WordTable.EOS;

    private final int order;
    private final PageStore store;
    private final long cacheBytes;
    private final long wordBytes;
    private final Forgetting forgetting;
    private final @Nullable OtherShards others;

    private @Nullable ListedWords list;
    private ForgettingSteps.Listener listener = new ForgettingSteps.Listener(false, word -> {});

    // Set by load(); null before it and after forget(), so that a use that did not load fails.
    private WordTable words;
    private CountsOfCounts totals;
    private Unigrams unigrams;
    private ShardWords shardWords;
    private ContextPages pages;
    private LeftNeighbours neighbours;
    private Holdings holdings;
    private Pruning pruning;
    private ForgettingSteps steps;
    private Hand hand;

    /** Something was forgotten before, whatever the settings say now. */
    private boolean forgot;

    private boolean loaded;
    private boolean changed;

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
    }

    /** Reads what must be in memory; the pages follow as they are used. Called by every use that finds nothing loaded. */
    public void load() {
        if (loaded) {
            return;
        }
        words = new WordTable(store, wordBytes);
        totals = new CountsOfCounts(order);
        unigrams = new Unigrams(order, words, totals, list);
        shardWords = new ShardWords(store, words, others);
        holdings = new Holdings(forgetting.isOn());
        pages = new ContextPages(order, store, words, shardWords, holdings, cacheBytes);
        neighbours = new LeftNeighbours(order, words, shardWords, pages, forgetting.isOn());
        pruning = new Pruning(order, totals, nearest -> !words.isInside(nearest), holdings, shardWords::need);
        steps = new ForgettingSteps(
                forgetting, words, shardWords, unigrams, pages, neighbours, pruning, () -> listener);
        hand = new Hand(forgetting, order, holdings, pruning, steps);
        forgot = false;
        byte[] meta = store.get(PageKeys.meta());
        boolean measured = meta == null ? begin() : read(new Varints.Reader(meta));
        unigrams.countListed();
        loaded = true;
        if (isMeasured()) {
            shardWords.watch();
        }
        if (isMeasured() && !measured) {
            measure();
            shardWords.measure();
        }
        if (isMeasured() && others != null && !shardWords.isShared()) {
            shareWords();
        }
    }

    /** Begins with nothing; returns whether it is known how much that is. */
    private boolean begin() {
        addSpecial("<s>");
        addSpecial("</s>");
        neighbours.countSightings();
        if (others != null && forgetting.isOn()) {
            shardWords.share();
        }
        return true;
    }

    /** Begins with what was stored; returns whether it is known how much that is. */
    private boolean read(Varints.Reader in) {
        PageFormat.check(in.readByte(), FORMAT, "totals");
        int stored = in.readInt();
        if (stored != order) {
            throw new IllegalStateException("the state holds counts of order " + stored + " and the model is "
                    + "configured for order " + order + ": set model.order to " + stored
                    + " or start with an empty state");
        }
        words.load();
        unigrams.read(in);
        return readTagged(in);
    }

    /** Finds out what this shard and others have of words that belong to one of them: of a state in which nothing was forgotten. */
    private void shareWords() {
        changed = true;
        shardWords.share();
        if (forgot || !neighbours.countsSightings()) {
            shardWords.shareUnknown();
            return;
        }
        heldEverywhere((context, length, word, count, left, used) -> {
            if (length < order - 1 && context[length] != BOS) {
                // What follows a frequent word, all of which longer n-grams have.
                return;
            }
            boolean isLeft = words.isInside(context[1]);
            int shared = isLeft ? neighbours.wordOf(context[1]) : word;
            if (isLeft || shared > EOS && shardWords.isOthers(shared)) {
                shardWords.share(shared, count);
            }
        });
    }

    /** Of a state that had no bound nobody knows how much it holds: it is read once, whole. */
    private void measure() {
        neighbours.flush();
        pages.measure();
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
        list = new ListedWords(fingerprint, words);
    }

    /** How many words with a raw count are on the list of {@link #countListed}; 0 without one. */
    public long listedTypes() {
        return unigrams.listedTypes();
    }

    /** What only some states have, each behind a tag. */
    private boolean readTagged(Varints.Reader in) {
        boolean measured = false;
        while (in.hasRemaining()) {
            int tag = in.readInt();
            switch (tag) {
                case SIGHTINGS -> neighbours.countSightings();
                case TOP_FLOORS -> unigrams.readFloors(in);
                case SHARED_WORDS -> shardWords.share();
                case LISTED -> unigrams.readListed(in);
                case FORGETTING, FORGETTING_BEFORE -> {
                    holdings.ngrams = in.readLong();
                    holdings.bytes = in.readLong();
                    pruning.read(in);
                    hand.read(in);
                    shardWords.read(in);
                    forgot = true;
                    measured = tag == FORGETTING;
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
        if (neighbours.countsSightings()) {
            out.writeInt(SIGHTINGS);
        }
        if (unigrams.hasGap()) {
            out.writeInt(TOP_FLOORS);
            unigrams.writeFloors(out);
        }
        if (shardWords.isShared()) {
            out.writeInt(SHARED_WORDS);
        }
        if (unigrams.hasList()) {
            out.writeInt(LISTED);
            unigrams.writeListed(out);
        }
        if (isMeasured()) {
            out.writeInt(FORGETTING);
            out.writeLong(holdings.ngrams);
            out.writeLong(holdings.bytes);
            pruning.write(out);
            hand.write(out);
            shardWords.write(out);
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
        totals = null;
        unigrams = null;
        shardWords = null;
        pages = null;
        neighbours = null;
        holdings = null;
        pruning = null;
        steps = null;
        hand = null;
        changed = false;
    }

    /** Writes every changed page. */
    public void writeBack() {
        if (!loaded || !changed) {
            return;
        }
        neighbours.flush();
        pages.writeBack();
        words.writeBack();
        shardWords.writeBack();
        Varints.Writer out = new Varints.Writer(256);
        out.writeByte(FORMAT);
        out.writeInt(order);
        unigrams.write(out);
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
        return shardWords.learn(utf8, from, to, hash);
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
        unigrams.add(id, times);
    }

    /** Counts {@code times} new words before {@code id}. */
    public void addContinuation(int id, int times) {
        changed = true;
        unigrams.addContinuation(id, times);
    }

    /**
     * Takes {@code times} of a word's counts back.
     *
     * @throws IllegalStateException if it was not counted so often
     */
    public void removeUnigram(int id, long times) {
        changed = true;
        unigrams.remove(id, times);
    }

    /**
     * {@code times} words before {@code id} are gone.
     *
     * @throws IllegalStateException if there were fewer
     */
    public void removeContinuation(int id, int times) {
        changed = true;
        unigrams.removeContinuation(id, times);
    }

    /**
     * Visits the words that most of this shard's distinct bigrams end in, with the number of bigrams as the continuation
     * count. With one shard that is the continuation count.
     */
    public void topUnigrams(WordVisitor visitor) {
        unigrams.topHere(visitor);
    }

    /**
     * Visits the words whose unigrams are here with the highest raw counts, with both counts.
     *
     * @return the highest raw count that a word not visited can have; 0 where all were. Its continuation count is no higher
     */
    public long topOwned(WordVisitor visitor) {
        return unigrams.topOwned(visitor);
    }

    /** Sum of the raw unigram counts. */
    public long rawTotal() {
        return unigrams.rawTotal();
    }

    /** Sum of the unigram continuation counts. */
    public long continuationTotal() {
        return unigrams.continuationTotal();
    }

    /** Words with a raw count, {@code </s>} included. */
    public long rawTypes() {
        return unigrams.rawTypes();
    }

    /** Words with a continuation count, {@code </s>} included. */
    public long continuationTypes() {
        return unigrams.continuationTypes();
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
        pages.lookup(context, length, word, out);
    }

    /** Looks up every position of {@code positions}, which then has what {@link #lookup(int[], int, int, PositionCounts)} gives. */
    public void lookup(PositionLookups positions) {
        pages.lookup(positions);
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
        changed = true;
        shardWords.need(context, length, word);
        boolean isNew = pages.add(context, length, word, times, totals);
        if (isNew) {
            unigrams.addBigram(word);
        }
        return isNew;
    }

    /**
     * The inverse of {@link #learn(int[], int, int)}.
     *
     * @return whether the bigram is gone, so that the word's unigram continuation count must fall by one
     * @throws IllegalStateException if the event was not learned in that context
     */
    public boolean unlearn(int[] context, int length, int word) {
        changed = true;
        boolean isGone = pages.remove(context, length, word, 1, totals);
        if (isGone) {
            unigrams.removeBigram(word);
        }
        return isGone;
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
        return neighbours.learn(word, previous, times);
    }

    /**
     * The inverse of {@link #learnLeftNeighbour(int, int)}. Where not every sighting was counted, the last that was is taken for the last.
     *
     * @return whether it never came before it any more, so that the word's continuation count must fall by one
     * @throws IllegalStateException if every sighting was counted, and this one was not
     */
    public boolean unlearnLeftNeighbour(int word, int previous) {
        changed = true;
        return neighbours.unlearn(word, previous);
    }

    /**
     * How often {@code previous} was seen before a word, as {@link #learnLeftNeighbour(int, int)} was told; at most 1 where not
     * every sighting was counted.
     */
    public long leftNeighbour(int word, int previous) {
        return neighbours.count(word, previous);
    }

    /** Whether every sighting of a left neighbour was counted since the state began: not in a state of 0.5.0. */
    public boolean countsSightings() {
        load();
        return neighbours.countsSightings();
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
        shardWords.need(id);
        words.addBigramHere(id);
    }

    /** The inverse of {@link #addOutside}: returns whether no document is left. */
    public boolean removeOutside(int id) {
        changed = true;
        words.removeBigramHere(id);
        return words.bigramsHere(id) == 0;
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
        changed |= shardWords.share(word, times);
    }

    /** As {@link #addShared(int, long)}, of a word that this shard may not know. */
    public void addShared(String word, long times) {
        changed |= shardWords.share(word, times);
    }

    /**
     * An estimate of a word's share of all continuation counts from this shard alone: the share of its bigrams that end
     * in the word. Exact with one shard.
     */
    public double continuationShare(int id) {
        return unigrams.continuationShare(id);
    }

    /** Visits the followers of a context of 1 to N − 1 words, in no particular order; nothing where it was never seen. */
    public void followers(int[] context, int length, WordVisitor visitor) {
        pages.followers(context, length, visitor);
    }

    /**
     * Visits the followers of a context that can be among its most probable ones: all of them where there are few, those
     * with the highest counts where there are many, with the count they are ranked by.
     *
     * @return the highest count that a follower not visited can have; 0 where all were
     */
    public long topFollowers(int[] context, int length, WordVisitor visitor) {
        return pages.topFollowers(context, length, visitor);
    }

    /**
     * Visits the tuples whose nearest context word is {@code nearest}, in no particular order, a page at a time. The visitor may
     * look counts up, and must not {@link #trim}; not while anything is learned.
     */
    public void tuples(int nearest, TupleVisitor visitor) {
        neighbours.flush();
        pages.tuples(nearest, visitor);
    }

    /**
     * Visits every tuple on this shard, without keeping the pages on the heap. The left neighbours of {@link #learnLeftNeighbour}
     * are none. Not while anything is learned.
     */
    public void tuples(TupleVisitor visitor) {
        load();
        pages.tuples(visitor);
    }

    /**
     * Visits every context on this shard of at most {@code longest} words, in no particular order, without keeping the pages on the
     * heap. Not while anything is learned.
     *
     * @param longest 1 to N − 1
     */
    public void contexts(int longest, ContextVisitor visitor) {
        load();
        pages.contexts(longest, visitor);
    }

    /** Visits everything that is held, the left neighbours of words among it. */
    void heldEverywhere(HeldVisitor visitor) {
        load();
        neighbours.flush();
        pages.held(visitor);
    }

    /** What the n-grams here take where none may be forgotten, which is stored without marks, as {@link #held} counts bytes. */
    public long bytesWithoutMarks() {
        long[] bytes = {0};
        heldEverywhere((context, length, word, count, left, used) -> {
            if (length == 1 && words.wide(context[1])) {
                bytes[0] += PackedTuples.varint(word)
                        + PackedTuples.varint(count)
                        + (left == 0 ? 0 : PackedTuples.varint(left));
            } else {
                int from = words.wide(context[1]) ? 1 : 0;
                bytes[0] += PackedTuples.plainBytes(from, context, length, word, count);
            }
        });
        return bytes[0];
    }

    /** Visits every word with its unigram counts, without keeping the words on the heap. */
    public void unigrams(WordVisitor visitor) {
        words.counts(visitor);
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
    public long mostFrequent(WordPrefix prefix, int wanted, WordVisitor visitor) {
        return words.mostFrequent(prefix, wanted, visitor);
    }

    /**
     * Drops what has not been used of late until the cache is within its bound, writing it first where it has changed.
     * To be called between documents.
     */
    public void trim() {
        pages.trim();
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
            hand.endDocument(tokens);
            if (steps.hasFreed()) {
                neighbours.forgetIds();
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
        this.listener = new ForgettingSteps.Listener(outside, listener);
    }

    /** Something may be forgotten, or was before the settings changed. */
    private boolean isMeasured() {
        return forgetting.isOn() || forgot;
    }

    /** What is held; of n-grams and bytes nothing is known unless something may be forgotten. */
    public StateSize held() {
        load();
        return isMeasured()
                ? new StateSize(holdings.ngrams, holdings.bytes, shardWords.held())
                : new StateSize(0, 0, words.size());
    }

    /** What was forgotten since the state began. */
    public StateSize forgotten() {
        load();
        return new StateSize(pruning.forgottenNgrams(), pruning.forgottenBytes(), shardWords.forgotten());
    }

    /** Heap of words, about, in bytes. */
    public long wordHeapBytes() {
        return loaded ? words.heapBytes() + shardWords.heapBytes() : 0;
    }

    /** Heap bytes of decoded pages, about. */
    public long cachedBytes() {
        return loaded ? pages.heapBytes() : 0;
    }
}
