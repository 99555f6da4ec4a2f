package dev.driftline.resharding;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.ShardScorer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Moves the counts of a model to another number of shards: every word and every tuple goes to the shard that owns it there, and
 * continuation counts and left neighbours follow from the tuples. From one shard, the new shards are what they were had they
 * learned the same documents themselves: the counts, and how words are spelled, since each shard learns the spellings of its own
 * words in the order in which they came.
 *
 * <p>On the heap are the caches of the shards and four bytes a word and new shard. Used by one thread.
 */
public final class Resharding {

    /** After so many tuples the new shards are told to stay within their bounds. */
    private static final int TUPLES_A_TRIM = 1 << 10;

    /** After so many tuples the changed pages are written and progress is told. */
    private static final int TUPLES_A_STEP = 1 << 18;

    private final List<ShardScorer> to;
    private final LongConsumer progress;
    private long tuples;

    /**
     * @param to the new shards, empty, by number
     * @param progress told now and then how many tuples have been moved
     */
    public Resharding(List<ShardScorer> to, LongConsumer progress) {
        this.to = to;
        this.progress = progress;
        to.forEach(shard -> {
            if (shard.counts().rawTypes() != 0) {
                throw new IllegalArgumentException("a shard to which counts are to be moved has some already");
            }
        });
    }

    /**
     * Adds what {@code from} has to the new shards, and writes their pages. One call for each former shard.
     *
     * @throws IllegalStateException if n-grams were pruned there: where what is left of them belongs cannot be said any more
     */
    public void add(ShardScorer from) {
        NgramCounts counts = from.counts();
        if (counts.forgotten().ngrams() > 0) {
            throw new IllegalStateException(
                    "the state was pruned to stay within its bound, and what is left of pruned n-grams"
                            + " cannot be moved: count the inputs again, with the new number of shards, in an application of its own");
        }
        Ids ids = new Ids(counts);
        counts.unigrams((word, raw, continuation) -> {
            if (raw > 0) {
                int owner = ids.owner[word];
                to.get(owner).counts().addUnigram(ids.of(word, owner), raw);
            }
        });
        counts.tuples((context, length, word, count) -> move(ids, context, length, word, count));
        from.spelling().visitWords(word -> spell(counts, word));
        writeBack();
    }

    private void spell(NgramCounts from, String word) {
        ShardScorer owner = to.get(ShardScorer.shardOf(word, to.size()));
        owner.spelling().learn(word);
        int known = from.find(word);
        if (known >= 0 && from.rawUnigram(known) == 0) {
            // Outside a fixed vocabulary: known by its spelling alone.
            NgramCounts counts = owner.counts();
            byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
            int hash = NgramCounts.hash(utf8, 0, utf8.length);
            int there = counts.find(utf8, 0, utf8.length, hash);
            int id = there >= 0 ? there : counts.learnWord(utf8, 0, utf8.length, hash);
            for (long document = 0; document < Math.max(1, from.outside(known)); document++) {
                counts.addOutside(id);
            }
        }
    }

    private void move(Ids ids, int[] context, int length, int word, long count) {
        int owner = ids.owner[context[1]];
        NgramCounts counts = to.get(owner).counts();
        int[] moved = ids.context;
        for (int d = 1; d <= length; d++) {
            moved[d] = ids.of(context[d], owner);
        }
        boolean isNew = counts.learn(moved, length, ids.of(word, owner), count);
        int unigrams = ids.owner[word];
        if (unigrams != owner) {
            counts.addShared(ids.of(word, owner), count);
            to.get(unigrams).counts().addShared(ids.of(word, unigrams), count);
        }
        if (isNew || unigrams != owner) {
            NgramCounts continuations = to.get(unigrams).counts();
            int there = ids.of(word, unigrams);
            if (unigrams == owner || continuations.learnLeftNeighbour(there, ids.of(context[1], unigrams), count)) {
                continuations.addContinuation(there, 1);
            }
        }
        if (++tuples % TUPLES_A_TRIM == 0) {
            to.forEach(ShardScorer::trim);
        }
        if (tuples % TUPLES_A_STEP == 0) {
            writeBack();
        }
    }

    private void writeBack() {
        to.forEach(ShardScorer::writeBack);
        to.forEach(ShardScorer::trim);
        progress.accept(tuples);
    }

    /** The ids of a former shard's words on the new ones. */
    private final class Ids {

        private final NgramCounts from;
        private final int[] owner;
        /** By new shard and former id: the new id + 1, or 0 where it has none yet. */
        private final int[][] ids;

        final int[] context;

        Ids(NgramCounts from) {
            this.from = from;
            int words = from.wordCount();
            owner = new int[words];
            ids = new int[to.size()][words];
            context = new int[from.order() + 1];
            for (int word = 0; word < words; word++) {
                owner[word] = ShardScorer.shardOf(from.spelling(word), to.size());
            }
            for (int[] of : ids) {
                of[NgramCounts.BOS] = NgramCounts.BOS + 1;
                of[NgramCounts.EOS] = NgramCounts.EOS + 1;
            }
        }

        int of(int word, int shard) {
            int known = ids[shard][word];
            if (known == 0) {
                byte[] utf8 = from.spelling(word).getBytes(StandardCharsets.UTF_8);
                NgramCounts counts = to.get(shard).counts();
                int hash = NgramCounts.hash(utf8, 0, utf8.length);
                int there = counts.find(utf8, 0, utf8.length, hash);
                known = 1 + (there >= 0 ? there : counts.learnWord(utf8, 0, utf8.length, hash));
                ids[shard][word] = known;
            }
            return known - 1;
        }
    }
}
