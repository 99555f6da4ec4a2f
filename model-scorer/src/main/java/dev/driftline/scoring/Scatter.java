package dev.driftline.scoring;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
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
        return requests(partition, ticket, document, learn, predictions, extraCandidates, false);
    }

    /**
     * Makes the requests of a query, which learns nothing, for next words that can be proved to be the best:
     * {@link Candidates#ceilings()} then bound every other word.
     */
    public byte[][] proofs(DocumentTokens document, int predictions, List<String> candidates) {
        return requests(0, 0, document, false, predictions, candidates, true);
    }

    private byte[][] requests(
            int partition,
            long ticket,
            DocumentTokens document,
            boolean learn,
            int predictions,
            List<String> extraCandidates,
            boolean proves) {
        DocumentEvents events = new DocumentEvents(document, settings.vocabulary(), shards);
        int nearest = events.openNearest();
        Set<String> extras = predictions > 0 ? known(extraCandidates) : Set.of();
        byte[][] requests = new byte[shards][];
        for (int shard = 0; shard < shards; shard++) {
            boolean predicts = predictions > 0 && events.shard(nearest) == shard;
            boolean[] needed = needed(events, shard, predicts);
            out.begin(learn, predicts, proves, partition, ticket, predictions);
            encode(events, needed, shard, predicts);
            if (predictions > 0) {
                write(predicts ? utf8(extras) : owned(extras, shard));
            }
            requests[shard] = out.end();
        }
        return requests;
    }

    /** Those that can be events, and always {@code </s>} and a {@code <unk>} that is counted as a word is. */
    private Set<String> known(List<String> words) {
        Set<String> known = new LinkedHashSet<>();
        known.add(DocumentTokens.EOS_WORD);
        if (settings.vocabulary() instanceof Vocabulary.Fixed) {
            known.add(DocumentTokens.UNKNOWN_WORD);
        }
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

    private void encode(DocumentEvents events, boolean[] needed, int shard, boolean predicts) {
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
        write(owned(events.outside(), shard));
    }

    private static List<byte[]> utf8(Collection<String> words) {
        return words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    }

    private List<byte[]> owned(Collection<String> words, int shard) {
        return words.stream()
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .filter(utf8 -> DocumentEvents.shardOf(utf8, shards) == shard)
                .toList();
    }

    private void write(List<byte[]> words) {
        out.count(words.size());
        words.forEach(out::word);
    }
}
