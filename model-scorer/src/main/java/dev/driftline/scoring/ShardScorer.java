package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.PositionLookups;
import dev.driftline.ngram.words.OtherShards;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.messages.GoneWords;
import dev.driftline.scoring.messages.ModelFingerprint;
import dev.driftline.scoring.messages.ShardFailure;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.scoring.messages.UnigramTotals;
import dev.driftline.smoothing.Discounts;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.spelling.SpellingModel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One shard of the n-gram model: makes a {@link ShardReply} of each document of a {@link ShardRequest} from the counts as they
 * stand, then learns the document, and goes on to the next. A word of the request is looked up once, whatever the number of
 * its documents; what one of them teaches, the next is answered by.
 *
 * <p>A shard owns every prediction whose last context word hashes to it, so all orders from 2 on of such a prediction
 * are here, and the unigrams of the words that hash to it. A word's continuation count, the number of distinct words
 * before it, is part of its unigram: where the word before belongs to another shard, which has the bigram, this one keeps
 * the word's left neighbours. So every count is up to date when the next document comes, and shards tell each other
 * nothing but, where they forget, which words their n-grams end in no more.
 *
 * <p>A document that was learned can be taken out again: its n-grams, the words with their continuation counts, left neighbours
 * and the spellings of words that no other document has. The shard is then as if it had never learned it. A shard that lacks
 * anything of the document changes nothing, unless it forgets: then it takes what is left.
 *
 * <p>Not thread-safe.
 */
public final class ShardScorer {

    /** Where the character model's pages begin, beside those of the counts. */
    private static final byte[] SPELLING_PAGES = {'c'};

    private final ModelSettings settings;
    private final int order;
    private final int shard;
    private final int shards;
    private final NgramCounts counts;
    private final SpellingModel spelling;
    private final boolean growing;

    private final PositionLookups lookups;
    private final int[] context;
    private final ModelFingerprint model;
    private final ShardRequest.Reader request;
    private final ShardReply.Writer reply;
    private final ShardReply.BatchWriter replies;
    private final RequestWords words;
    private final PairWriter pairs;
    private final NextWordsWriter nextWords;
    private final DocumentRetraction retraction;
    private final GoneWords.Writer gone;

    /** Answers queries, with room of its own: one may come while a request is open. Made for the first; null before it. */
    private @Nullable ShardScorer queries;

    /**
     * @param shard this shard's number, from 0
     * @param shards how many there are
     * @param pages where the counts are kept
     * @param cacheBytes heap that decoded counts may take
     */
    public ShardScorer(ModelSettings settings, int shard, int shards, PageStore pages, long cacheBytes) {
        this(settings, shard, shards, pages, cacheBytes, cacheBytes);
    }

    /**
     * @param shard this shard's number, from 0
     * @param shards how many there are
     * @param pages where the counts are kept
     * @param cacheBytes heap that decoded counts may take
     * @param wordBytes heap that words and spellings may take
     */
    public ShardScorer(
            ModelSettings settings, int shard, int shards, PageStore pages, long cacheBytes, long wordBytes) {
        this(settings, shard, shards, pages, cacheBytes, wordBytes, new GoneWords.Writer(settings.fingerprint(shards)));
    }

    private ShardScorer(
            ModelSettings settings,
            int shard,
            int shards,
            PageStore pages,
            long cacheBytes,
            long wordBytes,
            GoneWords.Writer gone) {
        this(
                settings,
                shard,
                shards,
                new NgramCounts(
                        settings.order(),
                        pages,
                        cacheBytes,
                        wordBytes / 2,
                        settings.forgetting(),
                        // A word of a list has its event, known or not.
                        shards > 1 && isGrowing(settings) ? new Others(gone, shard, shards) : null),
                new SpellingModel(pages, SPELLING_PAGES, wordBytes / 2),
                gone);
        if (growing) {
            settings.background()
                    .ifPresent(background -> counts.countListed(background.fingerprint(), background::has));
        }
        if (settings.forgetting().isOn()) {
            counts.onForgotten(!growing, spelling::unlearn);
        }
    }

    /** Of counts that others may use, too, between the documents of a request. */
    private ShardScorer(
            ModelSettings settings,
            int shard,
            int shards,
            NgramCounts counts,
            SpellingModel spelling,
            GoneWords.Writer gone) {
        this.settings = settings;
        this.order = settings.order();
        this.shard = shard;
        this.shards = shards;
        this.counts = counts;
        this.spelling = spelling;
        this.gone = gone;
        growing = isGrowing(settings);
        model = settings.fingerprint(shards);
        lookups = new PositionLookups(order);
        context = new int[order + 1];
        request = new ShardRequest.Reader(model);
        reply = new ShardReply.Writer(model, shard);
        replies = new ShardReply.BatchWriter(model);
        words = new RequestWords(counts, request, shard, shards);
        pairs = new PairWriter(settings, reply);
        nextWords = new NextWordsWriter(settings, counts, shards, request, words, reply, pairs);
        retraction = new DocumentRetraction(settings, counts, spelling, shard, shards, request, words);
    }

