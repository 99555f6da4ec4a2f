package dev.driftline.drift;

import dev.driftline.codec.Varints;
import dev.driftline.scoring.DocumentTokens;
import java.util.Arrays;

/**
 * A frozen bigram model of the first text of a source: counts of hashed words and word pairs. Not thread-safe.
 *
 * <p>A word is one of {@value #WORDS} hash values, {@code </s>} among them. The model predicts hash values, so that their
 * probabilities sum to 1 and a new word has one, too. With N tokens, T values, c counts,
 *
 * <pre>
 * p₁(w)     = (c(w) + T / WORDS) / (N + T)
 * p₂(w | v) = (c(v w) + t(v) p₁(w)) / (c(v) + t(v)),   t(v) values after v
 * </pre>
 *
 * (Witten and Bell, 1991). Pairs are ordered, so the model also notices when the same words come in another order. The
 * sentence that completes the wanted tokens is learned to its end. There are at most as many entries as tokens: 10,000
 * tokens of English take 35 KB stored and 200 KB decoded.
 */
public final class ReferenceModel {

    /** Hash values of words: 2<sup>16</sup>. */
    static final int WORDS = 1 << 16;

    private static final int VERSION = 1;
    private static final double LN2 = Math.log(2);
    private static final double SMALL = 1e-250;

    private final int wanted;
    private final IntCounts words = new IntCounts(1 << 10);
    private final IntCounts followers = new IntCounts(1 << 10);
    private final IntCounts pairs = new IntCounts(1 << 12);
    private int tokens;
    private boolean dirty;

    /** An empty reference that will be frozen after {@code wanted} tokens. */
    public ReferenceModel(int wanted) {
        this.wanted = wanted;
    }

    /** Whether it has learned all its tokens. */
    public boolean isFrozen() {
        return tokens >= wanted;
    }

    /** Tokens learned so far. */
    public int tokens() {
        return tokens;
    }

    /** Whether it has changed since {@link #markStored()}. */
    public boolean isDirty() {
        return dirty;
    }

    /** Notes that the current state is stored. */
    public void markStored() {
        dirty = false;
    }

    /** Learns a document, up to the wanted number of tokens; does nothing once frozen. */
    public void learn(DocumentTokens document) {
        if (isFrozen()) {
            return;
        }
        int[] hashes = hashes(document);
        int before = hashes[DocumentTokens.EOS];
        for (int token : document.tokens()) {
            int word = hashes[token];
            words.add(word, 1);
            if (pairs.add(before << 16 | word, 1) == 1) {
                followers.add(before, 1);
            }
            before = word;
            tokens++;
            // A whole sentence, so that every word counted is also counted as what the next one follows.
            if (tokens >= wanted && token == DocumentTokens.EOS) {
                break;
            }
        }
        dirty = true;
    }

    /** Bits of a document; NaN before it is frozen. */
    public float bits(DocumentTokens document) {
        if (!isFrozen()) {
            return Float.NaN;
        }
        int[] hashes = hashes(document);
        int before = hashes[DocumentTokens.EOS];
        double product = 1;
        double bits = 0;
        for (int token : document.tokens()) {
            int word = hashes[token];
            product *= probability(before, word);
            if (product < SMALL) {
                bits -= Math.log(product);
                product = 1;
            }
            before = word;
        }
        return (float) ((bits - Math.log(product)) / LN2);
    }

    /** p₂ of a hash value after another. */
    double probability(int before, int word) {
        double types = words.size();
        double single = (words.get(word) + types / WORDS) / (tokens + types);
        int after = followers.get(before);
        if (after == 0) {
            return single;
        }
        return (pairs.get(before << 16 | word) + after * single) / (words.get(before) + after);
    }

    /** {@code [words]} hash values of a document's words; {@code <s>} is {@code </s>}. */
    private static int[] hashes(DocumentTokens document) {
        String[] spelled = document.words();
        int[] hashes = new int[spelled.length];
        for (int i = DocumentTokens.EOS; i < spelled.length; i++) {
            hashes[i] = hash(spelled[i]);
        }
        hashes[DocumentTokens.BOS] = hashes[DocumentTokens.EOS];
        return hashes;
    }

    static int hash(String word) {
        int hash = word.hashCode() * 0x9E3779B9;
        return (hash ^ hash >>> 15) * 0x85EBCA6B >>> 16;
    }

    /** The stored form. */
    public byte[] encode() {
        Varints.Writer out = new Varints.Writer(16 + 4 * pairs.size());
        out.writeByte(VERSION);
        out.writeInt(tokens);
        words.write(out);
        pairs.write(out);
        return out.toByteArray();
    }

    /**
     * Reads what {@link #encode()} wrote.
     *
     * @param wanted tokens after which it is frozen; a reference that has as many is not changed
     * @throws IllegalStateException where the version is unknown
     */
    public static ReferenceModel decode(int wanted, byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException("reference of version " + version + ", this program reads " + VERSION
                    + ": upgrade Driftline, or start with new state");
        }
        ReferenceModel model = new ReferenceModel(wanted);
        model.tokens = in.readInt();
        model.words.read(in, (word, count) -> {});
        model.pairs.read(in, (pair, count) -> model.followers.add(pair >>> 16, 1));
        return model;
    }

    /** Heap that it takes, in bytes, about. */
    public long heapBytes() {
        return 128 + words.heapBytes() + followers.heapBytes() + pairs.heapBytes();
    }

    private interface Entries {
        void entry(int key, int count);
    }

    /** Counts by int, in one open table each. */
    private static final class IntCounts {
        private int[] keys;
        private int[] counts;
        private int size;

        IntCounts(int capacity) {
            keys = new int[capacity];
            counts = new int[capacity];
        }

        int size() {
            return size;
        }

        long heapBytes() {
            return 8L * keys.length;
        }

        int get(int key) {
            return counts[slot(key)];
        }

        int add(int key, int more) {
            int slot = slot(key);
            if (counts[slot] == 0) {
                if (size * 2 >= keys.length) {
                    grow();
                    slot = slot(key);
                }
                keys[slot] = key;
                size++;
            }
            counts[slot] += more;
            return counts[slot];
        }

        private int slot(int key) {
            int mask = keys.length - 1;
            int slot = key * 0x9E3779B9;
            slot = (slot ^ slot >>> 16) & mask;
            while (counts[slot] != 0 && keys[slot] != key) {
                slot = slot + 1 & mask;
            }
            return slot;
        }

        private void grow() {
            int[] oldKeys = keys;
            int[] oldCounts = counts;
            keys = new int[2 * oldKeys.length];
            counts = new int[keys.length];
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldCounts[i] != 0) {
                    int slot = slot(oldKeys[i]);
                    keys[slot] = oldKeys[i];
                    counts[slot] = oldCounts[i];
                }
            }
        }

        void write(Varints.Writer out) {
            long[] entries = new long[size];
            int at = 0;
            for (int i = 0; i < keys.length; i++) {
                if (counts[i] != 0) {
                    entries[at++] = Integer.toUnsignedLong(keys[i]) << 24 | counts[i];
                }
            }
            Arrays.sort(entries);
            out.writeInt(size);
            long before = 0;
            for (long entry : entries) {
                long key = entry >>> 24;
                out.writeLong(key - before);
                out.writeInt((int) (entry & 0xFFFFFF));
                before = key;
            }
        }

        void read(Varints.Reader in, Entries entries) {
            long key = 0;
            for (int left = in.readInt(); left > 0; left--) {
                key += in.readLong();
                int count = in.readInt();
                add((int) key, count);
                entries.entry((int) key, count);
            }
        }
    }
}
