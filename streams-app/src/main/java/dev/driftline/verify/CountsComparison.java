package dev.driftline.verify;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.verify.log.VerifyProgress;
import java.util.List;

/**
 * Compares the counts of a shard as they are stored with those that a replay has learned: every word, every n-gram both ways,
 * and every total.
 *
 * <p>Goes through the words of one side and looks each n-gram up on the other, a page at a time, so that neither side has to fit
 * the heap. Words are matched by their spellings: their numbers differ where the two learned in another order.
 */
final class CountsComparison {

    private static final int TRIM_EVERY = 1 << 12;
    private static final int KNOWN = 1 << 16;

    private final int shard;
    private final String place;
    private final NgramCounts stored;
    private final NgramCounts replayed;
    private final Sample sample;
    private final Differences differences;
    private final VerifyProgress progress;
    private final int order;
    private long events;

    /**
     * @param place where the stored counts are, for messages
     */
    CountsComparison(
            int shard,
            String place,
            NgramCounts stored,
            NgramCounts replayed,
            Sample sample,
            Differences differences,
            VerifyProgress progress) {
        this.shard = shard;
        this.place = place;
        this.stored = stored;
        this.replayed = replayed;
        this.sample = sample;
        this.differences = differences;
        this.progress = progress;
        order = replayed.order();
    }

    /** Distinct n-grams of the state compared so far. */
    long events() {
        return events;
    }

    /** Compares everything. */
    void run() {
        stored.load();
        replayed.load();
        totals();
        Side forward = new Side(stored, replayed);
        int words = stored.wordCount();
        for (int id = 0; id < words; id++) {
            compare(forward, id);
            if ((id & 0x3F) == 0) {
                trim();
                progress.at("comparing the counts of shard " + shard, id, words);
            }
        }
        Side backward = new Side(replayed, stored);
        for (int id = 0; id < replayed.wordCount(); id++) {
            String word = replayed.spelling(id);
            if (sample.has(word) && stored.find(word) < 0) {
                missing(backward, id, word);
            }
            if ((id & 0x3F) == 0) {
                trim();
            }
        }
    }

    private void trim() {
        stored.trim();
        replayed.trim();
    }

    private void totals() {
        total("tokens", replayed.rawTotal(), stored.rawTotal());
        total("words counted", replayed.rawTypes(), stored.rawTypes());
        total("distinct bigrams by their last word", replayed.continuationTotal(), stored.continuationTotal());
        total("words that follow another", replayed.continuationTypes(), stored.continuationTypes());
        for (int k = 1; k <= order; k++) {
            for (int times = 1; times <= 4; times++) {
                total(
                        k + "-grams that occur " + times + " times",
                        replayed.rawCountOfCounts(k, times),
                        stored.rawCountOfCounts(k, times));
                if (k < order) {
                    total(
                            k + "-grams that follow " + times + " words",
                            replayed.continuationCountOfCounts(k, times),
                            stored.continuationCountOfCounts(k, times));
                }
            }
        }
    }

    private void total(String what, long expected, long found) {
        if (expected != found) {
            differences.add(Difference.Kind.TOTAL, "shard " + shard + ", " + what, place, expected, found);
        }
    }

    private void compare(Side forward, int id) {
        String word = "number " + id;
        try {
            word = stored.spelling(id);
            if (sample.has(word)) {
                compare(forward, id, word);
            }
        } catch (RuntimeException | StackOverflowError e) {
            differences.add(
                    Difference.Kind.UNREADABLE_STATE,
                    "shard " + shard + ", pages of " + quoted(word),
                    place,
                    "pages that can be read",
                    e);
        }
    }

    private void compare(Side forward, int id, String word) {
        int same = replayed.find(word);
        long raw = stored.rawUnigram(id);
        int continuation = stored.continuationUnigram(id);
        long expectedRaw = same < 0 ? 0 : replayed.rawUnigram(same);
        int expectedContinuation = same < 0 ? 0 : replayed.continuationUnigram(same);
        if (raw != expectedRaw) {
            differences.add(kind(expectedRaw, raw), gram(List.of(word)), place, expectedRaw, raw);
        }
        if (continuation != expectedContinuation) {
            differences.add(
                    Difference.Kind.COUNT,
                    gram(List.of(word)) + ", distinct words before it",
                    place,
                    expectedContinuation,
                    continuation);
        }
        long found = forward.events(id, (count, counts, inOther) -> compare(forward, count, counts, inOther));
        events += found;
        if (same >= 0 && found != forward.eventsOfOther(same)) {
            Side backward = new Side(replayed, stored);
            backward.events(same, (count, counts, inOther) -> {
                if (counts.isEmpty()) {
                    differences.add(Difference.Kind.MISSING_NGRAM, gram(backward.words()), place, count, 0);
                }
            });
        }
    }

