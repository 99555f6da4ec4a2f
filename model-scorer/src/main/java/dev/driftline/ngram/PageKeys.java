package dev.driftline.ngram;

import java.nio.ByteBuffer;

/**
 * The keys of the pages of one shard that are of its n-grams. The first byte is the family, then big-endian ids, so that all pages of
 * a word are neighbours in the store; those of words themselves have other first bytes.
 *
 * <pre>
 * m                      totals and counts of counts
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
}