    private static boolean isGrowing(ModelSettings settings) {
        return settings.vocabulary() instanceof Vocabulary.Growing;
    }

    /** The shard that owns predictions after {@code word}, and its unigram. */
    public static int shardOf(String word, int shards) {
        return shards == 1 ? 0 : DocumentEvents.shardOf(word.getBytes(StandardCharsets.UTF_8), shards);
    }

    /** Collects what the other shards are to be told. */
    private record Others(GoneWords.Writer told, int shard, int shards) implements OtherShards {

        @Override
        public boolean owns(int wordHash) {
            return DocumentEvents.shardOf(wordHash, shards) == shard;
        }

        @Override
        public void gone(String word, long times) {
            told.add(shardOf(word, shards), word, times);
        }
    }

    /** What makes the model. */
    public ModelSettings settings() {
        return settings;
    }

    /** The counts under this shard. */
    public NgramCounts counts() {
        counts.load();
        return counts;
    }

    /** The character model of this shard, for its size. */
    public SpellingModel spelling() {
        return spelling;
    }

    /** Puts every changed page into the store; between two of them others may read. Called before each commit. */
    public void writeBack() {
        counts.writeBack();
        spelling.writeBack();
    }

    /** Drops what is decoded, changed or not; the next use reads the store again. */
    public void forget() {
        counts.forget();
        spelling.forget();
    }

    /**
     * The raw count of an n-gram of 1 to N words, {@code <s>} and {@code </s>} among them where they belong, of which this
     * shard owns the last word but one (for a single word: the word).
     */
    public long rawCount(List<String> ngram) {
        counts.load();
        int length = ngram.size() - 1;
        if (length >= order) {
            throw new IllegalArgumentException(
                    "an n-gram of " + ngram.size() + " words was asked for, counts are kept up to " + order);
        }
        if (ngram.stream().anyMatch(word -> word.startsWith("\0"))) {
            // A name inside the shard.
            return 0;
        }
        int word = counts.find(ngram.get(length));
        if (word < 0) {
            return 0;
        }
        if (length == 0) {
            return counts.rawUnigram(word);
        }
        int[] before = new int[order + 1];
        for (int d = 1; d <= length; d++) {
            before[d] = counts.find(ngram.get(length - d));
        }
        PositionCounts position = new PositionCounts(order);
        counts.lookup(before, length, word, position);
        return position.matched() < length ? 0 : position.raw(length);
    }

    /**
     * Scores, then learns, all documents of a request. What else it fails with has come before anything of the document was learned:
     * see {@link #learnUnanswered}.
     *
     * @throws ShardMessageException if it is not a whole request of this model; nothing has been learned then
     * @throws HalfLearnedException if learning failed
     */
    public byte[] answer(byte[] message) {
        int documents = open(message, Integer.MAX_VALUE);
        for (int document = 0; document < documents; document++) {
            answer(document);
        }
        return replies().get(0);
    }

    /**
     * Opens a request, whose documents are then to be answered one after the other, each by {@link #answer(int)},
     * {@link #learnUnanswered} or {@link #passOver}. Between two of them there may be a query: {@link #peek} or {@link #rawCount}, and
     * {@link #trim}.
     *
     * @param mostBytes of a message with more than one reply
     * @return how many documents it has, at least 1
     * @throws ShardMessageException if it is not a whole request of this model
     */
    public int open(byte[] message, int mostBytes) {
        counts.load();
        request.read(message);
        words.begin();
        replies.begin(request.isBatch(), request.partition(), mostBytes);
        // Of a request that failed half way.
        gone.clear();
        return request.documents();
    }

    /** The ticket of a document of the open request, from 0. */
    public long ticket(int document) {
        request.select(document);
        return request.ticket();
    }

    /**
     * Scores a document of the open request, then learns it; or looks for it, or takes it out. What else it fails with has come
     * before anything was learned or taken out: see {@link #learnUnanswered}.
     *
     * @throws HalfLearnedException if learning, or taking out, failed
     */
    public void answer(int document) {
        request.select(document);
        if (request.checks() || request.takes()) {
            replies.add(retraction.retract());
        } else {
            respond();
            replies.add(reply);
        }
        trim();
        endDocument();
    }

    /** Forgets as much as the document asks for. */
    private void endDocument() {
        if (!request.learns()) {
            return;
        }
        boolean freed;
        try {
            freed = counts.endDocument(request.length());
        } catch (RuntimeException | StackOverflowError e) {
            // The document is learned, so it must not be learned again.
            throw new HalfLearnedException(e);
        }
        if (freed) {
            // Words have lost their ids.
            words.begin();
        }
    }

