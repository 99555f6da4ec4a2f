package dev.driftline.scoring;

import dev.driftline.background.BackgroundReader;
import dev.driftline.background.BackgroundRows;
import dev.driftline.codec.MalformedBytesException;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.messages.ModelFingerprint;
import dev.driftline.scoring.messages.ShardFailure;
import dev.driftline.scoring.messages.ShardMessageException;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.scoring.messages.ShardRetraction;
import dev.driftline.scoring.messages.UnigramTotals;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the shards' replies to one document together: p = α + γ · b(w), α and γ from the shard of the context, the counts
 * behind b from the shard of the word, its totals from all of them.
 *
 * <p>Keeps nothing between documents. Not thread-safe.
 */
public final class Gather {

    /**
     * What the replies to a document say.
     *
     * @param positions one row a token of the document
     * @param candidates next words, empty where none were asked for
     */
    public record Gathered(NgramProbabilities positions, Candidates candidates) {}

    private final ModelSettings settings;
    private final int order;
    private final int shards;
    private final ModelFingerprint model;
    private final Optional<BackgroundReader> background;

    /** For replies of {@code shards} shards of the model that {@code settings} say. */
    public Gather(ModelSettings settings, int shards) {
        this(settings, shards, settings.fingerprint(shards));
    }

    private Gather(ModelSettings settings, int shards, ModelFingerprint model) {
        this.settings = settings;
        this.order = settings.order();
        this.shards = shards;
        this.model = model;
        background = settings.background().map(BackgroundReader::new);
    }

    /** For who reads addresses and failures of replies that a service has processed: {@link ModelFingerprint#ofTheSameCounts}. */
    public static Gather ofTheSameCounts(ModelSettings settings, int shards) {
        return new Gather(settings, shards, settings.fingerprint(shards).ofTheSameCounts());
    }

    /**
     * Opens a reply of this model.
     *
     * @throws ShardMessageException if it is not one, or not whole
     */
    public ShardReply open(byte[] reply) {
        return ShardReply.open(reply, model);
    }

    /**
     * The replies and failures of a message of a shard, one for each document that it answers: each can be kept, and is read by the
     * other methods.
     *
     * @throws ShardMessageException if it has several and is not of this model, or not whole; where it has one, that is not looked at
     */
    public List<byte[]> split(byte[] message) {
        return ShardReply.split(message, model);
    }

    /**
     * Which shard has replied to which document, with a reply, a {@link ShardFailure} or a {@link ShardRetraction}.
     *
     * @param ticket of the document
     * @param shard that has replied
     */
    public record Address(long ticket, int shard) {}

    /**
     * Where a reply belongs.
     *
     * @throws ShardMessageException if it is neither a reply of this model of any kind nor a failure, or not whole
     */
    public Address address(byte[] reply) {
        if (ShardFailure.is(reply)) {
            ShardFailure failure = ShardFailure.open(reply, model);
            return new Address(failure.ticket(), failure.shard());
        }
        if (ShardRetraction.is(reply)) {
            ShardRetraction retracted = ShardRetraction.open(reply, model);
            return new Address(retracted.ticket(), retracted.shard());
        }
        ShardReply opened = open(reply);
        return new Address(opened.ticket(), opened.shard());
    }

    /**
     * What the replies say of a document that was looked for, or was to be taken out.
     *
     * @param shards that have all of it, or had, or forget and took what was left; one that owns nothing of it is among them
     * @param of how many shards there are
     * @param events how many events of the document all shards were asked for
     * @param missing how many of them they do not have
     * @param isApproximate whether something of it may have been forgotten before, or cannot be told from what others left
     */
    public record Taken(BitSet shards, int of, long events, long missing, boolean isApproximate) {

        /** Whether every shard has it, or had: it can be taken out, or was. A document without a token is everywhere. */
        public boolean everywhere() {
            return shards.cardinality() == of && !nowhere();
        }

        /** Whether nothing of it is there, although it has something. */
        public boolean nowhere() {
            return events > 0 && missing == events;
        }
    }

    /**
     * Puts the replies to a request of {@link Scatter#retraction} together.
     *
     * @param replies the reply of every shard, in any order
     * @throws ShardMessageException if one is not a whole reply of this model to such a request
     * @throws IllegalArgumentException if the replies are not one of each shard
     */
    public Taken retracted(List<byte[]> replies) {
        BitSet replied = new BitSet(shards);
        BitSet there = new BitSet(shards);
        long events = 0;
        long missing = 0;
        boolean approximate = false;
        for (byte[] reply : replies) {
            ShardRetraction of = ShardRetraction.open(reply, model);
            replied.set(of.shard());
            there.set(of.shard(), of.isThere());
            events += of.events();
            missing += of.missing();
            approximate |= of.isApproximate();
        }
        checkReplies(replies.size(), replied);
        return new Taken(there, shards, events, missing, approximate);
    }

