package dev.driftline.scoring;

import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
     * @param candidates next words, empty where none were asked for or where {@code lookups} has to be answered first
     * @param lookups {@code [shards]}: requests of a second round, {@code null} for a shard that has none, all absent
     *     (length 0) where nothing is missing
     */
    public record Gathered(NgramProbabilities positions, Candidates candidates, byte[][] lookups) {}

    private static final byte[][] NO_LOOKUPS = {};

    private final ModelSettings settings;
    private final Scatter scatter;
    private final int order;
    private final int shards;

    public Gather(ModelSettings settings, int shards) {
        this.settings = settings;
        this.order = settings.order();
        this.shards = shards;
        scatter = new Scatter(settings, shards);
    }

    /** The partition that a reply names: its document's. */
    public static int documentPartition(byte[] reply) {
        Varints.Reader in = reader(reply);
        return in.readInt();
    }

    /** The offset that a reply names: its document's. */
    public static long documentOffset(byte[] reply) {
        Varints.Reader in = reader(reply);
        in.readInt();
        return in.readLong();
    }

    /** The shard that a reply comes from. */
    public static int shard(byte[] reply) {
        Varints.Reader in = reader(reply);
        in.readInt();
        in.readLong();
        return in.readInt();
    }

    /** True where a reply answers a request of the second round. */
    public static boolean isLookup(byte[] reply) {
        return (reply[1] & Scatter.LOOKUP) != 0;
    }

    private static Varints.Reader reader(byte[] reply) {
        Varints.Reader in = new Varints.Reader(reply);
        int version = in.readByte();
        if (version != ShardScorer.VERSION) {
            throw new IllegalArgumentException(
                    "reply of format version " + version + ", this code reads " + ShardScorer.VERSION);
        }
        in.readByte();
        return in;
    }

    // ---------------------------------------------------------------- one document

    /** The α and γ of one context and word, for each top order; the last pair holds for higher orders too. */
    private record Pairs(int matched, float[] values) {}

    private record Unigram(long raw, long continuation) {}

    /**
     * Puts the replies together. With one shard, and where the answering shard owns every candidate's unigram, one round
     * is all; else {@link Gathered#lookups()} has the second, after whose replies this is called again with all of both.
     *
     * @param replies the reply of every shard, of one round or of both, in any order
     */
    public Gathered gather(DocumentTokens document, List<byte[]> replies) {
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
        Map<String, Unigram> candidateUnigrams = new LinkedHashMap<>();
        Map<String, Pairs> candidatePairs = new LinkedHashMap<>();
        Pairs unfollowed = null;
        long[] totals = new long[BaseDistribution.TOTALS];
        int partition = 0;
        long offset = 0;
        boolean secondRound = false;
        for (byte[] reply : replies) {
            Varints.Reader in = reader(reply);
            int flags = reply[1];
            partition = in.readInt();
            offset = in.readLong();
            int shard = in.readInt();
            boolean lookup = (flags & Scatter.LOOKUP) != 0;
            secondRound |= lookup;
            addTotals(in, lookup, totals);
            if (!lookup) {
                readUnigrams(in, events, present, shard, raw, continuation, spelling);
            }
            readSpellings(in, events, shard, outside);
            if (!lookup) {
                readPositions(in, events, shard, pairs, matched);
            }
            int owned = in.readInt();
            for (int i = 0; i < owned; i++) {
                candidateUnigrams.put(string(in), new Unigram(in.readInt(), in.readInt()));
            }
            int candidates = in.readInt();
            for (int i = 0; i < candidates; i++) {
                candidatePairs.put(string(in), readPairs(in));
            }
            if ((flags & Scatter.OWNS_CONTEXT) != 0) {
                unfollowed = readPairs(in);
            }
        }
        BaseDistribution base = new BaseDistribution(settings, totals);
        NgramProbabilities rows =
                rows(document, events, base, raw, continuation, spelling, outside, pairs, matched);
        if (unfollowed == null) {
            return new Gathered(rows, none(), NO_LOOKUPS);
        }
        if (shards > 1 && !secondRound) {
            byte[][] lookups = lookups(partition, offset, events, candidateUnigrams, candidatePairs);
            if (lookups.length > 0) {
                return new Gathered(rows, none(), lookups);
            }
        }
        return new Gathered(rows, candidates(base, candidateUnigrams, candidatePairs, unfollowed), NO_LOOKUPS);
    }

    private Candidates none() {
        return new Candidates(
                List.of(),
                new NgramProbabilities(order, new double[0], new byte[0], new boolean[0], new float[0]));
    }

    private static void addTotals(Varints.Reader in, boolean lookup, long[] totals) {
        for (int i = 0; i < BaseDistribution.TOTALS; i++) {
            long figure = in.readLong();
            totals[i] += lookup ? 0 : figure;
        }
    }

    private void readUnigrams(
            Varints.Reader in,
            DocumentEvents events,
            boolean[] present,
            int shard,
            long[] raw,
            long[] continuation,
            float[] spelling) {
        for (int event = DocumentTokens.EOS; event < present.length; event++) {
            if (present[event] && events.shard(event) == shard) {
                raw[event] = in.readInt();
                continuation[event] = in.readInt();
                if (raw[event] == 0) {
                    spelling[event] = in.readFloat();
                }
            }
        }
    }

    private void readSpellings(
            Varints.Reader in, DocumentEvents events, int shard, Map<String, Float> outside) {
        int words = in.readInt();
        int read = 0;
        for (String word : events.outside()) {
            if (read < words && (shards == 1 || ShardScorer.shardOf(word, shards) == shard)) {
                outside.put(word, in.readFloat());
                read++;
            }
        }
    }

    private void readPositions(
            Varints.Reader in, DocumentEvents events, int shard, float[] pairs, byte[] matched) {
        int stride = 2 * (order - 1);
        for (int i = 0; i < matched.length; i++) {
            if (events.shard(events.before(i)) != shard) {
                continue;
            }
            int head = in.readByte();
            matched[i] = (byte) (head >> 3);
            int count = head & 7;
            int at = i * stride;
            for (int k = 0; k < count; k++) {
                pairs[at + 2 * k] = in.readFloat();
                pairs[at + 2 * k + 1] = in.readFloat();
            }
            for (int k = count; k < order - 1; k++) {
                pairs[at + 2 * k] = pairs[at + 2 * count - 2];
                pairs[at + 2 * k + 1] = pairs[at + 2 * count - 1];
            }
        }
    }

    private static Pairs readPairs(Varints.Reader in) {
        int head = in.readByte();
        float[] values = new float[2 * (head & 7)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readFloat();
        }
        return new Pairs(head >> 3, values);
    }

    private static String string(Varints.Reader in) {
        return new String(in.readBytes(), StandardCharsets.UTF_8);
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
            // A word that its owner has not learned may already stand in another shard's context: it is <unk> all the same.
            boolean dropsAlpha = isUnknownHere && base.growing();
            for (int k = 0; k < order - 1; k++) {
                int at = i * stride + 2 * k;
                probability[row + k + 1] = (dropsAlpha ? 0 : pairs[at]) + pairs[at + 1] * below[event];
            }
        }
        return new NgramProbabilities(order, probability, matched, unknown, bits);
    }

    // ---------------------------------------------------------------- candidates

    private byte[][] lookups(
            int partition,
            long offset,
            DocumentEvents events,
            Map<String, Unigram> unigrams,
            Map<String, Pairs> pairs) {
        Set<String> missingUnigrams = new LinkedHashSet<>(pairs.keySet());
        missingUnigrams.removeAll(unigrams.keySet());
        Set<String> missingPairs = new LinkedHashSet<>(unigrams.keySet());
        missingPairs.removeAll(pairs.keySet());
        if (missingUnigrams.isEmpty() && missingPairs.isEmpty()) {
            return NO_LOOKUPS;
        }
        int contextShard = events.shard(events.openNearest());
        byte[][] requests = new byte[shards][];
        for (int shard = 0; shard < shards; shard++) {
            Set<String> wanted = new LinkedHashSet<>();
            for (String word : missingUnigrams) {
                if (ShardScorer.shardOf(word, shards) == shard) {
                    wanted.add(word);
                }
            }
            if (shard == contextShard) {
                wanted.addAll(missingPairs);
            }
            if (!wanted.isEmpty()) {
                requests[shard] = scatter.lookup(partition, offset, events, shard, wanted, shard == contextShard);
            }
        }
        return requests;
    }

    private Candidates candidates(
            BaseDistribution base, Map<String, Unigram> unigrams, Map<String, Pairs> pairs, Pairs unfollowed) {
        List<String> words = new ArrayList<>(unigrams.size());
        for (Map.Entry<String, Unigram> entry : unigrams.entrySet()) {
            if (entry.getValue().raw() > 0) {
                words.add(entry.getKey());
            }
        }
        double[] probability = new double[words.size() * order];
        byte[] matched = new byte[words.size()];
        for (int i = 0; i < words.size(); i++) {
            Unigram unigram = unigrams.get(words.get(i));
            Pairs own = pairs.getOrDefault(words.get(i), unfollowed);
            double below = base.below(unigram.raw(), unigram.continuation());
            probability[i * order] = base.top(unigram.raw());
            matched[i] = (byte) own.matched();
            int last = own.values().length / 2;
            for (int k = 1; k < order; k++) {
                int at = 2 * (Math.min(k, last) - 1);
                probability[i * order + k] = own.values()[at] + own.values()[at + 1] * below;
            }
        }
        return new Candidates(
                words,
                new NgramProbabilities(
                        order, probability, matched, new boolean[words.size()], new float[words.size()]));
    }
}