    /** The messages that answer the open request, once each of its documents has been answered. */
    public List<byte[]> replies() {
        return replies.end();
    }

    /** What other shards are to be told once each document of the open request has been answered, in this order. */
    public List<GoneWords.Sent> toOthers() {
        return gone.take();
    }

    /**
     * Hears what another shard tells this one: {@link #toOthers} of that one.
     *
     * @throws ShardMessageException if it is not a whole message of this model; nothing has changed then
     */
    public void hear(byte[] message) {
        hear(message, model);
    }

    /** The same, of a message whose model may be another than this one's: {@link ModelFingerprint#ofTheSameCounts}. */
    public void hear(byte[] message, ModelFingerprint of) {
        counts.load();
        GoneWords.read(message, of, (word, times) -> counts.addShared(word, -times));
        counts.trim();
    }

    /** Drops what has not been used of late until counts, words and spellings are within their bounds. */
    public void trim() {
        counts.trim();
    }

    /** Heap of words and spellings, about, in bytes. */
    public long wordHeapBytes() {
        return counts.wordHeapBytes() + spelling.heapBytes();
    }

    /**
     * Answers a request without learning, and without writing anything to the store: for queries from outside the stream, which may
     * come between two documents of an open request, and where {@link #writeBack} lets others read.
     *
     * @throws ShardMessageException if it is not a whole request of this model
     * @throws IllegalArgumentException if it wants its document learned, or taken out
     */
    public byte[] peek(byte[] message) {
        if (queries == null) {
            queries = new ShardScorer(settings, shard, shards, counts, spelling, new GoneWords.Writer(model));
        }
        return queries.query(message);
    }

    private byte[] query(byte[] message) {
        open(message, Integer.MAX_VALUE);
        if (request.isBatch()) {
            throw new IllegalArgumentException("the request is a batch, and a query is not");
        }
        if (request.learns()) {
            throw new IllegalArgumentException("the request wants its document learned, which a query must not do");
        }
        if (request.checks() || request.takes()) {
            throw new IllegalArgumentException("the request is about taking a document out, which a query must not be");
        }
        respond();
        return reply.end();
    }

    private void respond() {
        boolean learned = false;
        try {
            words.lookUp();
            boolean hasNext = request.predictions() > 0;
            reply.begin(hasNext, request.predicts(), request.proves(), request.partition(), request.ticket(), totals());
            writeUnigrams();
            Smoothing.Estimates estimates = estimates();
            writeSpellings();
            score(estimates);
            if (hasNext) {
                nextWords.write(estimates);
            }
            if (request.learns()) {
                learnWhole();
            }
            learned = request.learns();
        } finally {
            endSpellings(learned);
        }
    }

    private void learnWhole() {
        try {
            learn();
            learnSpellings();
        } catch (RuntimeException | StackOverflowError e) {
            throw new HalfLearnedException(e);
        }
    }

    /** Also where it failed half way: the words of a question must not teach how the next are spelled. */
    private void endSpellings(boolean learned) {
        try {
            spelling.endDocument(learned);
        } catch (RuntimeException | StackOverflowError e) {
            throw new HalfLearnedException(e);
        }
    }

    /**
     * Answers a document that {@link #answer(int)} has failed with by a {@link ShardFailure}, and learns it nevertheless, if it
     * is to be learned: the other shards learn it, too. A document that was to be taken out stays.
     *
     * @param why it failed
     * @throws HalfLearnedException if learning fails, too
     */
    public void learnUnanswered(int document, String why) {
        request.select(document);
        if (request.learns()) {
            boolean learned = false;
            try {
                words.lookUp();
                for (int at = request.words(); growing && at < request.tokens(); at++) {
                    int code = request.code(at);
                    if (words.isOwned(code) && (words.id(code) < 0 || counts.rawUnigram(words.id(code)) == 0)) {
                        spelling.bitsWithinDocument(words.spelling(code));
                    }
                }
                for (int at = request.outside(); at < request.candidates(); at++) {
                    int code = request.code(at);
                    if (!isSpelled(code)) {
                        spelling.bitsWithinDocument(words.spelling(code));
                    }
                }
                learn();
                learnSpellings();
                learned = true;
            } catch (RuntimeException | StackOverflowError e) {
                throw new HalfLearnedException(e);
            } finally {
                endSpellings(learned);
            }
        }
        counts.trim();
        replies.add(failure(true, why));
        endDocument();
    }

    /**
     * Answers a document that is passed over, since learning it fails, by a {@link ShardFailure}; nothing changes.
     *
     * @param why it is
     */
    public void passOver(int document, String why) {
        request.select(document);
        replies.add(failure(!request.learns(), why));
    }

