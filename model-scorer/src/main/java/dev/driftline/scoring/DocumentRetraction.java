package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.ngram.document.DocumentNgrams;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.scoring.messages.ShardRetraction;
import dev.driftline.spelling.SpellingModel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Looks for a document in the counts of a shard, and takes it out. Not thread-safe. */
final class DocumentRetraction {

    private static final byte[] UNKNOWN_UTF8 = DocumentTokens.UNKNOWN_WORD.getBytes(StandardCharsets.UTF_8);

    private final ModelSettings settings;
    private final NgramCounts counts;
    private final SpellingModel spelling;
    private final int order;
    private final int shard;
    private final int shards;
    private final boolean growing;
    private final ShardRequest.Reader request;
    private final RequestWords words;
    private final DocumentNgrams ngrams;
    private final int[] context;

    /**
     * @param shard this shard's number, from 0
     * @param shards how many there are
     * @param words those of {@code request}
     */
    DocumentRetraction(
            ModelSettings settings,
            NgramCounts counts,
            SpellingModel spelling,
            int shard,
            int shards,
            ShardRequest.Reader request,
            RequestWords words) {
        this.settings = settings;
        this.counts = counts;
        this.spelling = spelling;
        this.shard = shard;
        this.shards = shards;
        this.request = request;
        this.words = words;
        order = settings.order();
        growing = settings.vocabulary() instanceof Vocabulary.Growing;
        ngrams = new DocumentNgrams(order);
        context = new int[order + 1];
    }

    /** Looks for the document, and takes it out if that is wanted. */
    ShardRetraction retract() {
        words.lookUp();
        listNgrams();
        ngrams.lookUp(counts);
        long events = ngrams.events();
        long missing = ngrams.missing();
        if (words.ownsEos()) {
            events += words.times(ShardRequest.EOS_CODE);
            missing += Math.max(0, words.times(ShardRequest.EOS_CODE) - counts.rawUnigram(NgramCounts.EOS));
        }
        for (int at = request.words(); at < request.tokens(); at++) {
            int code = request.code(at);
            if (words.isOwned(code)) {
                events += words.times(code);
                missing +=
                        Math.max(0, words.times(code) - (words.id(code) < 0 ? 0 : counts.rawUnigram(words.id(code))));
            }
        }
        if (counts.countsSightings()) {
            for (int at = request.outside(); at < request.candidates(); at++) {
                if (isCountedOutside(request.code(at))) {
                    int id = words.id(request.code(at));
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
                throw new ShardScorer.HalfLearnedException(e);
            }
        }
        // With one shard there are no left neighbours, and a growing vocabulary has no word outside.
        boolean isUncounted = !counts.countsSightings() && (shards > 1 || !growing);
        return new ShardRetraction(
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
        int length = request.length();
        for (int i = 0; i < length && order > 1; i++) {
            int code = request.token(i);
            boolean here = words.isHere(i);
            if (here) {
                ngrams.add(context, words.fillContext(i, context), words.id(code), words.isOwned(code));
            } else if (words.isOwned(code)) {
                ngrams.addLeftNeighbour(words.id(code), words.previous(i));
            }
        }
    }

    /** The inverse of learning, of what {@link #retract} has found. */
    private void takeOut() {
        ngrams.takeOut(counts);
        takeOutShared();
        if (words.ownsEos()) {
            takeOutUnigram(ShardRequest.EOS_CODE);
        }
        for (int at = request.words(); at < request.tokens(); at++) {
            int code = request.code(at);
            if (words.isOwned(code)) {
                takeOutUnigram(code);
            }
        }
        for (int at = request.outside(); at < request.candidates(); at++) {
            int code = request.code(at);
            if (isCountedOutside(code)
                    && words.id(code) >= 0
                    && counts.outside(words.id(code)) > 0
                    && counts.removeOutside(words.id(code))) {
                spelling.unlearn(words.spelling(code));
            }
        }
    }

    /** Whatever is left of the document here: the other shard does the same. */
    private void takeOutShared() {
        int length = request.length();
        for (int i = 0; i < length && order > 1 && shards > 1; i++) {
            int code = request.token(i);
            boolean here = words.isHere(i);
            if (code > ShardRequest.EOS_CODE && here != words.isOwned(code)) {
                if (words.id(code) >= 0) {
                    counts.addShared(words.id(code), -1);
                } else {
                    counts.addShared(words.spelling(code), -1);
                }
            }
        }
    }

    private void takeOutUnigram(int code) {
        int id = words.id(code);
        long raw = id < 0 ? 0 : counts.rawUnigram(id);
        long taken = Math.min(words.times(code), raw);
        boolean forgets = settings.forgetting().isOn();
        if (forgets && taken > 0 && taken == raw && order > 1 && counts.continuationUnigram(id) > 0) {
            // More of it was forgotten than of the n-grams that others left: as long as it ends one it is a word.
            taken--;
        }
        if (taken > 0) {
            counts.removeUnigram(id, taken);
            if (growing && code != ShardRequest.EOS_CODE && counts.rawUnigram(id) == 0) {
                spelling.unlearn(words.spelling(code));
            }
        }
    }

    /**
     * Whether it is counted how many documents have a word outside the vocabulary. A {@code <unk>} that a text has is the event
     * {@code <unk>}, too: its spelling stays once it is learned.
     */
    boolean isCountedOutside(int code) {
        byte[] utf8 = request.message();
        return !Arrays.equals(utf8, request.from(code), request.to(code), UNKNOWN_UTF8, 0, UNKNOWN_UTF8.length);
    }
}
