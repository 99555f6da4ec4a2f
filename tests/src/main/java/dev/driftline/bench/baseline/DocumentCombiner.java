package dev.driftline.bench.baseline;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.scoring.DocumentTokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The n-grams of one document, counted: one message for each shard, which gets those that begin with its words.
 *
 * <pre>
 * words   varint, then each as length and UTF-8
 * nodes   varint, then of each: number of nodes back to the n-gram without its last word, that word, count: varints
 * </pre>
 */
final class DocumentCombiner {

    private static final int NODES = 256;

    private final int order;
    private final int shards;

    /**
     * @param order n-grams of 1 to this many words are counted
     * @param shards messages are made for so many
     */
    DocumentCombiner(int order, int shards) {
        this.order = order;
        this.shards = shards;
    }

    private static final class Share {
        private final Map<String, Integer> ids = new HashMap<>();
        private final List<String> words = new ArrayList<>();
        private final CountTrie counts = new CountTrie(NODES);

        private int id(String word) {
            return ids.computeIfAbsent(word, first -> {
                words.add(word);
                return words.size() - 1;
            });
        }

        private byte[] bytes() {
            Varints.Writer out = new Varints.Writer(4096);
            out.writeInt(words.size());
            for (String word : words) {
                out.writeBytes(word.getBytes(StandardCharsets.UTF_8));
            }
            out.writeInt(counts.size() - 1);
            for (int node = 1; node < counts.size(); node++) {
                out.writeInt(node - counts.parent(node));
                out.writeInt(counts.word(node));
                out.writeLong(counts.count(node));
            }
            return out.toByteArray();
        }
    }

    /** The message of each shard; empty where the document has nothing for it. */
    List<Optional<byte[]>> combine(List<List<String>> sentences) {
        Share[] shares = new Share[shards];
        for (List<String> sentence : sentences) {
            List<String> tokens = new ArrayList<>(sentence.size() + 2);
            tokens.add(DocumentTokens.BOS_WORD);
            tokens.addAll(sentence);
            tokens.add(DocumentTokens.EOS_WORD);
            for (int start = 0; start < tokens.size(); start++) {
                int shard = shard(tokens.get(start));
                Share share = shares[shard] == null ? shares[shard] = new Share() : shares[shard];
                int node = CountTrie.ROOT;
                for (int end = start; end < Math.min(tokens.size(), start + order); end++) {
                    node = share.counts.child(node, share.id(tokens.get(end)));
                    // <s> begins n-grams and ends none.
                    if (end > 0) {
                        share.counts.add(node, 1);
                    }
                }
            }
        }
        List<Optional<byte[]>> messages = new ArrayList<>(shards);
        for (Share share : shares) {
            messages.add(Optional.ofNullable(share).map(Share::bytes));
        }
        return messages;
    }

    private int shard(String word) {
        if (shards == 1) {
            return 0;
        }
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        return Integer.remainderUnsigned(NgramCounts.hash(utf8, 0, utf8.length), shards);
    }
}
