package dev.driftline.scoring;

import dev.driftline.codec.Varints;
import dev.driftline.ngram.NgramCounts;
import java.util.Arrays;

/**
 * What a shard has learned about words of other shards and not told them yet: how many new bigrams end in each.
 *
 * <p>Gathered over many documents, so that a bigram costs no message of its own; stored with the counts, so that none is
 * lost between two messages. Not thread-safe.
 */
final class PendingContinuations {

    private static final int FORMAT = 1;

    private int[] times = new int[256];
    private int[] words = new int[256];
    private int size;

    /** A new bigram ends in the word of that id. */
    void add(int word) {
        add(word, 1);
    }

    private void add(int word, int more) {
        if (word >= times.length) {
            times = Arrays.copyOf(times, Math.max(word + 1, times.length * 2));
        }
        if (times[word] == 0) {
            if (size == words.length) {
                words = Arrays.copyOf(words, size * 2);
            }
            words[size++] = word;
        }
        times[word] += more;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** One message for each shard that owns a word, {@code null} for the others; forgets them. */
    byte[][] drain(NgramCounts counts, int shards) {
        Varints.Writer[] bodies = new Varints.Writer[shards];
        int[] listed = new int[shards];
        for (int i = 0; i < size; i++) {
            int word = words[i];
            int owner = DocumentEvents.shardOf(counts.hashOf(word), shards);
            if (bodies[owner] == null) {
                bodies[owner] = new Varints.Writer(1024);
            }
            counts.writeSpelling(word, bodies[owner]);
            bodies[owner].writeInt(times[word]);
            listed[owner]++;
            times[word] = 0;
        }
        size = 0;
        byte[][] messages = new byte[shards][];
        for (int owner = 0; owner < shards; owner++) {
            if (bodies[owner] != null) {
                Varints.Writer message = new Varints.Writer(bodies[owner].size() + 8);
                message.writeByte(ShardScorer.VERSION);
                message.writeInt(listed[owner]);
                message.writeRaw(bodies[owner]);
                messages[owner] = message.toByteArray();
            }
        }
        return messages;
    }

    byte[] encode() {
        Varints.Writer out = new Varints.Writer(16 + 4 * size);
        out.writeByte(FORMAT);
        out.writeInt(size);
        for (int i = 0; i < size; i++) {
            out.writeInt(words[i]);
            out.writeInt(times[words[i]]);
        }
        return out.toByteArray();
    }

    void decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalStateException(
                    "continuations not yet sent have format version " + format + ", this code reads " + FORMAT);
        }
        int listed = in.readInt();
        for (int i = 0; i < listed; i++) {
            add(in.readInt(), in.readInt());
        }
    }
}