    private void compare(Side forward, long count, Side.Other counts, long inOther) {
        if (forward.isPresenceAlone() && inOther > 0) {
            return;
        }
        if (inOther != count) {
            differences.add(kind(inOther, count), gram(forward.words()), place, inOther, count);
        } else if (counts.differsAt() > 0) {
            List<String> words = forward.words();
            int from = Math.max(0, words.size() - 1 - counts.differsAt());
            differences.add(
                    Difference.Kind.COUNT,
                    gram(words.subList(from, words.size())) + ", figures of its context",
                    place,
                    counts.expected(),
                    counts.found());
        }
    }

    private void missing(Side backward, int id, String word) {
        long raw = replayed.rawUnigram(id);
        if (raw > 0) {
            differences.add(Difference.Kind.MISSING_NGRAM, gram(List.of(word)), place, raw, 0);
        }
        backward.events(
                id,
                (count, counts, inOther) ->
                        differences.add(Difference.Kind.MISSING_NGRAM, gram(backward.words()), place, count, 0));
    }

    private static Difference.Kind kind(long expected, long found) {
        return expected == 0
                ? Difference.Kind.EXTRA_NGRAM
                : found == 0 ? Difference.Kind.MISSING_NGRAM : Difference.Kind.COUNT;
    }

    /** A name inside the shard stands for the words before a word. */
    private String gram(List<String> words) {
        if (words.size() > 1 && words.get(words.size() - 2).startsWith("\0")) {
            return "shard " + shard + ", " + quoted(words.get(words.size() - 1)) + " before "
                    + quoted(words.get(words.size() - 2).substring(1));
        }
        return "shard " + shard + ", '" + String.join(" ", words) + "'";
    }

    private static String quoted(String word) {
        return "'" + (word.startsWith("\0") ? word.substring(1) : word) + "'";
    }

    /** One side, whose n-grams are looked up on the other. */
    private static final class Side {

        interface Visitor {
            void visit(long count, Other counts, long inOther);
        }

        /** What the other side says of an n-gram. */
        final class Other {

            boolean isEmpty() {
                return there.matched() < length || there.raw(length) == 0;
            }

            int differsAt() {
                return here.differsFrom(there);
            }

            String found() {
                return figures(here);
            }

            String expected() {
                return figures(there);
            }

            private String figures(PositionCounts of) {
                int at = differsAt();
                return at > of.matched()
                        ? "none"
                        : "count " + of.raw(at) + " of " + of.rawTotal(at) + ", " + of.followers(at)
                                + " different next words, after " + of.continuation(at) + " different words";
            }
        }

        private final NgramCounts own;
        private final NgramCounts other;
        private final PositionCounts here;
        private final PositionCounts there;
        private final int[] translated;
        private final Other result = new Other();
        /** The number on the other side of words looked up of late, by their number here, plus one. */
        private final int[] known = new int[KNOWN];

        private final int[] knownAs = new int[KNOWN];
        private int[] context = {};
        private int length;
        private int word;
        private long visited;

        Side(NgramCounts own, NgramCounts other) {
            this.own = own;
            this.other = other;
            int order = own.order();
            here = new PositionCounts(order);
            there = new PositionCounts(order);
            translated = new int[order + 1];
        }

        /** Looks every n-gram after a word up; returns how many there are. */
        long events(int id, Visitor visitor) {
            long[] count = {0};
            own.tuples(id, (at, words, follower, times) -> {
                context = at;
                length = words;
                word = follower;
                count[0]++;
                for (int d = 1; d <= words; d++) {
                    translated[d] = translate(at[d]);
                }
                own.lookup(at, words, follower, here);
                other.lookup(translated, words, translate(follower), there);
                visitor.visit(times, result, there.matched() < words ? 0 : there.raw(words));
                if ((++visited & TRIM_EVERY - 1) == 0) {
                    other.trim();
                }
            });
            return count[0];
        }

        /** Whether the n-gram at hand is a left neighbour, and one side does not know how often it was seen: a state of 0.5.0. */
        boolean isPresenceAlone() {
            return !(own.countsSightings() && other.countsSightings())
                    && own.spelling(context[1]).startsWith("\0");
        }

        /** How many n-grams the other side has after a word of its own. */
        long eventsOfOther(int theirs) {
            long[] count = {0};
            other.tuples(theirs, (at, words, follower, times) -> count[0]++);
            return count[0];
        }

        private int translate(int id) {
            int slot = id & KNOWN - 1;
            if (known[slot] != id + 1) {
                known[slot] = id + 1;
                knownAs[slot] = other.find(own.spelling(id));
            }
            return knownAs[slot];
        }

        /** The n-gram at hand, in the order of the text. */
        List<String> words() {
            String[] words = new String[length + 1];
            for (int d = 1; d <= length; d++) {
                words[length - d] = own.spelling(context[d]);
            }
            words[length] = own.spelling(word);
            return List.of(words);
        }
    }
}
