package dev.driftline.prefix;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Finds the words that begin with a prefix, those with high counts first, without looking at the others.
 *
 * <p>An entry is the number of a word, the first {@value #KEY_BYTES} bytes of its spelling, and a level: how many binary digits the
 * count of the word has. Entries lie in runs, each sorted by level and then by those bytes, so the words of a level that begin with
 * a prefix are neighbours. New entries are added at the end; once there are {@value #MOST_NEW} they are sorted into a run, and runs
 * of like length are merged: each entry is moved about as often as the number of entries can be halved.
 *
 * <p>Nothing is ever taken out. A word has an entry with each level that it rose to, and keeps those above it when its count falls;
 * a number that got another word has entries of the old one. So whoever asks has to look at the words that are found. What holds is
 * the reverse: a word has an entry with its spelling and a level that is not below its own. Not thread-safe.
 */
public final class PrefixIndex {

    /** Bytes of a spelling that an entry has. */
    static final int KEY_BYTES = Long.BYTES;

    /** Entries that are not in a run yet. */
    static final int MOST_NEW = 1 << 12;

    /** One more than the highest level. */
    public static final int LEVELS = Long.SIZE;

    /** Heap bytes of an entry. */
    public static final long ENTRY_BYTES = Long.BYTES + Integer.BYTES;

    private static final int DIGIT = 8;

    /** Entries in the order of their level and then of their keys; those of a level begin at its place in {@code starts}. */
    private record Run(long[] keys, int[] ids, int[] starts) {

        int size() {
            return ids.length;
        }

        /** The first place of a level whose key is not below a range; the end of the level where there is none. */
        int first(int level, Range range) {
            int low = starts[level];
            int high = starts[level + 1];
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (keys[middle] < range.low) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    /** Keys from one to another, both included: what begins with the same bytes. */
    private record Range(long low, long high) {

        boolean has(long key) {
            return key >= low && key <= high;
        }

        /** @param length of {@code utf8} that counts */
        static Range of(byte[] utf8, int length) {
            int bytes = Math.min(length, KEY_BYTES);
            long low = key(utf8, 0, bytes);
            // Of no bytes every key, which sorts with its sign.
            return new Range(low, bytes == 0 ? Long.MAX_VALUE : low | (bytes == KEY_BYTES ? 0 : -1L >>> bytes * DIGIT));
        }
    }

    private final List<Run> runs = new ArrayList<>();
    private final long[] newKeys = new long[MOST_NEW];
    private final int[] newIds = new int[MOST_NEW];
    private final byte[] newLevels = new byte[MOST_NEW];
    private int newEntries;
    private long entries;
    private int runsSinceUse;

    /** How many binary digits a count has: 0 of none, 1 of 1, 2 of 2 and 3. */
    public static int level(long count) {
        return Long.SIZE - Long.numberOfLeadingZeros(count);
    }

    /** The highest count of a level, or of a lower one. */
    public static long highest(int level) {
        return (1L << level) - 1;
    }

    /** The bytes of a spelling that an entry has, which sort as the spellings do. */
    private static long key(byte[] utf8, int from, int to) {
        long key = 0;
        int bytes = Math.min(KEY_BYTES, to - from);
        for (int i = 0; i < bytes; i++) {
            key |= (utf8[from + i] & 0xFFL) << Long.SIZE - DIGIT * (i + 1);
        }
        // Longs compare with their sign, bytes without.
        return key ^ Long.MIN_VALUE;
    }

    /** Adds a word, or a level that it has risen to. */
    public void add(byte[] utf8, int from, int to, int id, int level) {
        if (newEntries == MOST_NEW) {
            sortNew();
        }
        newKeys[newEntries] = key(utf8, from, to);
        newIds[newEntries] = id;
        newLevels[newEntries++] = (byte) level;
        entries++;
    }

    /** How many entries there are: more than words. */
    public long entries() {
        return entries;
    }

    /** Heap, about, in bytes. */
    public long heapBytes() {
        return (entries + 2L * MOST_NEW) * ENTRY_BYTES;
    }

    /** How many runs have been sorted since somebody last asked. */
    public int runsSinceUse() {
        return runsSinceUse;
    }

    /** Whether a prefix is longer than what the entries have of a word: it has to be looked for in the spellings that are found. */
    public static boolean isLonger(WordPrefix prefix) {
        return prefix.text().getBytes(StandardCharsets.UTF_8).length > KEY_BYTES;
    }

    /** The entries of a prefix, level by level. Valid until the next {@link #add}. */
    public Found find(WordPrefix prefix) {
        runsSinceUse = 0;
        return new Found(prefix.ignoresCase() ? ranges(prefix) : List.of(rangeOf(prefix.text())));
    }

    private static Range rangeOf(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return Range.of(utf8, utf8.length);
    }

    /** Of each spelling of the prefix that a word begins with, as far as entries have it. */
    private List<Range> ranges(WordPrefix prefix) {
        List<String> spellings = List.of("");
        String text = prefix.text();
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            List<String> longer = new ArrayList<>();
            int codePoint = text.codePointAt(i);
            for (String spelling : spellings) {
                if (spelling.getBytes(StandardCharsets.UTF_8).length >= KEY_BYTES) {
                    longer.add(spelling);
                    continue;
                }
                prefix.variants(codePoint).forEach(variant -> {
                    String next = spelling + Character.toString(variant);
                    if (hasAny(rangeOf(next))) {
                        longer.add(next);
                    }
                });
            }
            spellings = longer;
        }
        return spellings.stream().map(PrefixIndex::rangeOf).distinct().toList();
    }

    private boolean hasAny(Range range) {
        return IntStream.range(0, LEVELS).anyMatch(level -> hasInRun(level, range))
                || IntStream.range(0, newEntries).anyMatch(i -> range.has(newKeys[i]));
    }

    private boolean hasInRun(int level, Range range) {
        for (Run run : runs) {
            int at = run.first(level, range);
            if (at < run.starts[level + 1] && run.keys[at] <= range.high) {
                return true;
            }
        }
        return false;
    }

    /** What {@link #find} has found. */
    public final class Found {

        private final List<Range> ranges;
        /** Where the entries are that are in no run. */
        private final int[] places;

        private Found(List<Range> ranges) {
            this.ranges = ranges;
            places = IntStream.range(0, newEntries)
                    .filter(i -> ranges.stream().anyMatch(range -> range.has(newKeys[i])))
                    .toArray();
        }

        /** Visits the ids of a level; one may come more than once. */
        public void visit(int level, IntConsumer ids) {
            for (Range range : ranges) {
                for (Run run : runs) {
                    int to = run.starts[level + 1];
                    for (int at = run.first(level, range); at < to && run.keys[at] <= range.high; at++) {
                        ids.accept(run.ids[at]);
                    }
                }
            }
            for (int place : places) {
                if (newLevels[place] == level) {
                    ids.accept(newIds[place]);
                }
            }
        }

        /** The highest level up to {@code level} with an entry; 0 where there is none above 0. */
        public int highest(int level) {
            int highest = level;
            while (highest > 0 && !has(highest)) {
                highest--;
            }
            return highest;
        }

        private boolean has(int level) {
            return ranges.stream().anyMatch(range -> hasInRun(level, range))
                    || Arrays.stream(places).anyMatch(place -> newLevels[place] == level);
        }
    }

    private void sortNew() {
        Run run = sorted(newKeys, newIds, newLevels, newEntries);
        newEntries = 0;
        runsSinceUse++;
        while (!runs.isEmpty() && runs.get(runs.size() - 1).size() <= 2 * run.size()) {
            run = merged(runs.remove(runs.size() - 1), run);
        }
        runs.add(run);
    }

    /** By level and then by key: counting sort by each byte, the least significant first. */
    private static Run sorted(long[] keys, int[] ids, byte[] levels, int size) {
        long[] sortedKeys = Arrays.copyOf(keys, size);
        int[] sortedIds = Arrays.copyOf(ids, size);
        byte[] sortedLevels = Arrays.copyOf(levels, size);
        long[] nextKeys = new long[size];
        int[] nextIds = new int[size];
        byte[] nextLevels = new byte[size];
        int[] ends = new int[1 << DIGIT];
        for (int digit = 0; digit <= KEY_BYTES; digit++) {
            Arrays.fill(ends, 0);
            for (int i = 0; i < size; i++) {
                ends[digit(sortedKeys[i], sortedLevels[i], digit)]++;
            }
            for (int value = 1; value < ends.length; value++) {
                ends[value] += ends[value - 1];
            }
            for (int i = size - 1; i >= 0; i--) {
                int to = --ends[digit(sortedKeys[i], sortedLevels[i], digit)];
                nextKeys[to] = sortedKeys[i];
                nextIds[to] = sortedIds[i];
                nextLevels[to] = sortedLevels[i];
            }
            long[] keysBefore = sortedKeys;
            sortedKeys = nextKeys;
            nextKeys = keysBefore;
            int[] idsBefore = sortedIds;
            sortedIds = nextIds;
            nextIds = idsBefore;
            byte[] levelsBefore = sortedLevels;
            sortedLevels = nextLevels;
            nextLevels = levelsBefore;
        }
        int[] starts = new int[LEVELS + 1];
        for (byte level : sortedLevels) {
            starts[level + 1]++;
        }
        for (int level = 0; level < LEVELS; level++) {
            starts[level + 1] += starts[level];
        }
        return new Run(sortedKeys, sortedIds, starts);
    }

    private static int digit(long key, byte level, int digit) {
        return digit == KEY_BYTES ? level : (int) ((key ^ Long.MIN_VALUE) >>> DIGIT * digit) & (1 << DIGIT) - 1;
    }

    private static Run merged(Run one, Run other) {
        long[] keys = new long[one.size() + other.size()];
        int[] ids = new int[keys.length];
        int[] starts = new int[LEVELS + 1];
        int at = 0;
        for (int level = 0; level < LEVELS; level++) {
            int i = one.starts[level];
            int j = other.starts[level];
            while (i < one.starts[level + 1] || j < other.starts[level + 1]) {
                boolean isFirst =
                        j == other.starts[level + 1] || i < one.starts[level + 1] && one.keys[i] <= other.keys[j];
                keys[at] = isFirst ? one.keys[i] : other.keys[j];
                ids[at++] = isFirst ? one.ids[i++] : other.ids[j++];
            }
            starts[level + 1] = at;
        }
        return new Run(keys, ids, starts);
    }
}
