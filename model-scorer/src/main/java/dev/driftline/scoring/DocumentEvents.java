package dev.driftline.scoring;

import dev.driftline.ngram.NgramCounts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A document as the model sees it: its words mapped to events of the vocabulary, each with the shard that owns it.
 *
 * <p>Scatter and gather compute it alike, so that a reply need not repeat what it answers. Event 0 is {@code <s>},
 * event 1 {@code </s>}; under a growing vocabulary events are the document's words, under a fixed one every word outside
 * it is the event {@code <unk>}.
 */
final class DocumentEvents {

    private final DocumentTokens document;
    private final int[] eventOf;
    private final byte[][] utf8;
    private final int[] hash;
    private final int[] shard;
    private final int unknownEvent;
    private final List<String> outside;

    DocumentEvents(DocumentTokens document, Vocabulary vocabulary, int shards) {
        this.document = document;
        String[] words = document.words();
        eventOf = new int[words.length];
        outside = new ArrayList<>(0);
        int events = 2;
        int unknown = -1;
        byte[][] spellings = new byte[words.length + 1][];
        spellings[DocumentTokens.BOS] = DocumentTokens.BOS_WORD.getBytes(StandardCharsets.UTF_8);
        spellings[DocumentTokens.EOS] = DocumentTokens.EOS_WORD.getBytes(StandardCharsets.UTF_8);
        eventOf[DocumentTokens.EOS] = DocumentTokens.EOS;
        for (int i = 2; i < words.length; i++) {
            if (vocabulary instanceof Vocabulary.Fixed fixed && !fixed.words().contains(words[i])) {
                outside.add(words[i]);
                if (unknown < 0) {
                    unknown = events++;
                    spellings[unknown] = DocumentTokens.UNKNOWN_WORD.getBytes(StandardCharsets.UTF_8);
                }
                eventOf[i] = unknown;
            } else {
                eventOf[i] = events;
                spellings[events++] = words[i].getBytes(StandardCharsets.UTF_8);
            }
        }
        unknownEvent = unknown;
        utf8 = spellings;
        hash = new int[events];
        shard = new int[events];
        for (int e = 0; e < events; e++) {
            hash[e] = NgramCounts.hash(spellings[e], 0, spellings[e].length);
            shard[e] = shardOf(hash[e], shards);
        }
    }

    static int shardOf(byte[] utf8, int shards) {
        return shards == 1 ? 0 : shardOf(NgramCounts.hash(utf8, 0, utf8.length), shards);
    }

    /** The shard of a word with that {@link NgramCounts#hash}. */
    static int shardOf(int wordHash, int shards) {
        return shards == 1 ? 0 : Integer.remainderUnsigned(wordHash >>> 8, shards);
    }

    /** Distinct events. */
    int count() {
        return shard.length;
    }

    /** Predicted tokens. */
    int positions() {
        return document.tokens().length;
    }

    /** The event at a position. */
    int at(int position) {
        return eventOf[document.tokens()[position]];
    }

    /** The event before a position: its nearest context word. */
    int before(int position) {
        return position == 0 || document.tokens()[position - 1] == DocumentTokens.EOS
                ? DocumentTokens.BOS
                : at(position - 1);
    }

    /** The shard that owns an event's unigram, and the predictions after it. */
    int shard(int event) {
        return shard[event];
    }

    /** The {@link NgramCounts#hash} of an event's word. */
    int hash(int event) {
        return hash[event];
    }

    byte[] utf8(int event) {
        return utf8[event];
    }

    /** The event of words outside a fixed vocabulary, or −1 where the document has none. */
    int unknownEvent() {
        return unknownEvent;
    }

    /** Distinct words outside a fixed vocabulary, in order of first appearance. */
    List<String> outside() {
        return outside;
    }

    /** The event before the word that would continue the last sentence. */
    int openNearest() {
        int last = positions() - 1;
        return last <= 0 || document.tokens()[last - 1] == DocumentTokens.EOS ? DocumentTokens.BOS : at(last - 1);
    }
}
