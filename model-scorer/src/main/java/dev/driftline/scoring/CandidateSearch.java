package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.words.WordVisitor;
import dev.driftline.smoothing.Discounts;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.smoothing.Smoothing;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/**
 * Finds the words that a shard's counts propose after a context, and those with the highest unigram counts.
 *
 * <p>It says what α a word that it does not list can have at most, so that a reader can tell what is missing. Of a context with
 * many followers it looks at the list that the counts keep of the most frequent, unless a proof is wanted. The unigram part of the ranking is the word's share of the shard's bigrams, exact with
 * one shard. Not thread-safe; one for each request.
 */
final class CandidateSearch {

    /** Candidates sent beyond those asked for, since the mixture may rank a few differently. */
    private static final int SPARE = 16;

    private final NgramCounts counts;
    private final ModelSettings settings;
    private final Smoothing.Estimates estimates;
    private final PositionCounts position;
    private final float[] alpha;
    private final float[] gamma;
    private long[] found = new long[256];
    private int size;
    private int asked;

    CandidateSearch(NgramCounts counts, ModelSettings settings, Smoothing.Estimates estimates) {
        this.counts = counts;
        this.settings = settings;
        this.estimates = estimates;
        position = new PositionCounts(settings.order());
        alpha = new float[settings.order() + 1];
        gamma = new float[settings.order() + 1];
    }

    /** Adds a candidate that is returned whatever its rank. To be called before {@link #propose}. */
    void add(int id) {
        put(id, 0);
        asked = size;
    }

    private void put(int id, long count) {
        if (id == NgramCounts.BOS) {
            return;
        }
        if (size == found.length) {
            found = Arrays.copyOf(found, size * 2);
        }
        // Sorts by falling count: the bits of a float that is not negative sort as it does.
        found[size++] = (long) -Float.floatToIntBits(count) << 32 | id;
    }

    /**
     * Ids of the best candidates and of those that were added; distinct.
     *
     * @param proves whether every follower is looked at, however many there are
     * @param beginning ids of the words that are looked for, if not all are
     * @param ceilings {@code [order]}: filled, from index 1, with the highest α of a word that is not among those returned; with
     *     1 where there are too many to say
     */
    int[] propose(int[] context, int length, int k, boolean proves, Optional<BitSet> beginning, float[] ceilings) {
        counts.lookup(context, length, -1, position);
        int matched = position.matched();
        int wanted = proves ? k : 4 * k + 16;
        BitSet followers = new BitSet();
        long[] raws = new long[matched + 1];
        long[] continuations = new long[matched + 1];
        boolean isBounded = true;
        for (int d = matched; d >= 1; d--) {
            Highest byRaw = new Highest(wanted);
            Highest byContinuation = new Highest(wanted);
            WordVisitor visitor = (word, raw, continuation) -> {
                if (beginning.isEmpty() || beginning.get().get(word)) {
                    byRaw.offer(word, raw);
                    byContinuation.offer(word, continuation);
                }
            };
            if (proves) {
                counts.followers(context, d, visitor);
            } else {
                isBounded &= counts.topFollowers(context, d, visitor) == 0;
            }
            byRaw.list(followers);
            byContinuation.list(followers);
            raws[d] = byRaw.floor();
            continuations[d] = byContinuation.floor();
        }
        followers.stream().forEach(id -> put(id, 1));
        if (!proves) {
            int from = size;
            counts.topUnigrams((word, raw, continuation) -> put(word, continuation));
            keepHighest(from, wanted);
        }
        bound(matched, raws, continuations, ceilings);
        int[] best = best(context, length, proves ? k : k + SPARE, ceilings);
        if (!isBounded) {
            Arrays.fill(ceilings, 1);
        }
        return best;
    }

    /** What α a word can have that follows at most so often at each length. */
    private void bound(int matched, long[] raws, long[] continuations, float[] ceilings) {
        for (int longest = 0; longest <= matched; longest++) {
            for (int d = 1; d <= matched; d++) {
                boolean follows = d <= longest;
                position.assume(
                        d,
                        follows ? most(raws[d], estimates.raws()[d + 1]) : 0,
                        follows ? most(continuations[d], estimates.continuations()[d + 1]) : 0);
            }
            settings.smoothing().compute(position, estimates, alpha, gamma);
            raise(ceilings, settings.smoothing().lastPair(position, settings.order()));
        }
    }

    /** Of the counts up to {@code ceiling} the one that is the highest once it is discounted, which need not be itself. */
    private long most(long ceiling, Discounts discounts) {
        long best = ceiling;
        if (settings.smoothing() == Smoothing.KNESER_NEY) {
            for (int count = 1; count <= Math.min(3, ceiling); count++) {
                if (count - discounts.of(count) > best - discounts.of(best)) {
                    best = count;
                }
            }
        }
        return best;
    }

