package dev.driftline.scoring;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.Discounts;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.PageStore;
import dev.driftline.ngram.PositionCounts;
import dev.driftline.ngram.Smoothing;
import dev.driftline.spelling.SpellingModel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One shard of the n-gram model: answers requests from the counts as they stand, then learns what they carried.
 *
 * <p>A shard owns every prediction whose last context word hashes to it, so all orders from 2 on of such a prediction
 * are here, and the unigrams of the words that hash to it. A word's continuation count, the number of distinct words
 * before it, is part of its unigram: where the word before belongs to another shard, which has the bigram, this one keeps
 * the word's left neighbours. So every count is up to date when the next document comes, and shards tell each other
 * nothing.
 *
 * <p>A reply, in varints, little-endian floats and length-prefixed UTF-8:
 *
 * <pre>
 * version, flags, partition, offset, shard
 * totals:     raw total, continuation total, raw types, continuation types, types other than &lt;/s&gt;,
 *             t1 … t4 of raw and of continuation unigrams
 * unigrams:   for each owned event in the document's order: raw count, continuation count,
 *             and where the raw count is 0 the bits to spell it (float)
 * spellings:  n, then bits (float) for each word that was to be spelled
 * positions:  for each owned position in order: matched &lt;&lt; 3 | pairs, then that many (α, γ) float pairs
 * candidates: n, then for each its spelling, raw and continuation count (of use with one shard, where they are whole),
 *             its share of this shard's bigrams (float), matched &lt;&lt; 3 | pairs and the pairs
 * </pre>
 *
 * <p>Not thread-safe.
 */
public final class ShardScorer {

    static final int VERSION = 1;

    /** Where the character model's pages begin, beside those of the counts. */
    private static final byte[] SPELLING_PAGES = {'c'};

    private static final byte[] EOS_UTF8 = DocumentTokens.EOS_WORD.getBytes(StandardCharsets.UTF_8);

    private final ModelSettings settings;
    private final int order;
    private final int shard;
    private final int shards;
    private final NgramCounts counts;
    private final PageStore pages;
    private SpellingModel spelling;
    private final boolean growing;
    private final boolean ownsBos;
    private final boolean ownsEos;

    private final PositionCounts position;
    private final float[] alpha;
    private final float[] gamma;
    private final int[] context;
    private final Varints.Writer out = new Varints.Writer(1 << 14);

    // The request at hand: by code, what the dictionary says of each word.
    private int[] ids = new int[256];
    private boolean[] owned = new boolean[256];
    private int[] from = new int[256];
    private int[] to = new int[256];
    private int[] hash = new int[256];
    private int[] times = new int[256];
    private int[] tokens = new int[1024];

    /**
     * @param shard this shard's number, from 0
     * @param shards how many there are
     * @param pages where the counts are kept
     * @param cacheBytes heap that decoded counts may take
     */
    public ShardScorer(ModelSettings settings, int shard, int shards, PageStore pages, long cacheBytes) {
        this.settings = settings;
        this.order = settings.order();
        this.shard = shard;
        this.shards = shards;
        counts = new NgramCounts(order, pages, cacheBytes);
        this.pages = pages;
        growing = settings.vocabulary() instanceof Vocabulary.Growing;
        position = new PositionCounts(order);
        alpha = new float[order + 1];
        gamma = new float[order + 1];
        context = new int[order + 1];
        byte[] bos = DocumentTokens.BOS_WORD.getBytes(StandardCharsets.UTF_8);
        ownsBos = ownerOf(NgramCounts.hash(bos, 0, bos.length)) == shard;
        ownsEos = ownerOf(NgramCounts.hash(EOS_UTF8, 0, EOS_UTF8.length)) == shard;
    }

    /** The shard that owns predictions after {@code word}, and its unigram. */
    public static int shardOf(String word, int shards) {
        return DocumentEvents.shardOf(word.getBytes(StandardCharsets.UTF_8), shards);
    }