    /**
     * The shards that have taken a document out.
     *
     * @param replies of some shards to a request of {@link Scatter#retraction}; others than {@link ShardRetraction} are passed over
     * @throws ShardMessageException if one begins as such a reply, and is not a whole one of this model
     */
    public BitSet taken(List<byte[]> replies) {
        BitSet taken = new BitSet(shards);
        for (byte[] reply : replies) {
            if (ShardRetraction.is(reply)) {
                ShardRetraction of = ShardRetraction.open(reply, model);
                taken.set(of.shard(), of.isTaken());
            }
        }
        return taken;
    }

    private void checkReplies(int count, BitSet replied) {
        if (count != shards || replied.cardinality() != shards) {
            throw new IllegalArgumentException(
                    count + " replies of the shards " + replied + ", not one of each of " + shards + " shards");
        }
    }

    /** The failures among {@code replies}. */
    public List<ShardFailure> failures(List<byte[]> replies) {
        return replies.stream()
                .filter(ShardFailure::is)
                .map(reply -> ShardFailure.open(reply, model))
                .toList();
    }

    /**
     * Puts the replies together.
     *
     * @param replies the reply of every shard, in any order
     * @throws ShardMessageException if one is not a whole reply of this model to this document
     * @throws IllegalArgumentException if the replies are not one of each shard: a score of fewer would be a wrong one
     */
    public Gathered gather(DocumentTokens document, List<byte[]> replies) {
        return gather(document, replies, WordPrefix.NONE);
    }

    /** The same for a query of next words that begin with a prefix. */
    public Gathered gather(DocumentTokens document, List<byte[]> replies, WordPrefix prefix) {
        DocumentEvents events = new DocumentEvents(document, settings.vocabulary(), shards);
        int eventCount = events.count();
        boolean[] present = new boolean[eventCount];
        int positions = events.positions();
        for (int i = 0; i < positions; i++) {
            present[events.at(i)] = true;
        }
        long[] raw = new long[eventCount];
        long[] continuation = new long[eventCount];
        float[] spelling = new float[eventCount];
        Map<String, Float> outside = new LinkedHashMap<>();
        float[] pairs = new float[positions * 2 * Math.max(1, order - 1)];
        byte[] matched = new byte[positions];
        UnigramTotals totals = new UnigramTotals(background.isPresent());
        NextWordReplies next = new NextWordReplies(settings, prefix);
        BitSet replied = new BitSet(shards);
        try {
            for (byte[] reply : replies) {
                ShardReply in = open(reply);
                replied.set(in.shard());
                in.addTotals(totals);
                readUnigrams(in, events, present, raw, continuation, spelling);
                readSpellings(in, events, outside);
                readPositions(in, events, pairs, matched);
                if (in.hasNextWords()) {
                    next.read(in);
                }
                in.end();
            }
        } catch (MalformedBytesException e) {
            throw ShardMessageException.endsEarly("shard reply", e);
        }
        checkReplies(replies.size(), replied);
        BaseDistribution base = new BaseDistribution(settings, totals);
        NgramProbabilities rows = rows(document, events, base, raw, continuation, spelling, outside, pairs, matched);
        for (int event = DocumentTokens.EOS; event < eventCount && next.lacksUnigrams(); event++) {
            if (present[event]) {
                next.learn(new String(events.utf8(event), StandardCharsets.UTF_8), raw[event], continuation[event]);
            }
        }
        return new Gathered(rows, next.candidates(base, background, rows));
    }

    private void readUnigrams(
            ShardReply in,
            DocumentEvents events,
            boolean[] present,
            long[] raw,
            long[] continuation,
            float[] spelling) {
        for (int event = DocumentTokens.EOS; event < present.length; event++) {
            if (present[event] && events.shard(event) == in.shard()) {
                raw[event] = in.count();
                continuation[event] = in.count();
                if (raw[event] == 0) {
                    spelling[event] = in.number();
                }
            }
        }
    }

    private void readSpellings(ShardReply in, DocumentEvents events, Map<String, Float> outside) {
        int words = in.outside();
        int read = 0;
        for (String word : events.outside()) {
            if (read < words && ShardScorer.shardOf(word, shards) == in.shard()) {
                outside.put(word, in.number());
                read++;
            }
        }
    }

