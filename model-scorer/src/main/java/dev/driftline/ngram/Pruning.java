package dev.driftline.ngram;

import dev.driftline.codec.SplitMix64;
import dev.driftline.codec.Varints;
import dev.driftline.smoothing.CountsOfCounts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * How one pass over the counts ages and prunes what it comes by.
 *
 * <p><em>Pruning</em> takes the deepest word off the context of a tuple that was seen once, or not since the last pass, as long as
 * the n-gram that loses by it has been seen no more often than its order allows: a 5-gram becomes what is left of it, a 4-gram, and
 * so on. Nothing changes for the shorter n-grams: they keep their raw and continuation counts. A context that goes on to be held keeps
 * in its total how much was followed by words that are forgotten; that mass goes to the shorter context, so that p sums to 1.
 *
 * <p><em>Aging</em> multiplies counts by a factor and rounds up or down at random, with the fraction as the probability, so that a
 * count is right on average however small; the random numbers follow from the n-gram and the pass, so that the same documents leave
 * the same counts. What ages to 0 is as if it had never been seen.
 *
 * <p>Not thread-safe.
 */
final class Pruning {

    /** Told of what has faded, in pages that others depend on. */
    interface Loss {

        /** A tuple whose context begins with the shared words and {@code next} has lost some of its count. */
        void faded(int next, int word, long lost);

        /** The shared words, {@code next} and {@code word} are seen together no more. */
        void gone(int next, int word);
    }

    private final int order;
    private final CountsOfCounts totals;
    private final IntPredicate counted;
    private final Holdings holdings;
    private final IntConsumer needed;
    private final long[] raws;
    private final long[] cut;
    private final Varints.Writer forgotten = new Varints.Writer(256);
    private final List<long[]> faded = new ArrayList<>();
    private double factor = 1;
    private long pass;
    private long forgottenNgrams;
    private long forgottenBytes;

    /**
     * @param totals counts of counts, which follow what fades; those of what is pruned stay as the stream had them
     * @param counted whether what follows a nearest context word enters the totals
     * @param needed told of each word of what is kept
     */
    Pruning(int order, CountsOfCounts totals, IntPredicate counted, Holdings holdings, IntConsumer needed) {
        this.order = order;
        this.totals = totals;
        this.counted = counted;
        this.holdings = holdings;
        this.needed = needed;
        raws = new long[order + 1];
        cut = new long[order + 1];
    }

    /**
     * Begins a pass.
     *
     * @param number of the pass
     * @param ageing what is left of a count, at most 1
     */
    void begin(long number, double ageing) {
        pass = number;
        factor = ageing;
    }

    /** Whether not every page was swept since the state began. */
    boolean isFirstPass() {
        return pass == 0;
    }

    /** Lets an n-gram in a context of {@code depth} words go that has been seen {@code most} times or fewer. */
    void cut(int depth, long most) {
        cut[depth] = most;
    }

    /** The most times that an n-gram in a context of {@code depth} words has been seen that may go. */
    long cut(int depth) {
        return cut[depth];
    }

    /** A word of what is kept. */
    void need(int word) {
        needed.accept(word);
    }

    /** What is left of a count, at most 1. */
    double factor() {
        return factor;
    }

    /** Whether counts fade. */
    boolean fades() {
        return factor < 1;
    }

    /** The counts of counts that follow what fades after {@code nearest}; null where none do. */
    @Nullable
    CountsOfCounts told(int nearest) {
        return fades() && counted.test(nearest) ? totals : null;
    }

    /** N-grams that were pruned or have faded since this was made. */
    long forgottenNgrams() {
        return forgottenNgrams;
    }

    /** Bytes that they took. */
    long forgottenBytes() {
        return forgottenBytes;
    }

    /** Appends what {@link #read} reads. */
    void write(Varints.Writer out) {
        out.writeLong(forgottenNgrams);
        out.writeLong(forgottenBytes);
    }

    /** Goes on from what {@link #write} wrote. */
    void read(Varints.Reader in) {
        forgottenNgrams = in.readLong();
        forgottenBytes = in.readLong();
    }

    /** An n-gram is forgotten. */
    void forget(long bytes) {
        forgottenNgrams++;
        forgottenBytes += bytes;
    }