    private int ownerOf(int wordHash) {
        return DocumentEvents.shardOf(wordHash, shards);
    }

    /** The counts under this shard. */
    public NgramCounts counts() {
        load();
        return counts;
    }

    private void load() {
        counts.load();
        if (spelling == null) {
            spelling = new SpellingModel(SPELLING_PAGES);
            spelling.load(pages);
        }
    }

    /** Puts every changed page into the store. Called before each commit. */
    public void writeBack() {
        counts.writeBack();
        if (spelling != null) {
            spelling.writeBack(pages);
        }
    }

    /** Drops what is decoded, changed or not; the next use reads the store again. */
    public void forget() {
        counts.forget();
        spelling = null;
    }

    /**
     * The raw count of an n-gram of 1 to N words, {@code <s>} and {@code </s>} among them where they belong, of which this
     * shard owns the last word but one (for a single word: the word).
     */
    public long rawCount(List<String> ngram) {
        load();
        int length = ngram.size() - 1;
        if (length >= order) {
            throw new IllegalArgumentException(
                    "an n-gram of " + ngram.size() + " words was asked for, counts are kept up to " + order);
        }
        int word = counts.find(ngram.get(length));
        if (word < 0) {
            return 0;
        }
        if (length == 0) {
            return counts.rawUnigram(word);
        }
        int[] words = new int[order + 1];
        for (int d = 1; d <= length; d++) {
            words[d] = counts.find(ngram.get(length - d));
        }
        counts.lookup(words, length, word, position);
        return position.matched() < length ? 0 : position.raw(length);
    }

    /**
     * Scores, then learns.
     *
     * @throws IllegalArgumentException if the request is of another version of the format
     */
    public byte[] answer(byte[] request) {
        byte[] reply = respond(request);
        counts.trim();
        return reply;
    }

    /**
     * Answers a request without learning, and without writing anything to the store: for questions from outside the stream.
     *
     * @throws IllegalArgumentException if the request wants its document learned, or is of another version of the format
     */
    public byte[] peek(byte[] request) {
        if (request.length > 1 && (request[1] & Scatter.LEARN) != 0) {
            throw new IllegalArgumentException("a question must not teach: the request wants its document learned");
        }
        return respond(request);
    }

    private byte[] respond(byte[] request) {
        load();
        Varints.Reader in = new Varints.Reader(request);
        checkVersion(in.readByte(), "request");
        int flags = in.readByte();
        int partition = in.readInt();
        long offset = in.readLong();
        int predictions = in.readInt();
        int codes = readWords(request, in);
        int length = readTokens(in);

        out.reset();
        out.writeByte(VERSION);
        boolean ownsContext = (flags & Scatter.OWNS_CONTEXT) != 0;
        out.writeByte(flags);
        out.writeInt(partition);
        out.writeLong(offset);
        out.writeInt(shard);
        writeTotals();
        writeUnigrams(request, codes);
        Smoothing.Estimates estimates = estimates();
        int spelled = in.position();
        scoreSpellings(in);
        score(length, estimates);
        if (ownsContext) {
            writeCandidates(request, in, length, predictions, estimates);
        } else {
            out.writeInt(0);
        }
        if ((flags & Scatter.LEARN) != 0) {
            learn(request, codes, length);
            learnSpellings(request, spelled);
        }
        spelling.endDocument((flags & Scatter.LEARN) != 0);
        return out.toByteArray();
    }

    // ---------------------------------------------------------------- reading the request

