package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.PositionLookups;
import dev.driftline.ngram.document.DocumentNgrams;
import dev.driftline.ngram.words.OtherShards;
import dev.driftline.pages.PageStore;
import dev.driftline.scoring.messages.GoneWords;
import dev.driftline.scoring.messages.ModelFingerprint;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.scoring.messages.UnigramTotals;
import dev.driftline.smoothing.Discounts;
import dev.driftline.smoothing.PositionCounts;
import dev.driftline.smoothing.Smoothing;
import dev.driftline.spelling.SpellingModel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
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

    /** Of the words of a shard with the highest counts, how many it tells where next words are wanted and no proof. */
    private static final int FREQUENT = 16;

    /** Of the words with the highest counts, how many are looked at for one that is listed: by either count. */
    private static final int LOOKED_AT = 2;

    /** In place of the id of a word that has not been looked up yet. */
    private static final int NOT_LOOKED_UP = -2;

    private static final byte[] UNKNOWN_UTF8 = DocumentTokens.UNKNOWN_WORD.getBytes(StandardCharsets.UTF_8);

    private static final byte[] EOS_UTF8 = DocumentTokens.EOS_WORD.getBytes(StandardCharsets.UTF_8);

    private final ModelSettings settings;
    private final int order;
    private final int shard;
    private final int shards;
    private final NgramCounts counts;
    private final SpellingModel spelling;
    private final boolean growing;
    private final boolean ownsBos;
    private final boolean ownsEos;

    private final PositionCounts position;
    private final PositionLookups lookups;
    private final float[] alpha;
    private final float[] gamma;
    private final int[] context;
    private final ModelFingerprint model;
    private final ShardRequest.Reader request;
    private final ShardReply.Writer reply;
    private final ShardReply.BatchWriter replies;
    private final DocumentNgrams ngrams;
    private final GoneWords.Writer gone;

    /** Answers queries, with room of its own: one may come while a request is open. Made for the first; null before it. */
    private @Nullable ShardScorer queries;

    // By code, what the dictionary says of each word of the request.
    private int[] ids = new int[256];
    private boolean[] owned = new boolean[256];
    private int[] hash = new int[256];
    private int[] times = new int[256];
    private final int[] hashesAhead = new int[NgramCounts.WORDS_AHEAD];

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
        this.settings = settings;
        this.order = settings.order();
        this.shard = shard;
        this.shards = shards;
        growing = settings.vocabulary() instanceof Vocabulary.Growing;
        model = settings.fingerprint(shards);
        gone = new GoneWords.Writer(model);
        // A word of a list has its event, known or not.
        counts = new NgramCounts(
                order,
                pages,
                cacheBytes,
                wordBytes / 2,
                settings.forgetting(),
                shards > 1 && growing ? new Others() : null);
        spelling = new SpellingModel(pages, SPELLING_PAGES, wordBytes / 2);
        if (growing) {
            settings.background()
                    .ifPresent(background -> counts.countListed(background.fingerprint(), background::has));
        }
        if (settings.forgetting().isOn()) {
            counts.onForgotten(!growing, spelling::unlearn);
        }
        position = new PositionCounts(order);
        lookups = new PositionLookups(order);
        alpha = new float[order + 1];
        gamma = new float[order + 1];
        context = new int[order + 1];
        request = new ShardRequest.Reader(model);
        reply = new ShardReply.Writer(model, shard);
        replies = new ShardReply.BatchWriter(model);
        ngrams = new DocumentNgrams(order);
        byte[] bos = DocumentTokens.BOS_WORD.getBytes(StandardCharsets.UTF_8);
        ownsBos = ownerOf(NgramCounts.hash(bos, 0, bos.length)) == shard;
        ownsEos = ownerOf(NgramCounts.hash(EOS_UTF8, 0, EOS_UTF8.length)) == shard;
    }

    /** For queries of the counts of another one. */
    private ShardScorer(ShardScorer of) {
        settings = of.settings;
        order = of.order;
        shard = of.shard;
        shards = of.shards;
        growing = of.growing;
        model = of.model;
        counts = of.counts;
        spelling = of.spelling;
        ownsBos = of.ownsBos;
        ownsEos = of.ownsEos;
        gone = new GoneWords.Writer(model);
        position = new PositionCounts(order);
        lookups = new PositionLookups(order);
        alpha = new float[order + 1];
        gamma = new float[order + 1];
        context = new int[order + 1];
        request = new ShardRequest.Reader(model);
        reply = new ShardReply.Writer(model, shard);
        replies = new ShardReply.BatchWriter(model);
        ngrams = new DocumentNgrams(order);
    }

    /** The shard that owns predictions after {@code word}, and its unigram. */
    public static int shardOf(String word, int shards) {
        return shards == 1 ? 0 : DocumentEvents.shardOf(word.getBytes(StandardCharsets.UTF_8), shards);
    }

    /** Collects what the other shards are to be told. */
    private final class Others implements OtherShards {

        @Override
        public boolean owns(int wordHash) {
            return ownerOf(wordHash) == shard;
        }

        @Override
        public void gone(String word, long times) {
            gone.add(shardOf(word, shards), word, times);
        }
    }

    private int ownerOf(int wordHash) {
        return DocumentEvents.shardOf(wordHash, shards);
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
        int[] words = new int[order + 1];
        for (int d = 1; d <= length; d++) {
            words[d] = counts.find(ngram.get(length - d));
        }
        counts.lookup(words, length, word, position);
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
        beginWords();
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
            replies.add(retract());
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
            beginWords();
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
            queries = new ShardScorer(this);
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
            lookUpWords();
            boolean nextWords = request.predictions() > 0;
            reply.begin(
                    nextWords, request.predicts(), request.proves(), request.partition(), request.ticket(), totals());
            writeUnigrams();
            Smoothing.Estimates estimates = estimates();
            writeSpellings();
            score(estimates);
            if (nextWords) {
                writeNextWords(estimates);
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
     * Answers a document that {@link #answer(int)} has failed with by a {@link ShardReply.Failure}, and learns it nevertheless, if it
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
                lookUpWords();
                for (int at = request.words(); growing && at < request.tokens(); at++) {
                    int code = request.code(at);
                    if (owned[code] && (ids[code] < 0 || counts.rawUnigram(ids[code]) == 0)) {
                        spelling.bitsWithinDocument(word(code));
                    }
                }
                for (int at = request.outside(); at < request.candidates(); at++) {
                    int code = request.code(at);
                    if (!isSpelled(code)) {
                        spelling.bitsWithinDocument(word(code));
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
     * Answers a document that is passed over, since learning it fails, by a {@link ShardReply.Failure}; nothing changes.
     *
     * @param why it is
     */
    public void passOver(int document, String why) {
        request.select(document);
        replies.add(failure(!request.learns(), why));
    }

    private ShardReply.Failure failure(boolean learned, String why) {
        return new ShardReply.Failure(request.partition(), request.ticket(), shard, learned, why);
    }

    /** Forgets what is known of the words of the request before. */
    private void beginWords() {
        int codes = request.codes();
        if (codes > ids.length) {
            int room = Math.max(codes, ids.length * 2);
            ids = new int[room];
            owned = new boolean[room];
            hash = new int[room];
            times = new int[room];
        }
        ids[ShardRequest.HOLE] = -1;
        owned[ShardRequest.HOLE] = false;
        ids[ShardRequest.EOS_CODE] = NgramCounts.EOS;
        owned[ShardRequest.EOS_CODE] = ownsEos;
        Arrays.fill(ids, ShardRequest.FIRST_WORD, codes, NOT_LOOKED_UP);
    }

    /**
     * Looks up the words of the document that no document before it had. Those that had not been learned then are known now if one
     * of them has taught them: {@link #learnWord}.
     */
    private void lookUpWords() {
        lookUp(request.words(), request.tokens());
        lookUp(request.outside(), request.end());
        times[ShardRequest.EOS_CODE] = 0;
        for (int at = request.words(); at < request.tokens(); at++) {
            times[request.code(at)] = 0;
        }
        int length = request.length();
        for (int i = 0; i < length; i++) {
            times[request.token(i)]++;
        }
    }

    private void lookUp(int first, int end) {
        byte[] utf8 = request.message();
        int ahead = 0;
        int since = first;
        for (int at = first; at < end; at++) {
            int code = request.code(at);
            if (ids[code] == NOT_LOOKED_UP) {
                hash[code] = NgramCounts.hash(utf8, request.from(code), request.to(code));
                owned[code] = ownerOf(hash[code]) == shard;
                hashesAhead[ahead++] = hash[code];
            }
            if (ahead == NgramCounts.WORDS_AHEAD || at == end - 1) {
                counts.readAhead(hashesAhead, ahead);
                find(since, at + 1);
                since = at + 1;
                ahead = 0;
            }
        }
    }

    private void find(int first, int end) {
        byte[] utf8 = request.message();
        for (int at = first; at < end; at++) {
            int code = request.code(at);
            if (ids[code] == NOT_LOOKED_UP) {
                ids[code] = counts.find(utf8, request.from(code), request.to(code), hash[code]);
            }
        }
    }

    /** Gives a word an id that had none when it was looked up; under another code of this request it may have got one since. */
    private void learnWord(int code) {
        byte[] utf8 = request.message();
        int from = request.from(code);
        int to = request.to(code);
        int known = counts.find(utf8, from, to, hash[code]);
        ids[code] = known >= 0 ? known : counts.learnWord(utf8, from, to, hash[code]);
    }

    /** Looks for the document, and takes it out if that is wanted. */
    private ShardReply.Retracted retract() {
        lookUpWords();
        listNgrams();
        ngrams.lookUp(counts);
        long events = ngrams.events();
        long missing = ngrams.missing();
        if (ownsEos) {
            events += times[ShardRequest.EOS_CODE];
            missing += Math.max(0, times[ShardRequest.EOS_CODE] - counts.rawUnigram(NgramCounts.EOS));
        }
        for (int at = request.words(); at < request.tokens(); at++) {
            int code = request.code(at);
            if (owned[code]) {
                events += times[code];
                missing += Math.max(0, times[code] - (ids[code] < 0 ? 0 : counts.rawUnigram(ids[code])));
            }
        }
        if (counts.countsSightings()) {
            for (int at = request.outside(); at < request.candidates(); at++) {
                if (isCountedOutside(request.code(at))) {
                    int id = ids[request.code(at)];
                    events++;
                    missing += id >= 0 && counts.outside(id) > 0 ? 0 : 1;
                }
            }
        }
        boolean forgets = settings.forgetting().isOn();
        boolean isThere = missing == 0 || forgets;
        boolean isTaken = request.takes() && isThere;
        if (isTaken) {
            try {
                takeOut();
            } catch (RuntimeException | StackOverflowError e) {
                throw new HalfLearnedException(e);
            }
        }
        // With one shard there are no left neighbours, and a growing vocabulary has no word outside.
        boolean isUncounted = !counts.countsSightings() && (shards > 1 || !growing);
        return new ShardReply.Retracted(
                request.partition(),
                request.ticket(),
                shard,
                isThere,
                isTaken,
                forgets || isUncounted,
                events,
                missing);
    }

    private void listNgrams() {
        ngrams.clear();
        boolean atStart = true;
        int length = request.length();
        for (int i = 0; i < length && order > 1; i++) {
            int code = request.token(i);
            boolean here = atStart ? ownsBos : owned[request.token(i - 1)];
            if (here) {
                ngrams.add(context, fillContext(i), ids[code], owned[code]);
            } else if (owned[code]) {
                ngrams.addLeftNeighbour(ids[code], atStart ? NgramCounts.BOS : ids[request.token(i - 1)]);
            }
            atStart = code == ShardRequest.EOS_CODE;
        }
    }

    /** The inverse of {@link #learn} and {@link #learnSpellings}, of what {@link #retract} has found. */
    private void takeOut() {
        ngrams.takeOut(counts);
        takeOutShared();
        if (ownsEos) {
            takeOutUnigram(ShardRequest.EOS_CODE);
        }
        for (int at = request.words(); at < request.tokens(); at++) {
            int code = request.code(at);
            if (owned[code]) {
                takeOutUnigram(code);
            }
        }
        for (int at = request.outside(); at < request.candidates(); at++) {
            int code = request.code(at);
            if (isCountedOutside(code)
                    && ids[code] >= 0
                    && counts.outside(ids[code]) > 0
                    && counts.removeOutside(ids[code])) {
                spelling.unlearn(word(code));
            }
        }
    }

    /** Whatever is left of the document here: the other shard does the same. */
    private void takeOutShared() {
        boolean atStart = true;
        int length = request.length();
        for (int i = 0; i < length && order > 1 && shards > 1; i++) {
            int code = request.token(i);
            boolean here = atStart ? ownsBos : owned[request.token(i - 1)];
            if (code > ShardRequest.EOS_CODE && here != owned[code]) {
                if (ids[code] >= 0) {
                    counts.addShared(ids[code], -1);
                } else {
                    counts.addShared(word(code), -1);
                }
            }
            atStart = code == ShardRequest.EOS_CODE;
        }
    }

    private void takeOutUnigram(int code) {
        int id = ids[code];
        long raw = id < 0 ? 0 : counts.rawUnigram(id);
        long taken = Math.min(times[code], raw);
        boolean forgets = settings.forgetting().isOn();
        if (forgets && taken > 0 && taken == raw && order > 1 && counts.continuationUnigram(id) > 0) {
            // More of it was forgotten than of the n-grams that others left: as long as it ends one it is a word.
            taken--;
        }
        if (taken > 0) {
            counts.removeUnigram(id, taken);
            if (growing && code != ShardRequest.EOS_CODE && counts.rawUnigram(id) == 0) {
                spelling.unlearn(word(code));
            }
        }
    }

    /**
     * Whether it is counted how many documents have a word outside the vocabulary. A {@code <unk>} that a text has is the event
     * {@code <unk>}, too: its spelling stays once it is learned.
     */
    private boolean isCountedOutside(int code) {
        byte[] utf8 = request.message();
        return !Arrays.equals(utf8, request.from(code), request.to(code), UNKNOWN_UTF8, 0, UNKNOWN_UTF8.length);
    }

    /** This shard's part of what the base distribution is made from. */
    UnigramTotals totals() {
        return UnigramTotals.of(counts, types(), settings.background().isPresent());
    }

    private long types() {
        return counts.rawTypes() - (ownsEos && counts.rawUnigram(NgramCounts.EOS) > 0 ? 1 : 0);
    }

    private void writeUnigrams() {
        if (ownsEos && times[ShardRequest.EOS_CODE] > 0) {
            writeUnigram(ShardRequest.EOS_CODE);
        }
        for (int at = request.words(); at < request.tokens(); at++) {
            int code = request.code(at);
            if (owned[code]) {
                writeUnigram(code);
            }
        }
    }

    private void writeUnigram(int code) {
        int id = ids[code];
        long raw = id < 0 ? 0 : counts.rawUnigram(id);
        reply.unigram(raw, id < 0 ? 0 : counts.continuationUnigram(id));
        if (raw == 0) {
            reply.bits(growing && code != ShardRequest.EOS_CODE ? spelling.bitsWithinDocument(word(code)) : 0);
        }
    }

    private String word(int code) {
        int from = request.from(code);
        return new String(request.message(), from, request.to(code) - from, StandardCharsets.UTF_8);
    }

    private void writeSpellings() {
        reply.count(request.candidates() - request.outside());
        for (int at = request.outside(); at < request.candidates(); at++) {
            int code = request.code(at);
            String spelled = word(code);
            reply.bits(isSpelled(code) ? spelling.bits(spelled) : spelling.bitsWithinDocument(spelled));
        }
    }

    private void score(Smoothing.Estimates estimates) {
        lookups.clear();
        boolean atStart = true;
        int length = request.length();
        for (int i = 0; i < length; i++) {
            int code = request.token(i);
            boolean here = atStart ? ownsBos : owned[request.token(i - 1)];
            if (here) {
                int words = fillContext(i);
                lookups.add(context, words, ids[code]);
                if (lookups.isFull()) {
                    writePositions(estimates);
                }
            }
            atStart = code == ShardRequest.EOS_CODE;
        }
        writePositions(estimates);
    }

    private void writePositions(Smoothing.Estimates estimates) {
        counts.lookup(lookups);
        for (int i = 0; i < lookups.size(); i++) {
            lookups.read(i, position);
            writePairs(estimates);
        }
        lookups.clear();
    }

    private void writePairs(Smoothing.Estimates estimates) {
        settings.smoothing().compute(position, estimates, alpha, gamma);
        reply.position(position.matched(), settings.smoothing().lastPair(position, order), alpha, gamma);
    }

    /** The ids before position {@code i}, nearest first from index 1; returns how many. */
    private int fillContext(int i) {
        int words = 0;
        int at = i - 1;
        while (words < order - 1) {
            if (at < 0 || request.token(at) == ShardRequest.EOS_CODE) {
                context[++words] = NgramCounts.BOS;
                break;
            }
            context[++words] = ids[request.token(at)];
            at--;
        }
        return words;
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

    private void writeNextWords(Smoothing.Estimates estimates) {
        BitSet unigrams = new BitSet();
        long[] unlisted = highestUnigrams(unigrams);
        BitSet positions = new BitSet();
        int words = 0;
        if (request.predicts()) {
            words = fillContext(request.length() - 1);
            positions = writeOpen(estimates, words, unigrams);
        }
        reply.unigram(unlisted[0], unlisted[1]);
        int unheard = 0;
        for (int candidate = request.candidates(); candidate < request.end(); candidate++) {
            int id = ids[request.code(candidate)];
            if (id >= 0) {
                unigrams.set(id);
            } else {
                unheard++;
            }
        }
        BitSet listed = (BitSet) positions.clone();
        listed.or(unigrams);
        reply.count(listed.cardinality() + unheard);
        for (int id = listed.nextSetBit(0); id >= 0; id = listed.nextSetBit(id + 1)) {
            counts.writeSpelling(id, reply.word());
            writeNextWord(estimates, id, ownerOf(counts.hashOf(id)) == shard, positions.get(id), words);
        }
        for (int candidate = request.candidates(); unheard > 0 && candidate < request.end(); candidate++) {
            int code = request.code(candidate);
            if (ids[code] < 0) {
                int from = request.from(code);
                reply.word().writeBytes(request.message(), from, request.to(code) - from);
                writeNextWord(estimates, -1, owned[code], request.predicts(), words);
            }
        }
    }

    /**
     * Lists the words of this shard with the highest unigram counts.
     *
     * @return a bound of the raw and of the continuation count of the others
     */
    private long[] highestUnigrams(BitSet listed) {
        if (request.proves()) {
            CandidateSearch.Highest raw = new CandidateSearch.Highest(request.predictions());
            CandidateSearch.Highest continuation = new CandidateSearch.Highest(request.predictions());
            long rest = counts.mostFrequent(
                    request.prefix(), LOOKED_AT * request.predictions(), (id, rawCount, continuationCount) -> {
                        raw.offer(id, rawCount);
                        continuation.offer(id, continuationCount);
                    });
            raw.list(listed);
            continuation.list(listed);
            return new long[] {Math.max(rest, raw.floor()), Math.max(rest, continuation.floor())};
        }
        if (shards == 1) {
            // The unigram of every proposed word is here.
            return new long[] {counts.rawTotal(), counts.rawTotal()};
        }
        CandidateSearch.Highest frequent = new CandidateSearch.Highest(FREQUENT);
        long most = counts.topOwned((id, raw, continuation) -> frequent.offer(id, raw));
        frequent.list(listed);
        most = Math.max(most, frequent.floor());
        return new long[] {most, most};
    }

    /** Writes what holds of every word in the open context; returns the words whose positions are to be listed. */
    private BitSet writeOpen(Smoothing.Estimates estimates, int words, BitSet unigrams) {
        CandidateSearch search = new CandidateSearch(counts, settings, estimates);
        for (int candidate = request.candidates(); candidate < request.end(); candidate++) {
            int id = ids[request.code(candidate)];
            if (id >= 0) {
                search.add(id);
            }
        }
        if (request.proves()) {
            unigrams.stream().forEach(search::add);
        }
        float[] ceilings = new float[order];
        int[] found =
                search.propose(context, words, request.predictions(), request.proves(), beginning(search), ceilings);
        counts.lookup(context, words, -1, position);
        writePairs(estimates);
        for (int pair = 1; pair < order; pair++) {
            reply.number(ceilings[pair]);
        }
        BitSet positions = new BitSet();
        for (int id : found) {
            positions.set(id);
        }
        return positions;
    }

    /**
     * The words with the prefix that is asked for, if there is one, and are still to be looked for: where there are few, all are
     * candidates already, whatever they follow.
     */
    private Optional<BitSet> beginning(CandidateSearch search) {
        if (request.prefix().isEmpty()) {
            return Optional.empty();
        }
        BitSet beginning = counts.beginning(request.prefix());
        if (beginning.cardinality() <= LOOKED_AT * request.predictions()) {
            beginning.stream().forEach(search::add);
            return Optional.of(new BitSet());
        }
        return Optional.of(beginning);
    }

    private void writeNextWord(Smoothing.Estimates estimates, int id, boolean here, boolean placed, int words) {
        int share = placed && !here ? ShardReply.SHARE : 0;
        reply.parts((here ? ShardReply.UNIGRAM : 0) | (placed ? ShardReply.POSITION : 0) | share);
        if (here) {
            reply.unigram(id < 0 ? 0 : counts.rawUnigram(id), id < 0 ? 0 : counts.continuationUnigram(id));
        }
        if (share != 0) {
            reply.number(id < 0 ? 0 : counts.continuationShare(id));
        }
        if (placed) {
            counts.lookup(context, words, id, position);
            writePairs(estimates);
        }
    }

    private void learn() {
        int length = request.length();
        for (int at = request.words(); at < request.tokens(); at++) {
            if (ids[request.code(at)] < 0) {
                learnWord(request.code(at));
            }
        }
        boolean atStart = true;
        for (int i = 0; i < length && order > 1; i++) {
            int code = request.token(i);
            boolean here = atStart ? ownsBos : owned[request.token(i - 1)];
            if (here) {
                boolean isNew = counts.learn(context, fillContext(i), ids[code]);
                if (!owned[code]) {
                    counts.addShared(ids[code], 1);
                } else if (isNew) {
                    counts.addContinuation(ids[code], 1);
                }
            } else if (owned[code]) {
                int previous = atStart ? NgramCounts.BOS : ids[request.token(i - 1)];
                counts.addShared(ids[code], 1);
                if (counts.learnLeftNeighbour(ids[code], previous)) {
                    counts.addContinuation(ids[code], 1);
                }
            }
            atStart = code == ShardRequest.EOS_CODE;
        }
        if (ownsEos && times[ShardRequest.EOS_CODE] > 0) {
            counts.addUnigram(NgramCounts.EOS, times[ShardRequest.EOS_CODE]);
        }
        for (int at = request.words(); at < request.tokens(); at++) {
            int code = request.code(at);
            if (owned[code] && times[code] > 0) {
                counts.addUnigram(ids[code], times[code]);
            }
        }
    }

    private void learnSpellings() {
        boolean counted = counts.countsSightings();
        for (int at = request.outside(); at < request.candidates(); at++) {
            int code = request.code(at);
            if (ids[code] < 0) {
                learnWord(code);
            }
            if (counted && isCountedOutside(code)) {
                counts.addOutside(ids[code]);
            }
        }
    }

    /** Whether the spelling of a word outside a fixed vocabulary has been learned. */
    private boolean isSpelled(int code) {
        int id = ids[code];
        return id >= 0 && (!counts.countsSightings() || !isCountedOutside(code) || counts.outside(id) > 0);
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