    private void readPositions(ShardReply in, DocumentEvents events, float[] pairs, byte[] matched) {
        int stride = 2 * (order - 1);
        for (int i = 0; i < matched.length; i++) {
            if (events.shard(events.before(i)) != in.shard()) {
                continue;
            }
            in.position();
            matched[i] = (byte) in.matched();
            int count = in.pairs();
            int at = i * stride;
            for (int k = 0; k < count; k++) {
                pairs[at + 2 * k] = in.number();
                pairs[at + 2 * k + 1] = in.number();
            }
            for (int k = count; k < order - 1; k++) {
                pairs[at + 2 * k] = pairs[at + 2 * count - 2];
                pairs[at + 2 * k + 1] = pairs[at + 2 * count - 1];
            }
        }
    }

    private NgramProbabilities rows(
            DocumentTokens document,
            DocumentEvents events,
            BaseDistribution base,
            long[] raw,
            long[] continuation,
            float[] spelling,
            Map<String, Float> outside,
            float[] pairs,
            byte[] matched) {
        int count = raw.length;
        double[] top = new double[count];
        double[] below = new double[count];
        boolean[] isUnknown = new boolean[count];
        for (int event = DocumentTokens.EOS; event < count; event++) {
            boolean isNew = base.growing() && raw[event] == 0 && event != DocumentTokens.EOS;
            isUnknown[event] = isNew || event == events.unknownEvent();
            top[event] = isNew ? base.unknownTop() : base.top(raw[event]);
            below[event] = isNew ? base.unknownBelow() : base.below(raw[event], continuation[event]);
        }
        int positions = matched.length;
        double[] probability = new double[positions * order];
        boolean[] unknown = new boolean[positions];
        float[] bits = new float[positions];
        int stride = 2 * (order - 1);
        for (int i = 0; i < positions; i++) {
            int event = events.at(i);
            boolean isUnknownHere = isUnknown[event];
            unknown[i] = isUnknownHere;
            if (isUnknownHere) {
                bits[i] = event == events.unknownEvent()
                        ? outside.getOrDefault(document.words()[document.tokens()[i]], 0f)
                        : spelling[event];
            }
            int row = i * order;
            probability[row] = top[event];
            // A word that its owner has not learned may already stand in another shard's context: it is <unk> all the
            // same.
            boolean dropsAlpha = isUnknownHere && base.growing();
            for (int k = 0; k < order - 1; k++) {
                int at = i * stride + 2 * k;
                probability[row + k + 1] = (dropsAlpha ? 0 : pairs[at]) + pairs[at + 1] * below[event];
            }
        }
        if (background.isEmpty()) {
            return new NgramProbabilities(
                    order, probability, matched, unknown, bits, rarest(base, unknown, pairs), base.types());
        }
        BackgroundReader reader = background.get();
        reader.counts(base.types(), base.shared(), base.tokens());
        BackgroundRows frozen = reader.read(document.words(), document.tokens(), known(unknown));
        for (int i = 0; i < positions; i++) {
            unknown[i] = frozen.kind(i) == BackgroundRows.NEITHER;
            bits[i] = unknown[i] ? bits[i] : 0;
        }
        return new NgramProbabilities(
                order,
                probability,
                matched,
                unknown,
                bits,
                rarest(base, unknown, pairs),
                base.types() + reader.unseen(),
                Optional.of(frozen));
    }

    static boolean[] known(boolean[] unknown) {
        boolean[] known = new boolean[unknown.length];
        for (int i = 0; i < known.length; i++) {
            known[i] = !unknown[i];
        }
        return known;
    }

    /** Of a known word at least γ · b(w) is left at every order, and b is smallest for the rarest one. */
    private double[] rarest(BaseDistribution base, boolean[] unknown, float[] pairs) {
        int count = 0;
        for (boolean is : unknown) {
            count += is ? 1 : 0;
        }
        double[] rarest = new double[count * order];
        double top = base.rarestTop();
        double below = base.rarestBelow();
        int stride = 2 * (order - 1);
        int row = 0;
        for (int i = 0; row < rarest.length; i++) {
            if (unknown[i]) {
                rarest[row] = top;
                for (int k = 0; k < order - 1; k++) {
                    rarest[row + k + 1] = pairs[i * stride + 2 * k + 1] * below;
                }
                row += order;
            }
        }
        return rarest;
    }
}