    private int readWords(byte[] request, Varints.Reader in) {
        int codes = in.readInt() + 2;
        if (codes > ids.length) {
            int room = Math.max(codes, ids.length * 2);
            ids = new int[room];
            owned = new boolean[room];
            from = new int[room];
            to = new int[room];
            hash = new int[room];
            times = new int[room];
        }
        ids[Scatter.HOLE] = -1;
        owned[Scatter.HOLE] = false;
        ids[Scatter.EOS_CODE] = NgramCounts.EOS;
        owned[Scatter.EOS_CODE] = ownsEos;
        times[Scatter.EOS_CODE] = 0;
        for (int code = 2; code < codes; code++) {
            int bytes = in.readInt();
            from[code] = in.position();
            in.skip(bytes);
            to[code] = in.position();
            hash[code] = NgramCounts.hash(request, from[code], to[code]);
            ids[code] = counts.find(request, from[code], to[code], hash[code]);
            owned[code] = ownerOf(hash[code]) == shard;
            times[code] = 0;
        }
        return codes;
    }

    private int readTokens(Varints.Reader in) {
        int length = in.readInt();
        if (length > tokens.length) {
            tokens = new int[Math.max(length, tokens.length * 2)];
        }
        for (int i = 0; i < length; i++) {
            int code = in.readInt();
            tokens[i] = code;
            times[code]++;
        }
        return length;
    }

    private static void checkVersion(int version, String what) {
        if (version != VERSION) {
            throw new IllegalArgumentException(what + " of format version " + version + ", this code reads " + VERSION);
        }
    }

    // ---------------------------------------------------------------- answering

    private void writeTotals() {
        for (long figure : totals()) {
            out.writeLong(figure);
        }
    }

    /** This shard's part of what the base distribution is made from, in the order of {@link BaseDistribution}. */
    long[] totals() {
        long[] totals = new long[BaseDistribution.TOTALS];
        totals[0] = counts.rawTotal();
        totals[1] = counts.continuationTotal();
        totals[2] = counts.rawTypes();
        totals[3] = counts.continuationTypes();
        totals[4] = types();
        for (int j = 1; j <= 4; j++) {
            totals[3 + 2 * j] = counts.rawCountOfCounts(1, j);
            totals[4 + 2 * j] = counts.continuationCountOfCounts(1, j);
        }
        return totals;
    }

    private long types() {
        return counts.rawTypes() - (ownsEos && counts.rawUnigram(NgramCounts.EOS) > 0 ? 1 : 0);
    }

    private void writeUnigrams(byte[] request, int codes) {
        for (int code = Scatter.EOS_CODE; code < codes; code++) {
            if (!owned[code] || times[code] == 0 && code == Scatter.EOS_CODE) {
                continue;
            }
            int id = ids[code];
            int raw = id < 0 ? 0 : counts.rawUnigram(id);
            out.writeInt(raw);
            out.writeInt(id < 0 ? 0 : counts.continuationUnigram(id));
            if (raw == 0) {
                out.writeFloat(
                        growing && code != Scatter.EOS_CODE
                                ? (float) spelling.bitsWithinDocument(
                                        new String(request, from[code], to[code] - from[code], StandardCharsets.UTF_8))
                                : 0);
            }
        }
    }

    private void scoreSpellings(Varints.Reader in) {
        int words = in.readInt();
        out.writeInt(words);
        for (int i = 0; i < words; i++) {
            byte[] word = in.readBytes();
            boolean met = counts.find(word, 0, word.length, NgramCounts.hash(word, 0, word.length)) >= 0;
            String spelled = new String(word, StandardCharsets.UTF_8);
            out.writeFloat((float) (met ? spelling.bits(spelled) : spelling.bitsWithinDocument(spelled)));
        }
    }

    private void score(int length, Smoothing.Estimates estimates) {
        boolean atStart = true;
        for (int i = 0; i < length; i++) {
            int code = tokens[i];
            boolean here = atStart ? ownsBos : owned[tokens[i - 1]];
            if (here) {
                int words = fillContext(i);
                counts.lookup(context, words, ids[code], position);
                writePairs(estimates);
            }
            atStart = code == Scatter.EOS_CODE;
        }
    }

