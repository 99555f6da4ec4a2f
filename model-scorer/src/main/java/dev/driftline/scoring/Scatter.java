package dev.driftline.scoring;

import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Turns a document into one request for each shard.
 *
 * <p>A request is the document with holes: of its tokens a shard gets those that it predicts, those in their contexts,
 * and those whose unigram it owns with
 * the token before each. The binary form, in varints and length-prefixed UTF-8:
 *
 * <pre>
 * version, flags, partition, offset, predictions
 * words:  n, then n spellings                      (numbered from 2; 0 is a hole, 1 is {@code </s>})
 * tokens: n, then n numbers
 * spell:  n, then n spellings                      (words outside a fixed vocabulary that this shard is to spell)
 * extras: n, then n spellings                      (candidates to look at beside the shard's own)
 * </pre>
 *
 * <p>Not thread-safe.
 */
public final class Scatter {

    static final int VERSION = 1;
    static final int LEARN = 1;

    /** The shard owns the context after which next words are wanted, and has been told all of it. */
    static final int OWNS_CONTEXT = 4;

    static final int HOLE = 0;
    static final int EOS_CODE = 1;

    private final ModelSettings settings;
    private final int shards;

    public Scatter(ModelSettings settings, int shards) {
        this.settings = settings;
        this.shards = shards;
    }

    /**
     * Makes the requests of one document.
     *
     * @param partition where the replies must go: the document's partition
     * @param offset what, with the partition, names the document until it is gathered
     * @param learn whether the counts learn the document after it has been scored
     * @param predictions how many next words to predict after the last sentence; 0 for none
     * @param extraCandidates words to consider as next words beside those that the counts propose
     * @return {@code [shards]}: a request for every shard, since each shard's totals are part of every probability
     */
    public byte[][] requests(
            int partition,
            long offset,
            DocumentTokens document,
            boolean learn,
            int predictions,
            List<String> extraCandidates) {
        DocumentEvents events = new DocumentEvents(document, settings.vocabulary(), shards);
        int nearest = events.openNearest();
        Set<String> extras = predictions > 0 ? known(extraCandidates) : Set.of();
        byte[][] requests = new byte[shards][];
        for (int shard = 0; shard < shards; shard++) {
            boolean predicts = predictions > 0 && events.shard(nearest) == shard;
            boolean[] needed = needed(events, shard, predicts);
            requests[shard] = encode(partition, offset, learn, predictions, events, needed, shard, predicts, extras);
        }
        return requests;
    }

    /** The partition that a request names: its document's. */
    public static int documentPartition(byte[] request) {
        return afterFlags(request).readInt();
    }

    /** The offset that a request names: its document's. */
    public static long documentOffset(byte[] request) {
        Varints.Reader in = afterFlags(request);
        in.readInt();
        return in.readLong();
    }

    private static Varints.Reader afterFlags(byte[] request) {
        Varints.Reader in = new Varints.Reader(request);
        in.readByte();
        in.readByte();
        return in;
    }

    private Set<String> known(List<String> words) {
        Set<String> known = new LinkedHashSet<>();
        for (String word : words) {
            if (!(settings.vocabulary() instanceof Vocabulary.Fixed fixed)
                    || fixed.words().contains(word)
                    || word.equals(DocumentTokens.EOS_WORD)) {
                known.add(word);
            }
        }
        return known;
    }

    /** Which positions a shard must be told. */
    private boolean[] needed(DocumentEvents events, int shard, boolean predicts) {
        int positions = events.positions();
        boolean[] needed = new boolean[positions];
        int start = 0;
        for (int i = 0; i < positions; i++) {
            if (events.shard(events.at(i)) == shard) {
                needed[i] = true;
                // The word before it, for the continuation count.
                needed[Math.max(start, i - 1)] = true;
            }
            if (events.shard(events.before(i)) == shard) {
                for (int j = Math.max(start, i - settings.order() + 1); j <= i; j++) {
                    needed[j] = true;
                }
            }
            if (events.at(i) == DocumentTokens.EOS) {
                if (predicts && i == positions - 1) {
                    for (int j = Math.max(start, i - settings.order() + 1); j < i; j++) {
                        needed[j] = true;
                    }
                }
                start = i + 1;
            }
        }
        return needed;
    }

    private byte[] encode(
            int partition,
            long offset,
            boolean learn,
            int predictions,
            DocumentEvents events,
            boolean[] needed,
            int shard,
            boolean predicts,
            Set<String> extras) {
        Varints.Writer out = new Varints.Writer(64 + 6 * needed.length);
        header(out, (learn ? LEARN : 0) | (predicts ? OWNS_CONTEXT : 0), partition, offset, predictions);
        int[] codes = new int[events.count()];
        codes[DocumentTokens.EOS] = EOS_CODE;
        for (int i = 0; i < needed.length; i++) {
            int event = events.at(i);
            if (needed[i] && event > DocumentTokens.EOS) {
                codes[event] = 1;
            }
        }
        // Numbered in the order of the document's own words, so that the reply can list unigrams in that order.
        int next = 2;
        for (int event = 2; event < codes.length; event++) {
            if (codes[event] != 0) {
                codes[event] = next++;
            }
        }
        out.writeInt(next - 2);
        for (int event = 2; event < codes.length; event++) {
            if (codes[event] != 0) {
                out.writeBytes(events.utf8(event));
            }
        }
        int told = needed.length;
        while (told > 0 && !needed[told - 1] && !predicts) {
            told--;
        }
        // A sentence's end is always told: without it a shard would not know where contexts begin.
        out.writeInt(told);
        for (int i = 0; i < told; i++) {
            int event = events.at(i);
            out.writeInt(event == DocumentTokens.EOS ? EOS_CODE : needed[i] ? codes[event] : HOLE);
        }
        writeOwned(out, events.outside(), shard);
        writeExtras(out, predicts ? extras : Set.of());
        return out.toByteArray();
    }

    private void writeOwned(Varints.Writer out, List<String> words, int shard) {
        int owned = 0;
        byte[][] utf8 = new byte[words.size()][];
        for (int i = 0; i < utf8.length; i++) {
            byte[] bytes = words.get(i).getBytes(StandardCharsets.UTF_8);
            if (shards == 1 || DocumentEvents.shardOf(bytes, shards) == shard) {
                utf8[owned++] = bytes;
            }
        }
        out.writeInt(owned);
        for (int i = 0; i < owned; i++) {
            out.writeBytes(utf8[i]);
        }
    }

    private static void writeExtras(Varints.Writer out, Set<String> extras) {
        out.writeInt(extras.size());
        for (String word : extras) {
            out.writeBytes(word.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void header(Varints.Writer out, int flags, int partition, long offset, int predictions) {
        out.writeByte(VERSION);
        out.writeByte(flags);
        out.writeInt(partition);
        out.writeLong(offset);
        out.writeInt(predictions);
    }
}
