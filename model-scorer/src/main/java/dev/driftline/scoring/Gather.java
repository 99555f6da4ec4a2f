package dev.driftline.scoring;

import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    public Gather(ModelSettings settings, int shards) {
        this.settings = settings;
        this.order = settings.order();
        this.shards = shards;
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

    /**
     * Puts the replies together.
     *
     * @param replies the reply of every shard, in any order
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
        long[] totals = new long[BaseDistribution.TOTALS];
        Varints.Reader candidates = null;
        for (byte[] reply : replies) {
            Varints.Reader in = reader(reply);
            in.readInt();
            in.readLong();
            int shard = in.readInt();
            for (int i = 0; i < totals.length; i++) {
                totals[i] += in.readLong();
            }
            readUnigrams(in, events, present, shard, raw, continuation, spelling);
            readSpellings(in, events, shard, outside);
            readPositions(in, events, shard, pairs, matched);
            if ((reply[1] & Scatter.OWNS_CONTEXT) != 0) {
                candidates = in;
            }
        }
        BaseDistribution base = new BaseDistribution(settings, totals);
        NgramProbabilities rows = rows(document, events, base, raw, continuation, spelling, outside, pairs, matched);
        return new Gathered(rows, candidates == null ? none() : candidates(base, candidates));
    }

    private Candidates none() {
        return new Candidates(
                List.of(), new NgramProbabilities(order, new double[0], new byte[0], new boolean[0], new float[0]));
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

    private void readSpellings(Varints.Reader in, DocumentEvents events, int shard, Map<String, Float> outside) {
        int words = in.readInt();
        int read = 0;
        for (String word : events.outside()) {
            if (read < words && (shards == 1 || ShardScorer.shardOf(word, shards) == shard)) {
                outside.put(word, in.readFloat());
                read++;
            }
        }
    }

    private void readPositions(Varints.Reader in, DocumentEvents events, int shard, float[] pairs, byte[] matched) {
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
        return new NgramProbabilities(order, probability, matched, unknown, bits, base.types());
    }

    /**
     * Reads the candidates. With several shards the unigrams of most of them are elsewhere, so the base distribution of
     * predictions is estimated by the shares of the context's shard: a distribution too, and near the exact one.
     */
    private Candidates candidates(BaseDistribution base, Varints.Reader in) {
        int count = in.readInt();
        List<String> words = new ArrayList<>(count);
        double[] probability = new double[count * order];
        byte[] matched = new byte[count];
        for (int i = 0; i < count; i++) {
            words.add(new String(in.readBytes(), StandardCharsets.UTF_8));
            long raw = in.readInt();
            long continuation = in.readInt();
            double share = in.readFloat();
            double below = shards == 1 ? base.below(raw, continuation) : base.estimated(share);
            int row = i * order;
            probability[row] = shards == 1 ? base.top(raw) : below;
            int head = in.readByte();
            matched[i] = (byte) (head >> 3);
            double last = probability[row];
            int pairs = head & 7;
            for (int k = 1; k < order; k++) {
                if (k <= pairs) {
                    last = in.readFloat() + in.readFloat() * below;
                }
                probability[row + k] = last;
            }
        }
        return new Candidates(
                words,
                new NgramProbabilities(
                        order, probability, matched, new boolean[count], new float[count], base.types()));
    }
}
