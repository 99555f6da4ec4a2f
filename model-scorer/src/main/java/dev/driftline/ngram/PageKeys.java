package dev.driftline.ngram;

import java.nio.ByteBuffer;

/**
 * The keys of the pages of one shard. The first byte is the family, then big-endian ids, so that all pages of a word
 * are neighbours in the store.
 *
 * <pre>
 * m                      totals and counts of counts
 * w block                spellings of 64 words
 * u block                unigram counts of 64 words
 * i page                 ids of words by hash
 * j                      how many words those are, and in how many pages
 * k                      which ids were given back, and what that has changed in those pages since they were written
 * n page                 which words were needed of late, where some may leave
 * b block page           tuples of 16 rare context words
 * f word page            followers of a frequent context word
 * t word bucket page     tuples of a frequent context word, those whose second context word falls in the bucket
 * </pre>
 */
final class PageKeys {

    private PageKeys() {}

    static byte[] meta() {
        return new byte[] {'m'};
    }

    static byte[] spellings(int block) {
        return key('w', block);
    }

    static byte[] allWordPlaces() {
        return new byte[] {'i'};
    }

    static byte[] wordPlacesHead() {
        return new byte[] {'j'};
    }

    static byte[] freeWords() {
        return new byte[] {'k'};
    }

    static byte[] neededWords() {
        return new byte[] {'n'};
    }

    static byte[] unigrams(int block) {
        return key('u', block);
    }

    static byte[] rare(int block, int page) {
        return ByteBuffer.allocate(7)
                .put((byte) 'b')
                .putInt(block)
                .putShort((short) page)
                .array();
    }

    static byte[] followers(int word, int page) {
        return ByteBuffer.allocate(9).put((byte) 'f').putInt(word).putInt(page).array();
    }

    static byte[] tuples(int word, int bucket, int page) {
        return ByteBuffer.allocate(13)
                .put((byte) 't')
                .putInt(word)
                .putInt(bucket)
                .putInt(page)
                .array();
    }

    private static byte[] key(char family, int id) {
        return ByteBuffer.allocate(5).put((byte) family).putInt(id).array();
    }
}
