package dev.driftline.ngram;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.words.ShardWords;
import dev.driftline.ngram.words.Unigrams;
import dev.driftline.ngram.words.WordTable;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the {@linkplain Hand hand} does where it stands: it has the pages there aged and pruned, ages the counts of words, and lets
 * words go that nothing has any more. Not thread-safe.
 */
final class ForgettingSteps implements Hand.Steps, Pruning.Loss {

    /**
     * Is told of words that are not counted any more.
     *
     * @param outside whether it is words without events that are meant: those of {@link NgramCounts#addOutside}, and not those of
     *     {@link NgramCounts#addUnigram}
     * @param spellings takes the spelling of each
     */
    record Listener(boolean outside, Consumer<String> spellings) {}

    /**
     * Words may take so many times the bound of n-grams in bytes: at a tenth of the state of Brown, where they take nearly twice
     * the bound, perplexity is 27 % higher when those that came seldom leave.
     */
    private static final int WORDS_A_BOUND = 4;

    private final Forgetting forgetting;
    private final WordTable words;
    private final ShardWords shardWords;
    private final Unigrams unigrams;
    private final ContextPages pages;
    private final LeftNeighbours neighbours;
    private final Pruning pruning;
    private final Supplier<Listener> listener;
    private final Varints.Writer out = new Varints.Writer(1 << 10);
    private boolean hasFreed;

    /** @param listener who is told, at each time */
    ForgettingSteps(
            Forgetting forgetting,
            WordTable words,
            ShardWords shardWords,
            Unigrams unigrams,
            ContextPages pages,
            LeftNeighbours neighbours,
            Pruning pruning,
            Supplier<Listener> listener) {
        this.forgetting = forgetting;
        this.words = words;
        this.shardWords = shardWords;
        this.unigrams = unigrams;
        this.pages = pages;
        this.neighbours = neighbours;
        this.pruning = pruning;
        this.listener = listener;
    }

    /** Whether words have lost their ids since this was asked before. */
    boolean hasFreed() {
        boolean was = hasFreed;
        hasFreed = false;
        return was;
    }

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
        TriePages unit = pages.rareOf(first);
        unit.sweep(pruning, -1, this, out);
        pages.markDirty(unit);
        for (int word = first; word < Math.min(first + ContextPages.RARE_BLOCK, words.size()); word++) {
            boolean isNeeded = shardWords.isNeeded(word) || word <= WordTable.EOS || pruning.isFirstPass();
            age(word, isNeeded || shardWords.isHeldElsewhere(word));
            // Every page was swept since this was asked of the word before, and says what it needs.
            shardWords.pass(word);
            if (!isNeeded && !words.isFree(word)) {
                leave(word);
            }
        }
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
            unigrams.remove(word, raw - after);
            if (after == 0) {
                isCountedNoMore(word, false);
            }
        }
        if (!isNeeded && continuation > after) {
            unigrams.removeContinuation(word, continuation - (int) after);
        }
    }

    /** Takes a word away of which no n-gram is left, if it has been seen no more often than its place allows. */
    private void leave(int word) {
        long raw = words.raw(word);
        boolean leaves = raw <= mostThatLeaves()
                && !shardWords.isHeldElsewhere(word)
                && (!words.wide(word) || pages.wide(word).holdsNothing())
                && (words.isInside(word) || !neighbours.has(word));
        if (!leaves) {
            return;
        }
        int continuation = words.continuation(word);
        if (words.bigramsHere(word) > 0) {
            boolean isOutside = listener.get().outside() && raw == 0 && continuation == 0;
            unigrams.clearBigrams(word, isOutside);
            if (isOutside) {
                isCountedNoMore(word, true);
            }
        }
        if (continuation > 0) {
            unigrams.removeContinuation(word, continuation);
        }
        if (raw > 0) {
            unigrams.remove(word, raw);
            isCountedNoMore(word, false);
        }
        if (words.wide(word)) {
            pages.wide(word).delete();
            words.clearWide(word);
        }
        shardWords.free(word);
        hasFreed = true;
    }

    private void isCountedNoMore(int word, boolean outside) {
        if (outside == listener.get().outside() && word != WordTable.EOS) {
            listener.get().spellings().accept(words.spelling(word));
        }
    }

    /**
     * The most times that a word has been seen that leaves once no n-gram of it is left: unigrams are the last to go, and while
     * words take less than half of their bound only those do that are not counted.
     */
    private long mostThatLeaves() {
        double part = 0;
        if (forgetting.maxBytes() > 0) {
            part = shardWords.bytes() / ((double) WORDS_A_BOUND * forgetting.maxBytes());
        }
        if (forgetting.maxNgrams() > 0) {
            part = Math.max(part, (double) shardWords.held() / forgetting.maxNgrams());
        }
        return part <= 0.5 ? 0 : part <= 0.625 ? 1 : part <= 0.75 ? 3 : part <= 1 ? 15 : Long.MAX_VALUE;
    }

    @Override
    public int buckets(int word) {
        return words.wide(word) ? pages.wide(word).bucketCount() : -1;
    }

    @Override
    public void bucket(int word, int number) {
        WideContext unit = pages.wide(word);
        unit.sweepBucket(number, pruning, forgetting.isBounded(), gone -> gone(word, gone), out);
        pages.markDirty(unit);
    }

    @Override
    public void followers(int word) {
        WideContext unit = pages.wide(word);
        unit.sweepFollowers(pruning, forgetting.isBounded(), gone -> gone(word, gone));
        pages.markDirty(unit);
    }

    @Override
    public void faded(int next, int word, long lost) {
        // The counts of shorter n-grams follow from the tuples of the same pages.
    }

    @Override
    public void gone(int nearest, int word) {
        if (words.isInside(nearest)) {
            loseContinuation(neighbours.wordOf(nearest));
            return;
        }
        unigrams.removeBigram(word);
        loseContinuation(word);
    }

    /** Of a word that another shard owns there are no counts here. */
    private void loseContinuation(int word) {
        if (word >= 0 && words.continuation(word) > 0) {
            unigrams.removeContinuation(word, 1);
        }
    }
}
