package dev.driftline.source;

import dev.driftline.codec.LongTable;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.SourceMemory;
import dev.driftline.prefix.WordPrefix;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The newest tokens of one source, counted as unigrams and bigrams, token by token.
 *
 * <p>Tokens carry sequence numbers from 0, the source's first. A ring holds the newest; pushing one takes out of each
 * count what leaves its window. A token that was {@code <unk>} when it came stays {@code <unk>} as an event, and is the
 * word that it was as a context: the rate of unknown words is worth more than the few that come back (measured).
 * Everything is integers, so that {@link #undo} and a rebuild from stored tokens give exactly the state before.
 *
 * <p>With c(w), r(w) and c(v w) counts within the unigram, the recent and the bigram window, n tokens in each, s the recent
 * share, d the discount, and t(v) distinct events after v:
 *
 * <pre>
 * p₁(w)     = (1 − s) c(w) / n + s r(w) / n_recent                         (cache: Kuhn and De Mori 1990)
 * p₂(w | v) = (max(c(v w) − d, 0) + d t(v) p₁(w)) / c(v)                   (absolute discounting: Ney et al. 1994)
 * </pre>
 *
 * <p>Not thread-safe.
 */
final class RecencyCache {

    private static final int STRIDE = 4;
    private static final int UNIGRAM = 0;
    private static final int RECENT = 1;
    private static final int FOLLOWERS = 2;
    private static final int FOLLOWER_TYPES = 3;

    private final MixtureSettings.Caches settings;
    private final WordDictionary dictionary = new WordDictionary();
    private final LongTable pairs = new LongTable(256);

    /** {@code word << 1 | unknown} by sequence number modulo the length, a power of two. */
    private int[] ring = new int[256];

    /** By the same index: how many tokens before this one the same context was last seen; 0 where it was not. */
    private int[] sameContext = new int[256];

    private int[] counts = new int[STRIDE * 64];
    private int[] tokensOf = new int[64];
    private long[] lastFollower = new long[64];

    private int[] unused = new int[16];
    private int unusedCount;

    private long first;
    private long next;
    private int context = SourceMemory.BEGIN_OF_SENTENCE;

    private double unigramProbability;
    private double bigramProbability;
    private double unigramInBigram;
    /** Takes in what is read ahead, so that no compiler leaves it out. */
    @SuppressWarnings("unused")
    private long readAhead;

    RecencyCache(MixtureSettings.Caches settings) {
        this.settings = settings;
    }

    /** Sequence number of the oldest token that was pushed since the beginning, or since one was last taken out. */
    long first() {
        return first;
    }

    /** Sequence number of the next token. */
    long next() {
        return next;
    }

    /** Starts at a sequence number other than 0: for a rebuild from stored tokens, right after construction. */
    void startAt(long sequence) {
        first = sequence;
        next = sequence;
    }

    /** The number of the word before the next token, {@code <s>} at the start of a sentence. */
    int context() {
        return context;
    }

    /** Makes room for {@code tokens} more; with {@code undoable}, {@link #undo} can take all of them back. */
    void reserve(int tokens, boolean undoable) {
        long window = settings.bigramWindow() + 2L + TokenSegments.TOKENS;
        long held = Math.min(next - first, window);
        long needed = undoable ? held + tokens : Math.min(held + tokens, window);
        if (needed > ring.length) {
            if (needed > 1 << 30) {
                throw new IllegalArgumentException("a document of " + tokens + " tokens, expected fewer than 2^30");
            }
            resize(Integer.highestOneBit((int) needed - 1) << 1);
        }
    }

    private void resize(int capacity) {
        int[] oldRing = ring;
        int[] oldSame = sameContext;
        ring = new int[capacity];
        sameContext = new int[capacity];
        long from = Math.max(first, next - Math.min(oldRing.length, capacity));
        for (long sequence = from; sequence < next; sequence++) {
            ring[(int) sequence & capacity - 1] = oldRing[(int) sequence & oldRing.length - 1];
            sameContext[(int) sequence & capacity - 1] = oldSame[(int) sequence & oldRing.length - 1];
        }
    }

    /** The number of a word that the document at hand is about to push. */
    int number(String word) {
        int id = dictionary.number(word);
        if (id >= tokensOf.length) {
            int length = Math.max(id + 1, tokensOf.length * 2);
            counts = Arrays.copyOf(counts, length * STRIDE);
            tokensOf = Arrays.copyOf(tokensOf, length);
            lastFollower = Arrays.copyOf(lastFollower, length);
        }
        return id;
    }

    /** The number of a word, or −1 where the window does not hold it. */
    int find(String word) {
        return dictionary.find(word);
    }

    /** The word with a number, or null where none has it. */
    @Nullable
    String word(int id) {
        return dictionary.word(id);
    }

    /** The word with the number of a token that is still held. */
    String heldWord(int id) {
        return Objects.requireNonNull(dictionary.word(id), "a word that has left the window");
    }

    /** Heap that it takes, in bytes, about. */
    long heapBytes() {
        return 8L * ring.length
                + 4L * counts.length
                + 12L * tokensOf.length
                + 4L * unused.length
                + pairs.heapBytes()
                + dictionary.heapBytes();
    }

    int words() {
        return dictionary.size();
    }

    /** Times that {@code context} was followed by anything, within the bigram window. */
    int followers(int context) {
        return context < 0 ? 0 : counts[context * STRIDE + FOLLOWERS];
    }

    /** Distinct events that followed {@code context}, within the bigram window. */
    int followerTypes(int context) {
        return context < 0 ? 0 : counts[context * STRIDE + FOLLOWER_TYPES];
    }

    /** True while nothing has been pushed: then there is no distribution to ask for. */
    boolean isEmpty() {
        return next == first;
    }

    /**
     * Looks {@code event} up after {@link #context()}; {@link #unigram()} and {@link #bigram()} have the answer.
     *
     * @param event a word's number, −1 for one that the window does not hold, or {@link WordDictionary#UNKNOWN}
     */
    void look(int event) {
        long held = next - first;
        int unigrams = event < 0 ? 0 : counts[event * STRIDE + UNIGRAM];
        double p = 0;
        if (unigrams > 0) {
            int recent = counts[event * STRIDE + RECENT];
            double share = settings.recentShare();
            p = (1 - share) * unigrams / Math.min(held, settings.unigramWindow())
                    + share * recent / Math.min(held, settings.recentWindow());
        }
        unigramProbability = p;
        int followers = counts[context * STRIDE + FOLLOWERS];
        if (followers == 0) {
            bigramProbability = p;
            unigramInBigram = 1;
            return;
        }
        double discount = settings.bigramDiscount();
        int count = event < 0 ? 0 : pairs.get(pair(context, event));
        double kept = count > 0 ? count - discount : 0;
        unigramInBigram = discount * counts[context * STRIDE + FOLLOWER_TYPES] / followers;
        bigramProbability = kept / followers + unigramInBigram * p;
    }

    /**
     * Looks at all words but some after {@link #context()}: {@link #unigram()} then has the highest p₁ of them, and
     * {@link #bigram()} no less than the highest p₂, that of the highest count with the highest p₁.
     *
     * @return the words with the highest p₁, and the newest ones after the context, at most {@code limit} of each
     */
    List<String> lookAtOthers(BitSet but, WordPrefix prefix, int limit) {
        PriorityQueue<Weighed> best = new PriorityQueue<>();
        double highest = 0;
        for (int id = WordDictionary.FIRST_WORD; id < tokensOf.length; id++) {
            if (counts[id * STRIDE + UNIGRAM] > 0 && !but.get(id) && prefix.matches(heldWord(id))) {
                look(id);
                highest = Math.max(highest, unigramProbability);
                best.add(new Weighed(id, unigramProbability));
                if (best.size() > limit) {
                    best.remove();
                }
            }
        }
        BitSet words = new BitSet();
        best.forEach(word -> words.set(word.id));
        int count = 0;
        int after = 0;
        for (long at = newestAfter(context); at >= 0; at = previousAfter(at)) {
            int event = event(at);
            if (event >= WordDictionary.FIRST_WORD && !but.get(event) && prefix.matches(heldWord(event))) {
                count = Math.max(count, pairs.get(pair(context, event)));
                if (after < limit && !words.get(event)) {
                    words.set(event);
                    after++;
                }
            }
        }
        unigramProbability = highest;
        int followers = followers(context);
        double kept = Math.max(0, count - settings.bigramDiscount());
        unigramInBigram = followers == 0 ? 1 : settings.bigramDiscount() * followerTypes(context) / followers;
        bigramProbability = followers == 0 ? highest : kept / followers + unigramInBigram * highest;
        return words.stream().mapToObj(this::heldWord).toList();
    }

    private record Weighed(int id, double probability) implements Comparable<Weighed> {
        @Override
        public int compareTo(Weighed other) {
            return Double.compare(probability, other.probability);
        }
    }

    /**
     * Reads what {@link #look} and {@link #push} of some tokens need from memory, for all of them at once.
     *
     * @param tokens of the document at hand
     * @param ids the number of each of its words
     * @param from the token that is pushed next
     * @param to behind the last
     */
    void readAhead(int[] tokens, int[] ids, int from, int to) {
        long sum = 0;
        int before = context;
        for (int i = from; i < to; i++) {
            int word = ids[tokens[i]];
            sum += pairs.readAhead(pair(before, word)) + counts[word * STRIDE] + lastFollower[word] + tokensOf[word];
            before = word == SourceMemory.END_OF_SENTENCE ? SourceMemory.BEGIN_OF_SENTENCE : word;
        }
        long gone = Math.max(first, next - settings.bigramWindow());
        long last = next + (to - from) - settings.bigramWindow();
        for (; gone < last; gone++) {
            sum += pairs.readAhead(pair(contextOf(gone), event(gone)));
        }
        readAhead += sum;
    }

    /** The unigram cache's probability of what {@link #look} asked for. */
    double unigram() {
        return unigramProbability;
    }

    /** The factor of p₁ in p₂ after {@link #context()}, as of the last {@link #look}: d t(v) / c(v), or 1. */
    double unigramInBigram() {
        return unigramInBigram;
    }

    /** The bigram cache's probability of what {@link #look} asked for. */
    double bigram() {
        return bigramProbability;
    }

    /** Adds one token. */
    void push(int word, boolean unknown) {
        int mask = ring.length - 1;
        long sequence = next;
        ring[(int) sequence & mask] = word << 1 | (unknown ? 1 : 0);
        tokensOf[word]++;
        int event = unknown ? SourceMemory.UNKNOWN : word;
        counts[event * STRIDE + UNIGRAM]++;
        counts[event * STRIDE + RECENT]++;
        addPair(context, event);
        long last = lastFollower[context];
        long distance = sequence + 1 - last;
        sameContext[(int) sequence & mask] = last == 0 || distance > settings.bigramWindow() ? 0 : (int) distance;
        lastFollower[context] = sequence + 1;
        next = sequence + 1;
        context = word == SourceMemory.END_OF_SENTENCE ? SourceMemory.BEGIN_OF_SENTENCE : word;

        long held = next - first;
        if (held > settings.recentWindow()) {
            counts[event(sequence - settings.recentWindow()) * STRIDE + RECENT]--;
        }
        if (held > settings.unigramWindow()) {
            counts[event(sequence - settings.unigramWindow()) * STRIDE + UNIGRAM]--;
        }
        if (held > settings.bigramWindow()) {
            long gone = sequence - settings.bigramWindow();
            removePair(contextOf(gone), event(gone));
            int goneWord = ring[(int) gone & mask] >>> 1;
            if (--tokensOf[goneWord] == 0) {
                markUnused(goneWord);
            }
        }
    }

    /** Takes back the tokens from {@code from} on, for which {@link #reserve} was told so. */
    void undo(long from) {
        int mask = ring.length - 1;
        while (next > from) {
            long sequence = next - 1;
            long held = next - first;
            if (held > settings.bigramWindow()) {
                long back = sequence - settings.bigramWindow();
                tokensOf[ring[(int) back & mask] >>> 1]++;
                addPair(contextOf(back), event(back));
            }
            if (held > settings.unigramWindow()) {
                counts[event(sequence - settings.unigramWindow()) * STRIDE + UNIGRAM]++;
            }
            if (held > settings.recentWindow()) {
                counts[event(sequence - settings.recentWindow()) * STRIDE + RECENT]++;
            }
            int word = ring[(int) sequence & mask] >>> 1;
            int event = event(sequence);
            context = contextOf(sequence);
            int distance = sameContext[(int) sequence & mask];
            lastFollower[context] = distance == 0 ? 0 : sequence + 1 - distance;
            removePair(context, event);
            counts[event * STRIDE + RECENT]--;
            counts[event * STRIDE + UNIGRAM]--;
            if (--tokensOf[word] == 0) {
                markUnused(word);
            }
            next = sequence;
        }
    }

    /**
     * Takes a document out: the newest run of its tokens that begins a sentence, or, where it was partly pushed out, what is left of it
     * at the far end. The others are counted anew, as a cache that never had it would have counted them. What its tokens have pushed
     * out does not come back; nor does what is left of a sentence of which the far end has a part.
     *
     * @param words the numbers of its tokens, {@link SourceMemory#NOT_HELD} among them
     * @return how many of its tokens were held
     */
    int remove(int[] words) {
        long end = endOf(words);
        if (end < 0) {
            return 0;
        }
        long oldest = oldest();
        long start = Math.max(oldest, end - words.length);
        long begin = first;
        if (next - first > settings.bigramWindow()) {
            begin = oldest;
            while (begin < next && token(begin) >>> 1 != SourceMemory.END_OF_SENTENCE) {
                begin++;
            }
            begin = Math.min(next, begin + 1);
        }
        int[] kept = new int[(int) (next - begin)];
        int count = 0;
        for (long at = begin; at < next; at++) {
            if (at < start || at >= end) {
                kept[count++] = token(at);
            }
        }
        restart(begin);
        for (int i = 0; i < count; i++) {
            push(kept[i] >>> 1, (kept[i] & 1) == 1);
        }
        endDocument();
        return (int) (end - start);
    }

    /**
     * Where the tokens that {@link #remove} takes out end, or −1 where there are none. Searches from the newest token back, as Knuth,
     * Morris and Pratt (1977) do.
     */
    private long endOf(int[] words) {
        int length = words.length;
        if (length == 0) {
            return -1;
        }
        // By number of tokens that match from the end of the document, how many still may after the next does not.
        int[] shorter = new int[length + 1];
        for (int i = 1, matched = 0; i < length; i++) {
            while (matched > 0 && words[length - 1 - i] != words[length - 1 - matched]) {
                matched = shorter[matched];
            }
            if (words[length - 1 - i] == words[length - 1 - matched]) {
                matched++;
            }
            shorter[i + 1] = matched;
        }
        long oldest = oldest();
        int matched = 0;
        for (long at = next - 1; at >= oldest; at--) {
            int word = token(at) >>> 1;
            while (matched > 0 && (matched == length || words[length - 1 - matched] != word)) {
                matched = shorter[matched];
            }
            if (words[length - 1 - matched] == word) {
                matched++;
            }
            if (matched == length && (at == first || at > oldest && beginsSentence(at))) {
                return at + length;
            }
        }
        return matched > 0 && oldest > 0 ? oldest + matched : -1;
    }

    private boolean beginsSentence(long sequence) {
        return token(sequence - 1) >>> 1 == SourceMemory.END_OF_SENTENCE;
    }

    /** Holds no token, and goes on from a sequence number; the words keep their numbers until {@link #endDocument}. */
    private void restart(long sequence) {
        Arrays.fill(counts, 0);
        Arrays.fill(tokensOf, 0);
        Arrays.fill(lastFollower, 0);
        pairs.clear(256);
        startAt(sequence);
        context = SourceMemory.BEGIN_OF_SENTENCE;
        for (int word = WordDictionary.FIRST_WORD; word < dictionary.limit(); word++) {
            if (dictionary.word(word) != null) {
                markUnused(word);
            }
        }
    }

    /** Gives back the numbers of words that have left the window, and memory that only {@link #undo} needed. */
    void endDocument() {
        for (int i = 0; i < unusedCount; i++) {
            int word = unused[i];
            if (word >= WordDictionary.FIRST_WORD
                    && tokensOf[word] == 0
                    && counts[word * STRIDE + FOLLOWERS] == 0
                    && dictionary.word(word) != null) {
                dictionary.remove(word);
                lastFollower[word] = 0;
            }
        }
        unusedCount = 0;
        int full = Integer.highestOneBit(settings.bigramWindow() + 1 + TokenSegments.TOKENS) << 1;
        if (ring.length > 2 * full) {
            resize(full);
        }
    }

    private void markUnused(int word) {
        if (unusedCount == unused.length) {
            unused = Arrays.copyOf(unused, unused.length * 2);
        }
        unused[unusedCount++] = word;
    }

    private void addPair(int context, int event) {
        if (pairs.increment(pair(context, event)) == 0) {
            counts[context * STRIDE + FOLLOWER_TYPES]++;
        }
        counts[context * STRIDE + FOLLOWERS]++;
    }

    private void removePair(int context, int event) {
        if (pairs.decrement(pair(context, event)) == 0) {
            counts[context * STRIDE + FOLLOWER_TYPES]--;
        }
        if (--counts[context * STRIDE + FOLLOWERS] == 0) {
            markUnused(context);
        }
    }

    private static long pair(int context, int event) {
        return (long) context << Integer.SIZE | event;
    }

    private int event(long sequence) {
        int token = ring[(int) sequence & ring.length - 1];
        return (token & 1) == 0 ? token >>> 1 : SourceMemory.UNKNOWN;
    }

    private int contextOf(long sequence) {
        if (sequence == first) {
            return SourceMemory.BEGIN_OF_SENTENCE;
        }
        int word = ring[(int) (sequence - 1) & ring.length - 1] >>> 1;
        return word == SourceMemory.END_OF_SENTENCE ? SourceMemory.BEGIN_OF_SENTENCE : word;
    }

    /** The token with number {@code sequence}, {@code word << 1 | unknown}; it must still be held. */
    int token(long sequence) {
        return ring[(int) sequence & ring.length - 1];
    }

    /** Sequence number of the oldest token that matters, the one before the bigram window. */
    long oldest() {
        return Math.max(first, next - settings.bigramWindow() - 1);
    }

    /** Sequence number of the newest token after {@code context}, or −1 where none is in the window. */
    long newestAfter(int context) {
        long last = lastFollower[context] - 1;
        return last >= Math.max(first, next - settings.bigramWindow()) ? last : -1;
    }

    /** Sequence number of the token before {@code sequence} that had the same context, or −1. */
    long previousAfter(long sequence) {
        int distance = sameContext[(int) sequence & ring.length - 1];
        long before = sequence - distance;
        return distance != 0 && before >= Math.max(first, next - settings.bigramWindow()) ? before : -1;
    }
}
