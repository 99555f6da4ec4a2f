package dev.driftline.source;

import dev.driftline.codec.Varints;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.SourceMemory;
import dev.driftline.mixture.SourceWeights;
import dev.driftline.mixture.WeightShape;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is learned of one source: its newest tokens, as unigram and bigram caches, and the weights of its mixture.
 *
 * <p>A new source starts from what other sources have learned, {@link CommonWeights}; the very first one from a guess that
 * suits most sources.
 *
 * <p><b>Stored form.</b> A {@linkplain #header() header} with the weights, and the tokens in
 * {@linkplain #segment segments} of {@value TokenSegments#TOKENS}. The segments form a ring of {@link #segmentSlots slots},
 * so that keys are reused and nothing has to be deleted. A commit writes the header and the segments that
 * {@link #dirtySegments()} lists, then calls {@link #markStored()}; after {@link #restore} the model scores to the same
 * bit as the one that was stored. Each value starts with a version byte.
 *
 * <p><b>Taken out.</b> {@link #retract} takes a document's tokens out of the caches where they still are, and has all segments
 * written anew. What cannot come back: older tokens that those had pushed out, so that the caches hold fewer until new ones come;
 * and what the weights of the mixture, this source's and those common to all, have learned from the document. They are a few
 * numbers on how good each expert is, and hold no word.
 *
 * <p>Not thread-safe. A full cache of 20,000 tokens takes about 1 MB of heap.
 */
public final class SourceModel implements SourceMemory {

    private static final int VERSION = 2;
    /** Where the tokens that are held begin later than the window asks for: after some were taken out. */
    private static final int VERSION_WITH_START = 3;
    /** With a background; always says where the tokens begin. */
    private static final int VERSION_WITH_BACKGROUND = 4;
    /** Before there was a network: the same without the names of the experts and the counts of ρ. */
    private static final int VERSION_WITHOUT_NETWORK = 1;

    /** Heap of the weights, which does not depend on what was learned. */
    private static final long WEIGHTS_BYTES = 32 * 1024;

    private final MixtureSettings settings;
    private final RecencyCache cache;
    private final TokenSegments segments;
    private final SourceWeights weights;
    private long stored;
    /** Whether tokens were taken out since {@link #markStored()}, so that no segment is as it was. */
    private boolean rewritten;

    /** The document at hand: the token that it begins with, and the weights before it where it is not learned. */
    private long start;

    private Optional<SourceWeights> before = Optional.empty();

    /** A new source, without other sources to learn from. */
    public SourceModel(MixtureSettings settings) {
        this(new CommonWeights(settings));
    }

    /** A new source: it begins with what others have learned, and they learn from it. */
    public SourceModel(CommonWeights common) {
        settings = common.settings();
        cache = new RecencyCache(settings.caches());
        segments = new TokenSegments(settings, cache);
        weights = new SourceWeights(common);
    }

    @Override
    public MixtureSettings settings() {
        return settings;
    }

    /** The number of tokens learned from this source so far, including those that have left the caches. */
    @Override
    public long tokens() {
        return cache.next();
    }

    @Override
    public SourceWeights weights() {
        return weights;
    }

    @Override
    public void begin(int tokens, boolean learns) {
        start = cache.next();
        before = learns ? Optional.empty() : Optional.of(weights.copy());
        cache.reserve(tokens, !learns);
    }

    @Override
    public void end() {
        if (before.isPresent()) {
            cache.undo(start);
            weights.restore(before.get());
            before = Optional.empty();
        } else {
            weights.teachOthers();
        }
        cache.endDocument();
    }

    @Override
    public int number(String word) {
        return cache.number(word);
    }

    @Override
    public void readAhead(int[] tokens, int[] ids, int from, int to) {
        cache.readAhead(tokens, ids, from, to);
    }

    @Override
    public int find(String word) {
        return cache.find(word);
    }

    @Override
    public boolean isEmpty() {
        return cache.isEmpty();
    }

    @Override
    public void look(int event) {
        cache.look(event);
    }

    @Override
    public List<String> lookAtOthers(BitSet but, WordPrefix prefix, int limit) {
        return isEmpty() ? List.of() : cache.lookAtOthers(but, prefix, limit);
    }

    @Override
    public double unigram() {
        return cache.unigram();
    }

    @Override
    public double bigram() {
        return cache.bigram();
    }

    @Override
    public double unigramInBigram() {
        return cache.unigramInBigram();
    }

    @Override
    public int followers() {
        return cache.followers(cache.context());
    }

    @Override
    public int followerTypes() {
        return cache.followerTypes(cache.context());
    }

    @Override
    public void push(int word, boolean unknown) {
        cache.push(word, unknown);
    }

    @Override
    public List<String> followersOf(String word, WordPrefix prefix, int limit) {
        List<String> followers = new ArrayList<>();
        int id = word.equals(DocumentTokens.BOS_WORD) ? SourceMemory.BEGIN_OF_SENTENCE : cache.find(word);
        if (id < 0) {
            return followers;
        }
        int visited = 0;
        for (long at = cache.newestAfter(id); at >= 0 && followers.size() < limit && visited < 8 * limit; visited++) {
            String follower = spelling(cache.token(at));
            if (follower != null && prefix.matches(follower) && !followers.contains(follower)) {
                followers.add(follower);
            }
            at = cache.previousAfter(at);
        }
        return followers;
    }

    @Override
    public List<String> newestWords(WordPrefix prefix, int limit) {
        List<String> words = new ArrayList<>();
        long end = Math.max(cache.oldest(), cache.next() - settings.caches().recentWindow());
        for (long at = cache.next() - 1; at >= end && words.size() < limit; at--) {
            String word = spelling(cache.token(at));
            if (word != null && prefix.matches(word) && !words.contains(word)) {
                words.add(word);
            }
        }
        return words;
    }

    private @Nullable String spelling(int token) {
        int word = token >>> 1;
        if (word == SourceMemory.END_OF_SENTENCE) {
            return DocumentTokens.EOS_WORD;
        }
        return cache.word(word);
    }

    /**
     * Takes a document that was learned from this source out of the caches, as far as they still hold it. Of a text that came more
     * than once the newest goes. Not between {@link #begin} and {@link #end}.
     *
     * @return how many of its tokens the caches held
     */
    public int retract(DocumentTokens document) {
        String[] words = document.words();
        int[] ids = new int[words.length];
        ids[DocumentTokens.BOS] = SourceMemory.NOT_HELD;
        ids[DocumentTokens.EOS] = SourceMemory.END_OF_SENTENCE;
        for (int word = DocumentTokens.EOS + 1; word < words.length; word++) {
            ids[word] = cache.find(words[word]);
        }
        int[] tokens = document.tokens().clone();
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = ids[tokens[i]];
        }
        int removed = cache.remove(tokens);
        if (removed > 0) {
            stored = 0;
            rewritten = true;
        }
        return removed;
    }

    /** The number of segment slots of a source with {@code settings}: 0 to this, exclusive. */
    public static int segmentSlots(MixtureSettings settings) {
        return TokenSegments.slots(settings);
    }

    /** Heap that it takes, in bytes, about. */
    public long heapBytes() {
        return WEIGHTS_BYTES + cache.heapBytes();
    }

    /** True where something was learned, or taken out, since {@link #markStored()}. */
    public boolean isDirty() {
        return rewritten || cache.next() != stored;
    }

    /** True where something was taken out since {@link #markStored()}: then what is in slots not in use must be deleted. */
    public boolean isRewritten() {
        return rewritten;
    }

    /** The slots of the segments with tokens learned since {@link #markStored()}, that the caches still need. */
    public int[] dirtySegments() {
        return segments.slotsFrom(stored);
    }

    /** The slots of all segments that the caches need. */
    public int[] segmentsInUse() {
        return segments.slotsFrom(0);
    }

    /**
     * The tokens in the segment that is in {@code slot} now.
     *
     * @throws IllegalArgumentException if no segment that the caches need is in that slot
     */
    public byte[] segment(int slot) {
        return segments.encode(slot);
    }

    /** Says that the header and every dirty segment have been written. */
    public void markStored() {
        stored = cache.next();
        rewritten = false;
    }

    /** The weights, and how many tokens were learned. */
    public byte[] header() {
        Varints.Writer out = new Varints.Writer(4096);
        boolean startsLate = cache.next() - cache.first()
                < Math.min(cache.next(), settings.caches().bigramWindow() + 1);
        boolean background = settings.background();
        out.writeByte(background ? VERSION_WITH_BACKGROUND : startsLate ? VERSION_WITH_START : VERSION);
        WeightShape.of(settings).write(out);
        weights.writeCounts(out);
        if (background) {
            weights.writeKinds(out);
        }
        out.writeLong(cache.next());
        if (background || startsLate) {
            out.writeLong(startsLate ? cache.first() : 0);
        }
        weights.write(out);
        return out.toByteArray();
    }

    /** The same without other sources to learn from. */
    public static SourceModel restore(MixtureSettings settings, byte[] header, IntFunction<byte[]> segments) {
        return restore(new CommonWeights(settings), header, segments);
    }

    /**
     * Rebuilds a source from its stored form. Its caches are as they were. So are its weights, unless they were learned for
     * other experts: after the network was switched on or off, or replaced by one of another kind, the source begins with
     * what others have learned since. After the background was, it keeps what it has learned of the other experts.
     *
     * @param header what {@link #header()} gave, of this version or one before
     * @param segments the value stored for a slot; empty where there is none
     * @throws IllegalStateException if the version is unknown, the settings are others, or a segment is missing
     */
    public static SourceModel restore(CommonWeights common, byte[] header, IntFunction<byte[]> segments) {
        MixtureSettings settings = common.settings();
        Varints.Reader in = new Varints.Reader(header);
        int version = in.readByte();
        if (version < VERSION_WITHOUT_NETWORK || version > VERSION_WITH_BACKGROUND) {
            throw new IllegalStateException("source state of version " + version + ", this program reads "
                    + VERSION_WITHOUT_NETWORK + " to " + VERSION_WITH_BACKGROUND
                    + ": upgrade Driftline, or start with new state");
        }
        boolean hasNetwork = version != VERSION_WITHOUT_NETWORK;
        boolean hasBackground = version == VERSION_WITH_BACKGROUND;
        WeightShape shape = hasNetwork ? WeightShape.read(in, hasBackground) : WeightShape.readWithoutNetwork(in);
        WeightShape expected = WeightShape.of(settings);
        if (!shape.fitsCachesOf(expected)) {
            throw new IllegalStateException("source state was learned with order " + shape.orders()
                    + " and a bigram window of " + shape.bigramWindow() + " tokens, but the settings say "
                    + settings.order() + " and " + settings.caches().bigramWindow()
                    + ": go back to the settings of the state, or start with new state");
        }
        SourceModel source = new SourceModel(common);
        if (hasNetwork) {
            source.weights.readCounts(in);
        }
        if (hasBackground) {
            source.weights.readKinds(in);
        }
        long next = in.readLong();
        long start = version >= VERSION_WITH_START ? in.readLong() : 0;
        if (shape.equals(expected)) {
            source.weights.read(in);
        } else if (shape.differsInBackground(expected)) {
            source.weights.carry(in);
        }
        source.segments.readUpTo(start, next, segments);
        source.markStored();
        return source;
    }
}
