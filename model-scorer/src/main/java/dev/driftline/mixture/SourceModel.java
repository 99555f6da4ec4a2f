package dev.driftline.mixture;

import dev.driftline.codec.Varints;
import dev.driftline.scoring.DocumentTokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * What is learned of one source: its newest tokens, as unigram and bigram caches, and the weights of its mixture.
 *
 * <p>A source that is new starts from what other sources have learned, {@link CommonWeights}; the very first one from
 * weights that suit most: the top order first, then the network, the bigram cache, the order whose context matched.
 *
 * <p><b>Stored form.</b> A {@linkplain #header() header} with the weights, and the tokens in
 * {@linkplain #segment segments} of {@value #SEGMENT_TOKENS}. The segments form a ring of {@link #segmentSlots()} slots,
 * so that keys are reused and nothing has to be deleted. A commit writes the header and the segments that
 * {@link #dirtySegments()} lists, then calls {@link #markStored()}; after {@link #restore} the model scores to the same
 * bit as the one that was stored. Each value starts with a version byte.
 *
 * <p>Not thread-safe. A full cache of 20,000 tokens takes about 1 MB of heap.
 */
public final class SourceModel {

    /** Tokens in one stored segment. */
    public static final int SEGMENT_TOKENS = 1024;

    private static final int VERSION = 2;
    /** Before there was a network: the same without the names of the experts and the counts of ρ. */
    private static final int VERSION_WITHOUT_NETWORK = 1;

    private static final int SEGMENT_VERSION = 1;
    private static final int CONTEXT_CLASSES = 9;

    private final MixtureSettings settings;
    private final CommonWeights common;
    final RecencyCache cache;
    final OnlineWeights mixtureWeights;
    final OnlineWeights unigramWeights;
    final OnlineWeights bigramWeights;
    final BayesMixture bayes;
    /** Of all sources together; null without a network. */
    final Gate gate;
    /** How each expert did lately here: {@link Gate#follow}. */
    final double[] recent;

    private long outside;
    private long newOutside;
    private long stored;

    /** A source of which nothing is known, alone in the world. */
    public SourceModel(MixtureSettings settings) {
        this(new CommonWeights(settings));
    }

    /** A source of which nothing is known; it begins with what others have learned, and they learn from it. */
    public SourceModel(CommonWeights common) {
        this.common = common;
        settings = common.settings();
        cache = new RecencyCache(settings);
        mixtureWeights = firstMixture(settings);
        mixtureWeights.beginWith(common.mixture);
        unigramWeights = firstUnigram(settings);
        unigramWeights.beginWith(common.unigram);
        bigramWeights = firstBigram(settings);
        bigramWeights.beginWith(common.bigram);
        gate = common.gate;
        recent = new double[gate == null ? 0 : 2 * settings.experts().size()];
        bayes = new BayesMixture(settings.models().size() + (gate == null ? 0 : 1));
    }

    static OnlineWeights firstMixture(MixtureSettings settings) {
        return new OnlineWeights(
                settings.experts().size(),
                firstMixtureWeights(settings),
                settings.learningRate(),
                settings.firstSteps());
    }

    static OnlineWeights firstUnigram(MixtureSettings settings) {
        return new OnlineWeights(
                2, repeated(settings.order(), 0.88, 0.12), settings.learningRate(), settings.firstSteps());
    }

    static OnlineWeights firstBigram(MixtureSettings settings) {
        return new OnlineWeights(
                2,
                repeated(settings.order() * CONTEXT_CLASSES, 0.8, 0.2),
                settings.learningRate(),
                settings.firstSteps());
    }

    /** Passes on what was learned from a document. */
    void teachOthers() {
        common.learnFrom(this);
    }

    /** The settings that this source was made with. */
    public MixtureSettings settings() {
        return settings;
    }

    /** The number of tokens learned from this source so far, those that the caches forgot included. */
    public long tokens() {
        return cache.next();
    }

    /** ρ of {@link NeuralEvents}: how often an event without a row in the network was a new word. */
    double newWords() {
        return (newOutside + 0.5) / (outside + 1);
    }

    /** Counts an event without a row in the network. */
    void outsideRows(boolean isNew) {
        outside++;
        newOutside += isNew ? 1 : 0;
    }

    /** What was learned, the tokens of the caches apart. */
    record Learned(
            OnlineWeights mixture,
            OnlineWeights unigram,
            OnlineWeights bigram,
            BayesMixture bayes,
            Gate gate,
            double[] recent,
            long outside,
            long newOutside) {}

    /** A copy of what was learned. */
    Learned learned() {
        return new Learned(
                mixtureWeights.copy(),
                unigramWeights.copy(),
                bigramWeights.copy(),
                bayes.copy(),
                gate == null ? null : gate.copy(),
                recent.clone(),
                outside,
                newOutside);
    }

    /** Goes back to what had been learned. */
    void restore(Learned before) {
        mixtureWeights.set(before.mixture);
        unigramWeights.set(before.unigram);
        bigramWeights.set(before.bigram);
        bayes.set(before.bayes);
        if (gate != null) {
            gate.set(before.gate);
        }
        System.arraycopy(before.recent, 0, recent, 0, recent.length);
        outside = before.outside;
        newOutside = before.newOutside;
    }

    /**
     * The bucket of the mixture's weights: how much context the n-gram model matched, and how much, and how varied, of
     * what follows the previous word the bigram cache has seen.
     */
    static int bucket(int matched, int followers, int followerTypes) {
        int varied = followers < 3 * followerTypes ? 0 : 1;
        int contextClass;
        if (followers <= 1) {
            contextClass = followers;
        } else if (followers <= 3) {
            contextClass = 2;
        } else if (followers <= 8) {
            contextClass = 3 + varied;
        } else if (followers <= 32) {
            contextClass = 5 + varied;
        } else {
            contextClass = 7 + varied;
        }
        return matched * CONTEXT_CLASSES + contextClass;
    }

    private static double[] firstMixtureWeights(MixtureSettings settings) {
        int order = settings.order();
        int experts = settings.experts().size();
        double[] weights = new double[order * CONTEXT_CLASSES * experts];
        for (int matched = 0; matched < order; matched++) {
            for (int c = 0; c < CONTEXT_CLASSES; c++) {
                int at = (matched * CONTEXT_CLASSES + c) * experts;
                double sum = 0;
                for (int i = 0; i < experts; i++) {
                    double weight = 0.01;
                    weight += i == order - 1 ? 0.5 : 0;
                    weight += i == order + 1 ? 0.2 : 0;
                    weight += i == matched ? 0.1 : 0;
                    weight += i == order + 2 ? 0.3 : 0;
                    weights[at + i] = weight;
                    sum += weight;
                }
                for (int i = 0; i < experts; i++) {
                    weights[at + i] /= sum;
                }
            }
        }
        return weights;
    }

    private static double[] repeated(int buckets, double first, double second) {
        double[] weights = new double[2 * buckets];
        for (int i = 0; i < buckets; i++) {
            weights[2 * i] = first;
            weights[2 * i + 1] = second;
        }
        return weights;
    }

    /** Words that followed {@code word} within the bigram window, the newest first, at most {@code limit} distinct ones. */
    List<String> followersOf(String word, int limit) {
        List<String> followers = new ArrayList<>();
        int id = word.equals(DocumentTokens.BOS_WORD) ? WordDictionary.BEGIN_OF_SENTENCE : cache.find(word);
        if (id < 0) {
            return followers;
        }
        int visited = 0;
        for (long at = cache.newestAfter(id); at >= 0 && followers.size() < limit && visited < 8 * limit; visited++) {
            String follower = spelling(cache.token(at));
            if (follower != null && !followers.contains(follower)) {
                followers.add(follower);
            }
            at = cache.previousAfter(at);
        }
        return followers;
    }

    /** The newest words of the window, the newest first, at most {@code limit} distinct ones. */
    List<String> newestWords(int limit) {
        List<String> words = new ArrayList<>();
        long end = Math.max(cache.oldest(), cache.next() - settings.recentWindow());
        for (long at = cache.next() - 1; at >= end && words.size() < limit; at--) {
            String word = spelling(cache.token(at));
            if (word != null && !words.contains(word)) {
                words.add(word);
            }
        }
        return words;
    }

    private String spelling(int token) {
        int word = token >>> 1;
        if (word == WordDictionary.END_OF_SENTENCE) {
            return DocumentTokens.EOS_WORD;
        }
        return cache.word(word);
    }

    // ---- the stored form

    /** The number of slots that the segments take: 0 to this, exclusive. */
    public int segmentSlots() {
        return segmentSlots(settings);
    }

    /** The number of segment slots of a source with {@code settings}. */
    public static int segmentSlots(MixtureSettings settings) {
        return settings.bigramWindow() / SEGMENT_TOKENS + 2;
    }

    /** True where something was learned since {@link #markStored()}. */
    public boolean isDirty() {
        return cache.next() != stored;
    }

    /** The slots of the segments with tokens learned since {@link #markStored()}, that the caches still need. */
    public int[] dirtySegments() {
        long end = cache.next();
        if (end == stored) {
            return new int[0];
        }
        long firstSegment = Math.max(stored, cache.oldest()) / SEGMENT_TOKENS;
        long lastSegment = (end - 1) / SEGMENT_TOKENS;
        int[] slots = new int[(int) (lastSegment - firstSegment + 1)];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = (int) ((firstSegment + i) % segmentSlots());
        }
        return slots;
    }

    /** The slots of all segments that the caches need. */
    public int[] segmentsInUse() {
        long end = cache.next();
        if (end == cache.oldest()) {
            return new int[0];
        }
        long firstSegment = cache.oldest() / SEGMENT_TOKENS;
        long lastSegment = (end - 1) / SEGMENT_TOKENS;
        int[] slots = new int[(int) (lastSegment - firstSegment + 1)];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = (int) ((firstSegment + i) % segmentSlots());
        }
        return slots;
    }

    /** Says that the header and every dirty segment have been written. */
    public void markStored() {
        stored = cache.next();
    }

    /** The weights, and how many tokens were learned. */
    public byte[] header() {
        Varints.Writer out = new Varints.Writer(4096);
        out.writeByte(VERSION);
        writeShape(settings, out);
        out.writeLong(outside);
        out.writeLong(newOutside);
        out.writeLong(cache.next());
        bayes.write(out);
        mixtureWeights.write(out);
        unigramWeights.write(out);
        bigramWeights.write(out);
        for (double gain : recent) {
            out.writeDouble(gain);
        }
        return out.toByteArray();
    }

    static void writeShape(MixtureSettings settings, Varints.Writer out) {
        out.writeInt(settings.order());
        out.writeInt(settings.bigramWindow());
        out.writeInt(CONTEXT_CLASSES);
        out.writeBytes((settings.hasNeural() ? settings.neural() : "").getBytes(StandardCharsets.UTF_8));
    }

    /** Whether weights of the shape that {@link #writeShape} wrote are those of {@code settings}. */
    static boolean readShape(MixtureSettings settings, Varints.Reader in) {
        boolean fits = in.readInt() == settings.order();
        fits &= in.readInt() == settings.bigramWindow();
        fits &= in.readInt() == CONTEXT_CLASSES;
        String neural = new String(in.readBytes(), StandardCharsets.UTF_8);
        return fits && neural.equals(settings.hasNeural() ? settings.neural() : "");
    }

    /**
     * The tokens in the segment that is in {@code slot} now.
     *
     * @throws IllegalArgumentException where no segment that the caches need is in that slot
     */
    public byte[] segment(int slot) {
        long end = cache.next();
        for (long segment = cache.oldest() / SEGMENT_TOKENS; segment * SEGMENT_TOKENS < end; segment++) {
            if (segment % segmentSlots() == slot) {
                return segment(segment);
            }
        }
        throw new IllegalArgumentException("no segment in slot " + slot + ", see dirtySegments()");
    }

    private byte[] segment(long segment) {
        long from = Math.max(segment * SEGMENT_TOKENS, cache.oldest());
        long to = Math.min((segment + 1) * SEGMENT_TOKENS, cache.next());
        Varints.Writer out = new Varints.Writer(8192);
        out.writeByte(SEGMENT_VERSION);
        out.writeLong(from);
        out.writeInt((int) (to - from));
        Map<Integer, Integer> index = new HashMap<>();
        for (long at = from; at < to; at++) {
            int token = cache.token(at);
            int word = token >>> 1;
            Integer known = index.get(word);
            if (known != null) {
                out.writeInt((known + 1) << 1 | token & 1);
            } else {
                // The first time a word comes, its spelling stands in its place.
                index.put(word, index.size());
                out.writeInt(token & 1);
                String spelling = word == WordDictionary.END_OF_SENTENCE ? "" : cache.word(word);
                out.writeBytes(spelling.getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    /** As the longer form, alone in the world. */
    public static SourceModel restore(MixtureSettings settings, byte[] header, IntFunction<byte[]> segments) {
        return restore(new CommonWeights(settings), header, segments);
    }

    /**
     * Builds a source again from what was stored. Its caches are as they were; its weights, too, unless they were learned
     * for other experts, as before the network was switched on or off or another one chosen: then it begins with what others
     * have learned since.
     *
     * @param header what {@link #header()} gave, of this version or the one before
     * @param segments the value stored for a slot, or null
     * @throws IllegalStateException where the version is unknown, the settings are others, or a segment is missing
     */
    public static SourceModel restore(CommonWeights common, byte[] header, IntFunction<byte[]> segments) {
        MixtureSettings settings = common.settings();
        Varints.Reader in = new Varints.Reader(header);
        int version = in.readByte();
        if (version != VERSION && version != VERSION_WITHOUT_NETWORK) {
            throw new IllegalStateException("source state of version " + version + ", this program reads "
                    + VERSION_WITHOUT_NETWORK + " and " + VERSION + ": upgrade Driftline, or start with new state");
        }
        int order = in.readInt();
        int window = in.readInt();
        int classes = in.readInt();
        if (order != settings.order() || window != settings.bigramWindow() || classes != CONTEXT_CLASSES) {
            throw new IllegalStateException("source state was learned with order " + order + " and a bigram window of "
                    + window + ", but the settings say " + settings.order() + " and " + settings.bigramWindow()
                    + "; keep those, or start with new state");
        }
        SourceModel source = new SourceModel(common);
        String neural = "";
        if (version == VERSION) {
            neural = new String(in.readBytes(), StandardCharsets.UTF_8);
            source.outside = in.readLong();
            source.newOutside = in.readLong();
        }
        long next = in.readLong();
        if (neural.equals(settings.hasNeural() ? settings.neural() : "")) {
            source.bayes.read(in);
            source.mixtureWeights.read(in);
            source.unigramWeights.read(in);
            source.bigramWeights.read(in);
            for (int i = 0; i < source.recent.length; i++) {
                source.recent[i] = in.readDouble();
            }
        }
        source.readTokens(next, segments);
        return source;
    }

    private void readTokens(long next, IntFunction<byte[]> segments) {
        long oldest = Math.max(0, next - settings.bigramWindow() - 1);
        boolean first = true;
        for (long segment = oldest / SEGMENT_TOKENS; segment * SEGMENT_TOKENS < next; segment++) {
            int slot = (int) (segment % segmentSlots());
            byte[] value = segments.apply(slot);
            if (value == null) {
                throw new IllegalStateException("source state lacks segment " + segment + " in slot " + slot);
            }
            Varints.Reader in = new Varints.Reader(value);
            int version = in.readByte();
            if (version != SEGMENT_VERSION) {
                throw new IllegalStateException(
                        "source segment of version " + version + ", this program reads " + SEGMENT_VERSION);
            }
            long from = in.readLong();
            int count = in.readInt();
            if (first) {
                cache.startAt(from);
                cache.reserve((int) (next - from), false);
                first = false;
            }
            if (from != cache.next() || from + count > next || from > Math.max(oldest, segment * SEGMENT_TOKENS)) {
                throw new IllegalStateException("source segment " + segment + " holds tokens " + from + " to "
                        + (from + count) + ", expected them to go on from " + cache.next() + " up to " + next);
            }
            int[] words = new int[count];
            int known = 0;
            for (int i = 0; i < count; i++) {
                int token = in.readInt();
                int word;
                if (token >>> 1 > 0) {
                    word = words[(token >>> 1) - 1];
                } else {
                    byte[] spelling = in.readBytes();
                    word = spelling.length == 0
                            ? WordDictionary.END_OF_SENTENCE
                            : cache.number(new String(spelling, StandardCharsets.UTF_8));
                    words[known++] = word;
                }
                cache.push(word, (token & 1) == 1);
            }
        }
        cache.endDocument();
        if (cache.next() != next) {
            throw new IllegalStateException("source state ends at token " + cache.next() + ", expected " + next);
        }
        stored = next;
    }
}