    private void writePairs(Smoothing.Estimates estimates) {
        settings.smoothing().compute(position, estimates, alpha, gamma);
        int pairs = settings.smoothing().lastPair(position, order);
        out.writeByte(position.matched() << 3 | pairs);
        for (int k = 1; k <= pairs; k++) {
            out.writeFloat(alpha[k]);
            out.writeFloat(gamma[k]);
        }
    }

    /** The ids before position {@code i}, nearest first from index 1; returns how many. */
    private int fillContext(int i) {
        int words = 0;
        int at = i - 1;
        while (words < order - 1) {
            if (at < 0 || tokens[at] == Scatter.EOS_CODE) {
                context[++words] = NgramCounts.BOS;
                break;
            }
            context[++words] = ids[tokens[at]];
            at--;
        }
        return words;
    }

    Smoothing.Estimates estimates() {
        Discounts[] raws = new Discounts[order + 1];
        Discounts[] continuations = new Discounts[order + 1];
        for (int k = 1; k <= order; k++) {
            raws[k] = counts.rawDiscounts(k);
            continuations[k] = counts.continuationDiscounts(k);
        }
        double vocabulary = settings.vocabulary() instanceof Vocabulary.Fixed fixed
                ? fixed.words().size() + 2.0
                : types() + 2.0;
        return new Smoothing.Estimates(order, raws, continuations, settings.delta(), vocabulary);
    }

    private void writeCandidates(
            byte[] request, Varints.Reader in, int length, int predictions, Smoothing.Estimates estimates) {
        CandidateSearch search = new CandidateSearch(counts, settings, estimates);
        int extras = in.readInt();
        for (int i = 0; i < extras; i++) {
            int bytes = in.readInt();
            int start = in.position();
            in.skip(bytes);
            int id = counts.find(request, start, start + bytes, NgramCounts.hash(request, start, start + bytes));
            if (id >= 0) {
                search.add(id);
            }
        }
        int words = fillContext(length - 1);
        int[] candidates = search.propose(context, words, predictions);
        out.writeInt(candidates.length);
        for (int id : candidates) {
            counts.writeSpelling(id, out);
            out.writeInt(counts.rawUnigram(id));
            out.writeInt(counts.continuationUnigram(id));
            out.writeFloat((float) counts.continuationShare(id));
            counts.lookup(context, words, id, position);
            writePairs(estimates);
        }
    }

    // ---------------------------------------------------------------- learning

    private void learn(byte[] request, int codes, int length) {
        for (int code = 2; code < codes; code++) {
            if (ids[code] < 0) {
                ids[code] = counts.learnWord(request, from[code], to[code], hash[code]);
            }
        }
        boolean atStart = true;
        for (int i = 0; i < length && order > 1; i++) {
            int code = tokens[i];
            boolean here = atStart ? ownsBos : owned[tokens[i - 1]];
            if (here) {
                boolean isNew = counts.learn(context, fillContext(i), ids[code]);
                if (isNew && owned[code]) {
                    counts.addContinuation(ids[code], 1);
                }
            } else if (owned[code]) {
                int previous = atStart ? NgramCounts.BOS : ids[tokens[i - 1]];
                if (counts.learnLeftNeighbour(ids[code], previous)) {
                    counts.addContinuation(ids[code], 1);
                }
            }
            atStart = code == Scatter.EOS_CODE;
        }
        for (int code = Scatter.EOS_CODE; code < codes; code++) {
            if (owned[code] && times[code] > 0) {
                counts.addUnigram(ids[code], times[code]);
            }
        }
    }

    private void learnSpellings(byte[] request, int at) {
        Varints.Reader in = new Varints.Reader(request, at, request.length - at);
        int words = in.readInt();
        for (int i = 0; i < words; i++) {
            int bytes = in.readInt();
            int start = in.position();
            in.skip(bytes);
            int wordHash = NgramCounts.hash(request, start, start + bytes);
            if (counts.find(request, start, start + bytes, wordHash) < 0) {
                counts.learnWord(request, start, start + bytes, wordHash);
            }
        }
    }
}