    private ShardFailure failure(boolean learned, String why) {
        return new ShardFailure(request.partition(), request.ticket(), shard, learned, why);
    }

    /** This shard's part of what the base distribution is made from. */
    UnigramTotals totals() {
        return UnigramTotals.of(counts, types(), settings.background().isPresent());
    }

    private long types() {
        return counts.rawTypes() - (words.ownsEos() && counts.rawUnigram(NgramCounts.EOS) > 0 ? 1 : 0);
    }

    private void writeUnigrams() {
        if (words.ownsEos() && words.times(ShardRequest.EOS_CODE) > 0) {
            writeUnigram(ShardRequest.EOS_CODE);
        }
        for (int at = request.words(); at < request.tokens(); at++) {
            int code = request.code(at);
            if (words.isOwned(code)) {
                writeUnigram(code);
            }
        }
    }

    private void writeUnigram(int code) {
        int id = words.id(code);
        long raw = id < 0 ? 0 : counts.rawUnigram(id);
        reply.unigram(raw, id < 0 ? 0 : counts.continuationUnigram(id));
        if (raw == 0) {
            reply.bits(
                    growing && code != ShardRequest.EOS_CODE ? spelling.bitsWithinDocument(words.spelling(code)) : 0);
        }
    }

    private void writeSpellings() {
        reply.count(request.candidates() - request.outside());
        for (int at = request.outside(); at < request.candidates(); at++) {
            int code = request.code(at);
            String spelled = words.spelling(code);
            reply.bits(isSpelled(code) ? spelling.bits(spelled) : spelling.bitsWithinDocument(spelled));
        }
    }

    private void score(Smoothing.Estimates estimates) {
        lookups.clear();
        int length = request.length();
        for (int i = 0; i < length; i++) {
            int code = request.token(i);
            boolean here = words.isHere(i);
            if (here) {
                lookups.add(context, words.fillContext(i, context), words.id(code));
                if (lookups.isFull()) {
                    writePositions(estimates);
                }
            }
        }
        writePositions(estimates);
    }

    private void writePositions(Smoothing.Estimates estimates) {
        counts.lookup(lookups);
        for (int i = 0; i < lookups.size(); i++) {
            lookups.read(i, pairs.position());
            pairs.write(estimates);
        }
        lookups.clear();
    }

    /** What the smoothing needs to know of this shard as its counts stand. */
    public Smoothing.Estimates estimates() {
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

    private void learn() {
        int length = request.length();
        for (int at = request.words(); at < request.tokens(); at++) {
            if (words.id(request.code(at)) < 0) {
                words.learn(request.code(at));
            }
        }
        for (int i = 0; i < length && order > 1; i++) {
            int code = request.token(i);
            boolean here = words.isHere(i);
            if (here) {
                boolean isNew = counts.learn(context, words.fillContext(i, context), words.id(code));
                if (!words.isOwned(code)) {
                    counts.addShared(words.id(code), 1);
                } else if (isNew) {
                    counts.addContinuation(words.id(code), 1);
                }
            } else if (words.isOwned(code)) {
                int previous = words.previous(i);
                counts.addShared(words.id(code), 1);
                if (counts.learnLeftNeighbour(words.id(code), previous)) {
                    counts.addContinuation(words.id(code), 1);
                }
            }
        }
        if (words.ownsEos() && words.times(ShardRequest.EOS_CODE) > 0) {
            counts.addUnigram(NgramCounts.EOS, words.times(ShardRequest.EOS_CODE));
        }
        for (int at = request.words(); at < request.tokens(); at++) {
            int code = request.code(at);
            if (words.isOwned(code) && words.times(code) > 0) {
                counts.addUnigram(words.id(code), words.times(code));
            }
        }
    }

    private void learnSpellings() {
        boolean counted = counts.countsSightings();
        for (int at = request.outside(); at < request.candidates(); at++) {
            int code = request.code(at);
            if (words.id(code) < 0) {
                words.learn(code);
            }
            if (counted && retraction.isCountedOutside(code)) {
                counts.addOutside(words.id(code));
            }
        }
    }

    /** Whether the spelling of a word outside a fixed vocabulary has been learned. */
    private boolean isSpelled(int code) {
        int id = words.id(code);
        return id >= 0 && (!counts.countsSightings() || !retraction.isCountedOutside(code) || counts.outside(id) > 0);
    }

    /**
     * A shard has failed while it learned a document, or took one out: its counts have a part of it. Whoever commits must not, and
     * has to go back to what was stored before.
     */
    public static final class HalfLearnedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        HalfLearnedException(Throwable cause) {
            super("the counts have learned a part of a document: " + cause, cause);
        }
    }
}