    private void raise(float[] ceilings, int last) {
        for (int pair = 1; pair < ceilings.length; pair++) {
            ceilings[pair] = Math.max(ceilings[pair], last == 0 ? 0 : alpha[Math.min(pair, last)]);
        }
    }

    private void keepHighest(int from, int most) {
        if (size - from > most) {
            Arrays.sort(found, from, size);
            size = from + most;
        }
    }

    private static int[] distinct(int[] ids) {
        Arrays.sort(ids);
        int kept = 0;
        for (int i = 0; i < ids.length; i++) {
            if (i == 0 || ids[i] != ids[i - 1]) {
                ids[kept++] = ids[i];
            }
        }
        return Arrays.copyOf(ids, kept);
    }

    /** The best of those found, and those asked for; {@code ceilings} are raised to the α of the others. */
    private int[] best(int[] context, int length, int most, float[] ceilings) {
        int[] extras = new int[asked];
        for (int i = 0; i < asked; i++) {
            extras[i] = (int) found[i];
        }
        int[] all = new int[size];
        for (int i = 0; i < size; i++) {
            all[i] = (int) found[i];
        }
        int[] ids = distinct(all);
        Arrays.sort(extras);
        long[] ranked = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ranked[i] = (long) -Float.floatToIntBits(score(context, length, ids[i])) << 32 | ids[i];
        }
        // The bits of a positive float sort as the float does.
        Arrays.sort(ranked);
        int kept = Math.min(most, ranked.length);
        int[] listed = new int[kept + extras.length];
        for (int i = 0; i < kept; i++) {
            listed[i] = (int) ranked[i];
        }
        for (int i = kept; i < ranked.length; i++) {
            if (Arrays.binarySearch(extras, (int) ranked[i]) < 0) {
                score(context, length, (int) ranked[i]);
                raise(ceilings, settings.smoothing().lastPair(position, settings.order()));
            }
        }
        System.arraycopy(extras, 0, listed, kept, extras.length);
        return distinct(listed);
    }

    /** Half of it is the top order's probability, half the mean over all orders: the mixture gives each some weight. */
    private float score(int[] context, int length, int id) {
        counts.lookup(context, length, id, position);
        settings.smoothing().compute(position, estimates, alpha, gamma);
        int order = settings.order();
        int last = settings.smoothing().lastPair(position, order);
        double base = counts.continuationShare(id);
        double top = base;
        double sum = base;
        for (int pair = 1; pair < order; pair++) {
            top = pair <= last ? alpha[pair] + gamma[pair] * base : top;
            sum += top;
        }
        return (float) ((top + sum / order) / 2);
    }

    /** Words with the highest counts of all that are offered, at most so many. */
    static final class Highest {

        private static final int FIRST_ROOM = 64;

        private final int most;
        /** Heaps side by side whose first is the lowest, by count and then by id. */
        private long[] counts;

        private int[] ids;
        private int size;
        private long floor;

        /** @param most how many are kept; takes no more room than what is offered */
        Highest(int most) {
            this.most = Math.max(1, most);
            counts = new long[Math.min(FIRST_ROOM, this.most)];
            ids = new int[counts.length];
        }

        void offer(int id, long count) {
            if (id == NgramCounts.BOS || count <= 0) {
                return;
            }
            if (size < most) {
                if (size == counts.length) {
                    int room = (int) Math.min(most, 2L * size);
                    counts = Arrays.copyOf(counts, room);
                    ids = Arrays.copyOf(ids, room);
                }
                int at = size++;
                while (at > 0 && isHigher((at - 1) / 2, count, id)) {
                    move((at - 1) / 2, at);
                    at = (at - 1) / 2;
                }
                counts[at] = count;
                ids[at] = id;
                return;
            }
            if (isHigher(0, count, id)) {
                floor = Math.max(floor, count);
                return;
            }
            floor = Math.max(floor, counts[0]);
            sink(count, id);
        }

        private boolean isHigher(int at, long count, int id) {
            return counts[at] != count ? counts[at] > count : ids[at] > id;
        }

        private void move(int from, int to) {
            counts[to] = counts[from];
            ids[to] = ids[from];
        }

        private void sink(long count, int id) {
            int at = 0;
            while (true) {
                int child = 2 * at + 1;
                if (child >= size) {
                    break;
                }
                if (child + 1 < size && isHigher(child, counts[child + 1], ids[child + 1])) {
                    child++;
                }
                if (!isHigher(child, count, id)) {
                    move(child, at);
                    at = child;
                } else {
                    break;
                }
            }
            counts[at] = count;
            ids[at] = id;
        }

        /** The highest count that was offered for a word that is not kept; 0 where all are. */
        long floor() {
            return floor;
        }

        /** Sets the ids of those that are kept. */
        void list(BitSet found) {
            for (int i = 0; i < size; i++) {
                found.set(ids[i]);
            }
        }
    }
}
