package dev.driftline.ngram;

import dev.driftline.codec.ByteStrings;
import dev.driftline.codec.SplitMix64;
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

    private static final int BLOCK = 64;
    private static final int FORMAT = 1;

    private final ByteStrings spellings = new ByteStrings(4096);
    /** Raw counts, see {@link #large}. */
    private int[] raw = new int[1024];

    private final LargeCounts large = new LargeCounts();
    private int[] continuation = new int[1024];
    private int[] bigramsHere = new int[1024];
    private byte[] wide = new byte[1024];

    private final BitSet dirtySpellings = new BitSet();
    private final BitSet dirtyCounts = new BitSet();

    /** A stable 32-bit hash of a spelling: places words in tables and, over all shards, words on shards. */
    static int hash(byte[] bytes, int from, int to) {
        long h = SplitMix64.GOLDEN ^ (to - from);
        for (int i = from; i < to; i++) {
            h = (h ^ bytes[i]) * 0x100000001B3L;
        }
        h ^= h >>> 32;
        h *= 0xD6E8FEB86659FD93L;
        return (int) (h >>> 32);
    }

    int size() {
        return spellings.size();
    }

    /** The id of a word, or a negative number where it was never learned. */
    int find(byte[] bytes, int from, int to, int hash) {
        return spellings.find(bytes, from, to, hash);
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
        int id = spellings.add(bytes, from, to, hash);
        if (id == raw.length) {
            int grown = id * 2;
            raw = Arrays.copyOf(raw, grown);
            continuation = Arrays.copyOf(continuation, grown);
            bigramsHere = Arrays.copyOf(bigramsHere, grown);
            wide = Arrays.copyOf(wide, grown);
        }
        return id;
    }

    String spelling(int id) {
        return spellings.utf8(id);
    }

    void writeSpelling(int id, Varints.Writer out) {
        spellings.write(id, out);
    }

    int hashOf(int id) {
        return spellings.hash(id);
    }

    long raw(int id) {
        return large.of(raw[id]);
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

    void addRaw(int id, long times) {
        raw[id] = large.plus(raw[id], times);
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
            int to = Math.min(size(), from + BLOCK);
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
            int to = Math.min(size(), from + BLOCK);
            for (int id = from; id < to; id++) {
                out.writeLong(raw(id) << 1 | wide[id]);
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
                long rawAndWide = in.readLong();
                raw[id] = large.cell(rawAndWide >>> 1);
                wide[id] = (byte) (rawAndWide & 1);
                continuation[id] = in.readInt();
                bigramsHere[id] = in.readInt();
                id++;
            }
        });
    }
}
