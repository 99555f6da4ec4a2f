package dev.driftline.ngram.words;

import dev.driftline.codec.Varints;
import dev.driftline.smoothing.CountsOfCounts;
import org.jspecify.annotations.Nullable;

/**
 * The counts of the words whose unigrams a shard owns, with their sums; and of all its words how many distinct bigrams of the shard end
 * in each. Not thread-safe.
 */
public final class Unigrams {

    private static final long NOT_COUNTED = -1;

    private final int order;
    private final WordTable words;
    private final CountsOfCounts totals;
    private final @Nullable ListedWords list;

    /** The words that most bigrams end in; those with the highest raw counts where 1 is the top order. */
    private final TopFollowers topHere = new TopFollowers();

    /** The words with the highest raw counts. */
    private final TopFollowers topOwned = new TopFollowers();

    private long rawTotal;
    private long continuationTotal;
    private long rawTypes;
    private long continuationTypes;
    private long bigrams;
    private long listedTypes = NOT_COUNTED;

    /**
     * @param order the longest n-grams
     * @param words have the counts
     * @param totals counts of counts, which follow those of words
     * @param list of which the words with a raw count are counted; null for none
     */
    public Unigrams(int order, WordTable words, CountsOfCounts totals, @Nullable ListedWords list) {
        this.order = order;
        this.words = words;
        this.totals = totals;
        this.list = list;
    }

    /** Counts a word {@code times} times. */
    public void add(int id, long times) {
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
            topHere.offer(id, before + times);
        }
    }

    /** Counts {@code times} new words before {@code id}. */
    public void addContinuation(int id, int times) {
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
    public void remove(int id, long times) {
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
        if (topOwned.lower(id, after) | order == 1 && topHere.lower(id, after)) {
            listTops();
        }
    }

    /**
     * {@code times} words before {@code id} are gone.
     *
     * @throws IllegalStateException if there were fewer
     */
    public void removeContinuation(int id, int times) {
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

    /** A new bigram of this shard ends in a word. */
    public void addBigram(int word) {
        bigrams++;
        words.addBigramHere(word);
        topHere.offer(word, ranked(word));
    }

    /** A bigram of this shard that ends in a word is gone. */
    public void removeBigram(int word) {
        bigrams--;
        words.removeBigramHere(word);
        if (order > 1 && topHere.lower(word, words.bigramsHere(word))) {
            listTops();
        }
    }

    /**
     * No bigram of this shard is known to end in a word any more.
     *
     * @param outside whether it was documents that stood in their place
     */
    public void clearBigrams(int word, boolean outside) {
        bigrams -= outside ? 0 : words.bigramsHere(word);
        words.clearBigramsHere(word);
        if (order > 1 && topHere.lower(word, 0)) {
            listTops();
        }
    }

    private long ranked(int id) {
        return order == 1 ? words.raw(id) : words.bigramsHere(id);
    }

    /**
     * An estimate of a word's share of all continuation counts from this shard alone: the share of its bigrams that end
     * in the word. Exact with one shard.
     */
    public double continuationShare(int id) {
        long of = order == 1 ? rawTotal : bigrams;
        return of == 0 ? 0 : (double) ranked(id) / of;
    }

    /**
     * Visits the words that most of this shard's distinct bigrams end in, with the number of bigrams as the continuation
     * count. With one shard that is the continuation count.
     */
    public void topHere(WordVisitor visitor) {
        for (int i = 0; i < topHere.size(); i++) {
            int id = topHere.word(i);
            visitor.visit(id, words.raw(id), ranked(id));
        }
    }

    /**
     * Visits the words whose unigrams are here with the highest raw counts, with both counts.
     *
     * @return the highest raw count that a word not visited can have; 0 where all were. Its continuation count is no higher
     */
    public long topOwned(WordVisitor visitor) {
        for (int i = 0; i < topOwned.size(); i++) {
            int id = topOwned.word(i);
            visitor.visit(id, words.raw(id), words.continuation(id));
        }
        return topOwned.floor();
    }

    /** Sum of the raw counts. */
    public long rawTotal() {
        return rawTotal;
    }

    /** Sum of the continuation counts. */
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

    /** How many words with a raw count are on the list; 0 without one. */
    public long listedTypes() {
        return listedTypes;
    }

    private boolean isListed(int id) {
        return list != null && id > WordTable.EOS && list.words().test(words.spelling(id));
    }

    /** Counts the words that are on the list where the state was counted for another one, or for none. */
    public void countListed() {
        if (listedTypes == NOT_COUNTED) {
            listedTypes = 0;
            if (list != null) {
                words.visit((id, block, at) -> listedTypes += block.raw(at) > 0 && isListed(id) ? 1 : 0);
            }
        }
    }

    private void listTops() {
        topHere.clear();
        topOwned.clear();
        words.visit((id, block, at) -> {
            topHere.offer(id, order == 1 ? block.raw(at) : block.bigramsHere(at));
            topOwned.offer(id, block.raw(at));
        });
    }

    /** Appends what {@link #read} reads. */
    public void write(Varints.Writer out) {
        out.writeLong(rawTotal);
        out.writeLong(continuationTotal);
        out.writeLong(rawTypes);
        out.writeLong(continuationTypes);
        out.writeLong(bigrams);
        totals.write(out);
        topHere.write(out);
        topOwned.write(out);
    }

    /** Takes over what {@link #write} wrote; a state of 0.3.0 has no words with the highest counts, which are found out then. */
    public void read(Varints.Reader in) {
        rawTotal = in.readLong();
        continuationTotal = in.readLong();
        rawTypes = in.readLong();
        continuationTypes = in.readLong();
        bigrams = in.readLong();
        totals.read(in);
        if (in.hasRemaining()) {
            topHere.read(in);
            topOwned.read(in);
        } else {
            listTops();
        }
    }

    /** Whether {@link #writeFloors} has anything to say. */
    public boolean hasGap() {
        return topHere.hasGap() || topOwned.hasGap();
    }

    /** Appends the most that words can have that are not among those with the highest counts, although there is room. */
    public void writeFloors(Varints.Writer out) {
        out.writeLong(topHere.floor());
        out.writeLong(topOwned.floor());
    }

    /** Takes over what {@link #writeFloors} wrote. */
    public void readFloors(Varints.Reader in) {
        topHere.floor(in.readLong());
        topOwned.floor(in.readLong());
    }

    /** Whether there is a list. */
    public boolean hasList() {
        return list != null;
    }

    /** Appends which list was counted, of which there must be one, and how many of its words there are. */
    public void writeListed(Varints.Writer out) {
        if (list != null) {
            out.writeFixedLong(list.fingerprint());
            out.writeLong(listedTypes);
        }
    }

    /** Takes over what {@link #writeListed} wrote, if it is of the same list. */
    public void readListed(Varints.Reader in) {
        long counted = in.readFixedLong();
        long types = in.readLong();
        listedTypes = list != null && counted == list.fingerprint() ? types : NOT_COUNTED;
    }
}
