package dev.driftline.ngram;

import dev.driftline.codec.Varints;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The words a shard has learned: spelling to id and back, with the unigram counts of each.
 *
 * <p>Ids are given in the order of first appearance, so frequent words have small ones. Held in memory whole (about
 * 40 bytes and the spelling a word); stored in blocks of {@value #BLOCK} words, the spellings apart from the counts
 * because they never change. Not thread-safe.
 */
final class WordTable {

    /** What {@link #find} returns for a word that was never learned. */
    static final int UNKNOWN = -2;

    private static final int BLOCK = 64;
    private static final int FORMAT = 1;

    private byte[] letters = new byte[1 << 14];
    private int lettersUsed;
    private int[] ends = new int[1024];
    private int[] hashes = new int[1024];
    private int[] raw = new int[1024];
    private int[] continuation = new int[1024];
    private int[] bigramsHere = new int[1024];
    private byte[] wide = new byte[1024];
    private int size;
    private int[] slots = new int[4096];

    private final BitSet dirtySpellings = new BitSet();
    private final BitSet dirtyCounts = new BitSet();

    /** A stable 32-bit hash of a spelling: places words in tables and, over all shards, words on shards. */
    static int hash(byte[] bytes, int from, int to) {
        long h = 0x9E3779B97F4A7C15L ^ (to - from);
        for (int i = from; i < to; i++) {
            h = (h ^ bytes[i]) * 0x100000001B3L;
        }
        h ^= h >>> 32;
        h *= 0xD6E8FEB86659FD93L;
        return (int) (h >>> 32);
    }

    int size() {
        return size;
    }

    int find(byte[] bytes, int from, int to, int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (true) {
            int id = slots[slot] - 1;
            if (id < 0) {
                return UNKNOWN;
            }
            if (hashes[id] == hash) {
                int start = start(id);
                if (Arrays.equals(letters, start, ends[id], bytes, from, to)) {
                    return id;
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    int find(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        return find(bytes, 0, bytes.length, hash(bytes, 0, bytes.length));
    }

    int add(byte[] bytes, int from, int to, int hash) {
        int id = append(bytes, from, to, hash);
        dirtySpellings.set(id / BLOCK);
        return id;
    }

    private int append(byte[] bytes, int from, int to, int hash) {
        int length = to - from;
        if (size == ends.length) {
            int grown = size * 2;
            ends = Arrays.copyOf(ends, grown);
            hashes = Arrays.copyOf(hashes, grown);
            raw = Arrays.copyOf(raw, grown);
            continuation = Arrays.copyOf(continuation, grown);
            bigramsHere = Arrays.copyOf(bigramsHere, grown);
            wide = Arrays.copyOf(wide, grown);
        }
        if (lettersUsed + length > letters.length) {
            letters = Arrays.copyOf(letters, Math.max(lettersUsed + length, letters.length * 2));
        }
        System.arraycopy(bytes, from, letters, lettersUsed, length);
        lettersUsed += length;
        int id = size++;
        ends[id] = lettersUsed;
        hashes[id] = hash;
        if (size * 2 > slots.length) {
            slots = new int[slots.length * 2];
            for (int i = 0; i < size; i++) {
                place(i);
            }
        } else {
            place(id);
        }
        return id;
    }

    private void place(int id) {
        int mask = slots.length - 1;
        int slot = hashes[id] & mask;
        while (slots[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        slots[slot] = id + 1;
    }

    private int start(int id) {
        return id == 0 ? 0 : ends[id - 1];
    }

    String spelling(int id) {
        return new String(letters, start(id), ends[id] - start(id), StandardCharsets.UTF_8);
    }

    void writeSpelling(int id, Varints.Writer out) {
        out.writeBytes(letters, start(id), ends[id] - start(id));
    }

    int hashOf(int id) {
        return hashes[id];
    }

    int raw(int id) {
        return raw[id];
    }

    int continuation(int id) {
        return continuation[id];
    }

    /** Distinct bigrams of this shard that end in the word: its share of the continuation count. */
    int bigramsHere(int id) {
        return bigramsHere[id];
    }

    void addBigramHere(int id) {
        bigramsHere[id]++;
        dirtyCounts.set(id / BLOCK);
    }

    void setRaw(int id, int count) {
        raw[id] = count;
        dirtyCounts.set(id / BLOCK);
    }

    void setContinuation(int id, int count) {
        continuation[id] = count;
        dirtyCounts.set(id / BLOCK);
    }

    /** Whether the word, as the nearest context word, has pages of its own. */
    boolean wide(int id) {
        return wide[id] != 0;
    }

    void setWide(int id) {
        wide[id] = 1;
        dirtyCounts.set(id / BLOCK);
    }

    void writeBack(PageStore pages) {
        Varints.Writer out = new Varints.Writer(1024);
        for (int block = dirtySpellings.nextSetBit(0); block >= 0; block = dirtySpellings.nextSetBit(block + 1)) {
            out.reset();
            out.writeByte(FORMAT);
            int from = block * BLOCK;
            int to = Math.min(size, from + BLOCK);
            out.writeInt(to - from);
            for (int id = from; id < to; id++) {
                writeSpelling(id, out);
            }
            pages.put(PageKeys.spellings(block), out.toByteArray());
        }
        dirtySpellings.clear();
        for (int block = dirtyCounts.nextSetBit(0); block >= 0; block = dirtyCounts.nextSetBit(block + 1)) {
            out.reset();
            out.writeByte(FORMAT);
            int from = block * BLOCK;
            int to = Math.min(size, from + BLOCK);
            for (int id = from; id < to; id++) {
                out.writeInt(raw[id] << 1 | wide[id]);
                out.writeInt(continuation[id]);
                out.writeInt(bigramsHere[id]);
            }
            pages.put(PageKeys.unigrams(block), out.toByteArray());
        }
        dirtyCounts.clear();
    }

    void load(PageStore pages) {
        pages.scan(PageKeys.allSpellings(), (key, value) -> {
            Varints.Reader in = new Varints.Reader(value);
            PageKeys.checkFormat(in.readByte(), FORMAT, "spellings");
            int words = in.readInt();
            for (int i = 0; i < words; i++) {
                byte[] bytes = in.readBytes();
                append(bytes, 0, bytes.length, hash(bytes, 0, bytes.length));
            }
        });
        pages.scan(PageKeys.allUnigrams(), (key, value) -> {
            Varints.Reader in = new Varints.Reader(value);
            PageKeys.checkFormat(in.readByte(), FORMAT, "unigrams");
            int id = ByteBuffer.wrap(key).getInt(1) * BLOCK;
            while (in.hasRemaining()) {
                int rawAndWide = in.readInt();
                raw[id] = rawAndWide >>> 1;
                wide[id] = (byte) (rawAndWide & 1);
                continuation[id] = in.readInt();
                bigramsHere[id] = in.readInt();
                id++;
            }
        });
    }
}
