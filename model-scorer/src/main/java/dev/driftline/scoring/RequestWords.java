package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.messages.ShardRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a shard knows of the words of the request at hand, by their code: each is looked up once, whatever the number of documents that
 * have it. Not thread-safe.
 */
final class RequestWords {

    /** In place of the id of a word that has not been looked up yet. */
    private static final int NOT_LOOKED_UP = -2;

    private final NgramCounts counts;
    private final ShardRequest.Reader request;
    private final int order;
    private final int shard;
    private final int shards;
    private final boolean ownsBos;
    private final boolean ownsEos;

    private int[] ids = new int[256];
    private boolean[] owned = new boolean[256];
    private int[] hash = new int[256];
    private int[] times = new int[256];
    private final int[] hashesAhead = new int[NgramCounts.WORDS_AHEAD];

    /**
     * @param request the words of which are meant
     * @param shard this shard's number, from 0
     * @param shards how many there are
     */
    RequestWords(NgramCounts counts, ShardRequest.Reader request, int shard, int shards) {
        this.counts = counts;
        this.request = request;
        this.shard = shard;
        this.shards = shards;
        order = counts.order();
        ownsBos = owns(DocumentTokens.BOS_WORD);
        ownsEos = owns(DocumentTokens.EOS_WORD);
    }

    private boolean owns(String word) {
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        return owns(NgramCounts.hash(utf8, 0, utf8.length));
    }

    /** Whether the unigram of a word is this shard's, by the hash of its spelling, and what follows it. */
    boolean owns(int wordHash) {
        return DocumentEvents.shardOf(wordHash, shards) == shard;
    }

    /** Whether this shard has the unigram of {@code </s>}. */
    boolean ownsEos() {
        return ownsEos;
    }

    /** The id of a word; negative where it was never learned, or the shard is not told which it is. */
    int id(int code) {
        return ids[code];
    }

    /** Whether the unigram of a word is this shard's. */
    boolean isOwned(int code) {
        return owned[code];
    }

    /** How often the document has a word. */
    int times(int code) {
        return times[code];
    }

    /** Whether position {@code i} of the document is this shard's to predict: by the word before it. */
    boolean isHere(int i) {
        int before = i == 0 ? ShardRequest.EOS_CODE : request.token(i - 1);
        return before == ShardRequest.EOS_CODE ? ownsBos : owned[before];
    }

    /** The id of the word before position {@code i}. */
    int previous(int i) {
        int before = i == 0 ? ShardRequest.EOS_CODE : request.token(i - 1);
        return before == ShardRequest.EOS_CODE ? NgramCounts.BOS : ids[before];
    }

    /** Forgets what is known of the words of the request before. */
    void begin() {
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
     * of them has taught them: {@link #learn}.
     */
    void lookUp() {
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
                owned[code] = owns(hash[code]);
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
    void learn(int code) {
        byte[] utf8 = request.message();
        int from = request.from(code);
        int to = request.to(code);
        int known = counts.find(utf8, from, to, hash[code]);
        ids[code] = known >= 0 ? known : counts.learnWord(utf8, from, to, hash[code]);
    }

    /** The spelling of a word of the request. */
    String spelling(int code) {
        int from = request.from(code);
        return new String(request.message(), from, request.to(code) - from, StandardCharsets.UTF_8);
    }

    /** The ids before position {@code i}, nearest first from index 1 of {@code context}; returns how many. */
    int fillContext(int i, int[] context) {
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
}