    /** What is left of a count. */
    long age(long count, long hash) {
        if (factor == 1) {
            return count;
        }
        double expected = count * factor;
        long whole = (long) expected;
        double drawn = (SplitMix64.mix(hash ^ pass * SplitMix64.GOLDEN) >>> 11) * 0x1p-53;
        return drawn < expected - whole ? whole + 1 : whole;
    }

    /** A number that says which n-gram this is. */
    static long hash(int[] context, int length, int word) {
        long h = word;
        for (int d = 1; d <= length; d++) {
            h = (h ^ context[d]) * SplitMix64.GOLDEN;
            h ^= h >>> 29;
        }
        return h;
    }

    /**
     * Ages and prunes the contexts of a trie.
     *
     * @param kept an empty trie that gets what is kept
     * @param base how many context words the tuples share
     * @param first where they share none, the first word of the block that their nearest words are of
     * @param shared the nearest context word, where they share one
     * @return {@code kept}
     */
    ContextTrie sweep(ContextTrie old, ContextTrie kept, int base, int first, int shared, Loss loss) {
        kept.reserve(old.used());
        forgotten.reset();
        faded.clear();
        long bytesBefore = holdings.bytes;
        long ngramsBefore = holdings.ngrams;
        old.held((context, length, word, count, left, used) -> {
            long after = age(count, hash(context, length, word));
            if (word == HeldVisitor.FORGOTTEN) {
                if (after > 0) {
                    long others = Math.max(1, Math.round(left * factor));
                    PackedTuples.writeMarked(base, context, length, word, after, others, false, forgotten);
                }
                return;
            }
            holdings.ngrams--;
            holdings.bytes -= PackedTuples.bytes(base, context, length, word, count, left);
            if (after < count) {
                faded.add(new long[] {context[base + 1], word, count - after});
            }
            if (after > 0) {
                keep(old, kept, base, context, length, word, after, Math.min(left, after), used);
            }
        });
        if (forgotten.size() > 0) {
            new PackedTuples(order, base, first, forgotten.toByteArray(), 0, PackedTuples.Form.MARKED)
                    .putForgotten(kept);
        }
        kept.held((context, length, word, count, left, used) -> {
            for (int d = base + 1; d <= length; d++) {
                needed.accept(context[d]);
            }
            if (word != HeldVisitor.FORGOTTEN) {
                needed.accept(word);
                holdings.ngrams++;
                holdings.bytes += PackedTuples.bytes(base, context, length, word, count, left);
            }
        });
        if (base > 0 && kept.tuples() > 0) {
            needed.accept(shared);
        }
        if (fades()) {
            old.census(this::told, -1, shared);
            kept.census(this::told, 1, shared);
        }
        tellOfLosses(kept, base, loss);
        forgottenNgrams += ngramsBefore - holdings.ngrams;
        forgottenBytes += bytesBefore - holdings.bytes;
        return kept;
    }

    private void keep(
            ContextTrie old,
            ContextTrie kept,
            int base,
            int[] context,
            int length,
            int word,
            long count,
            long left,
            boolean used) {
        int to = length;
        if ((!used || count == 1) && count <= cut[length]) {
            old.raws(context, length, word, raws);
            while (to > base && raws[to] <= cut[to]) {
                to--;
            }
        }
        if (to == length) {
            kept.put(context, length, word, count, left, false);
            return;
        }
        for (int depth = to + 1; depth <= length; depth++) {
            long others = depth == length ? Math.max(1, left) : 1;
            PackedTuples.writeMarked(base, context, depth, HeldVisitor.FORGOTTEN, count, others, false, forgotten);
        }
        if (to > base) {
            kept.put(context, to, word, count, 1, false);
        }
    }

    private void tellOfLosses(ContextTrie kept, int base, Loss loss) {
        if (faded.isEmpty()) {
            return;
        }
        Set<Long> told = new HashSet<>();
        int[] context = new int[order + 1];
        for (long[] one : faded) {
            int next = (int) one[0];
            int word = (int) one[1];
            loss.faded(next, word, one[2]);
            context[base + 1] = next;
            kept.raws(context, base + 1, word, raws);
            if (raws[base + 1] == 0 && told.add((long) next << 32 | word)) {
                loss.gone(next, word);
            }
        }
    }
}
