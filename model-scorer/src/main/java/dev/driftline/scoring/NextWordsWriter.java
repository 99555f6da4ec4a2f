package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRequest;
import dev.driftline.smoothing.Smoothing;
import java.util.BitSet;
import java.util.Optional;

/** Writes the part of a reply that says which words may come next, and what this shard has of them. Not thread-safe. */
final class NextWordsWriter {

    /** Of the words of a shard with the highest counts, how many it tells where next words are wanted and no proof. */
    private static final int FREQUENT = 16;

    /** Of the words with the highest counts, how many are looked at for one that is listed: by either count. */
    private static final int LOOKED_AT = 2;

    private final ModelSettings settings;
    private final NgramCounts counts;
    private final int order;
    private final int shards;
    private final ShardRequest.Reader request;
    private final RequestWords words;
    private final ShardReply.Writer reply;
    private final PairWriter pairs;
    private final int[] context;

    /**
     * @param shards how many there are
     * @param words those of {@code request}
     * @param pairs writes into {@code reply}
     */
    NextWordsWriter(
            ModelSettings settings,
            NgramCounts counts,
            int shards,
            ShardRequest.Reader request,
            RequestWords words,
            ShardReply.Writer reply,
            PairWriter pairs) {
        this.settings = settings;
        this.counts = counts;
        this.shards = shards;
        this.request = request;
        this.words = words;
        this.reply = reply;
        this.pairs = pairs;
        order = settings.order();
        context = new int[order + 1];
    }

    /** Writes all of it, from what the smoothing needs to know on. */
    void write(Smoothing.Estimates estimates) {
        BitSet unigrams = new BitSet();
        long[] unlisted = highestUnigrams(unigrams);
        BitSet positions = new BitSet();
        int length = 0;
        if (request.predicts()) {
            length = words.fillContext(request.length() - 1, context);
            positions = writeOpen(estimates, length, unigrams);
        }
        reply.unigram(unlisted[0], unlisted[1]);
        int unheard = 0;
        for (int candidate = request.candidates(); candidate < request.end(); candidate++) {
            int id = words.id(request.code(candidate));
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
            writeWord(estimates, id, words.owns(counts.hashOf(id)), positions.get(id), length);
        }
        for (int candidate = request.candidates(); unheard > 0 && candidate < request.end(); candidate++) {
            int code = request.code(candidate);
            if (words.id(code) < 0) {
                int from = request.from(code);
                reply.word().writeBytes(request.message(), from, request.to(code) - from);
                writeWord(estimates, -1, words.isOwned(code), request.predicts(), length);
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
    private BitSet writeOpen(Smoothing.Estimates estimates, int length, BitSet unigrams) {
        CandidateSearch search = new CandidateSearch(counts, settings, estimates);
        for (int candidate = request.candidates(); candidate < request.end(); candidate++) {
            int id = words.id(request.code(candidate));
            if (id >= 0) {
                search.add(id);
            }
        }
        if (request.proves()) {
            unigrams.stream().forEach(search::add);
        }
        float[] ceilings = new float[order];
        int[] found =
                search.propose(context, length, request.predictions(), request.proves(), beginning(search), ceilings);
        counts.lookup(context, length, -1, pairs.position());
        pairs.write(estimates);
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

    private void writeWord(Smoothing.Estimates estimates, int id, boolean here, boolean placed, int length) {
        int share = placed && !here ? ShardReply.SHARE : 0;
        reply.parts((here ? ShardReply.UNIGRAM : 0) | (placed ? ShardReply.POSITION : 0) | share);
        if (here) {
            reply.unigram(id < 0 ? 0 : counts.rawUnigram(id), id < 0 ? 0 : counts.continuationUnigram(id));
        }
        if (share != 0) {
            reply.number(id < 0 ? 0 : counts.continuationShare(id));
        }
        if (placed) {
            counts.lookup(context, length, id, pairs.position());
            pairs.write(estimates);
        }
    }
}
