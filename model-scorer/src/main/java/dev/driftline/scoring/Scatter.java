package dev.driftline.scoring;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Turns a document into one {@link ShardRequest} for each shard. Not thread-safe. */
public final class Scatter {

    private final ModelSettings settings;
    private final int shards;
    private final ShardRequest.Writer out;

    public Scatter(ModelSettings settings, int shards) {
        this.settings = settings;
        this.shards = shards;
        out = new ShardRequest.Writer(ModelFingerprint.of(settings, shards));
    }

    /**
     * Makes the requests of one document.
     *
     * @param partition where the replies must go: the document's partition
     * @param ticket what, with the partition, names the document until it is gathered
     * @param learn whether the counts learn the document after it has been scored
     * @param predictions how many next words to predict after the last sentence; 0 for none
     * @param extraCandidates words to consider as next words beside those that the counts propose
     * @return {@code [shards]}: a request for every shard, since each shard's totals are part of every probability
     */
    public byte[][] requests(
            int partition,
            long ticket,
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
            requests[shard] = encode(partition, ticket, learn, predictions, events, needed, shard, predicts, extras);
        }
        return requests;
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
            long ticket,
            boolean learn,
            int predictions,
            DocumentEvents events,
            boolean[] needed,
            int shard,
            boolean predicts,
            Set<String> extras) {
        out.begin(learn, predicts, partition, ticket, predictions);
        int[] codes = new int[events.count()];
        codes[DocumentTokens.EOS] = ShardRequest.EOS_CODE;
        for (int i = 0; i < needed.length; i++) {
            int event = events.at(i);
            if (needed[i] && event > DocumentTokens.EOS) {
                codes[event] = 1;
            }
        }
        // Numbered in the order of the document's own words, so that the reply can list unigrams in that order.
        int next = ShardRequest.FIRST_WORD;
        for (int event = 2; event < codes.length; event++) {
            if (codes[event] != 0) {
                codes[event] = next++;
            }
        }
        out.count(next - ShardRequest.FIRST_WORD);
        for (int event = 2; event < codes.length; event++) {
            if (codes[event] != 0) {
                out.word(events.utf8(event));
            }
        }
        int told = needed.length;
        while (told > 0 && !needed[told - 1] && !predicts) {
            told--;
        }
        // A sentence's end is always told: without it a shard would not know where contexts begin.
        out.count(told);
        for (int i = 0; i < told; i++) {
            int event = events.at(i);
            out.token(event == DocumentTokens.EOS || needed[i] ? codes[event] : ShardRequest.HOLE);
        }
        writeOwned(events.outside(), shard);
        if (predicts) {
            out.count(extras.size());
            for (String word : extras) {
                out.word(word.getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.end();
    }

    private void writeOwned(List<String> words, int shard) {
        int owned = 0;
        byte[][] utf8 = new byte[words.size()][];
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            if (DocumentEvents.shardOf(bytes, shards) == shard) {
                utf8[owned++] = bytes;
            }
        }
        out.count(owned);
        for (int i = 0; i < owned; i++) {
            out.word(utf8[i]);
        }
    }
}
