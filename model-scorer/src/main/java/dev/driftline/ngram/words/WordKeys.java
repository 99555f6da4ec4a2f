package dev.driftline.ngram.words;

import java.nio.ByteBuffer;

/**
 * The keys of the pages of one shard that are of its words. The first byte is the family, then big-endian ids; those of counts have
 * other first bytes.
 *
 * <pre>
 * w block                spellings of 64 words
 * u block                unigram counts of 64 words
 * i page                 ids of words by hash
 * j                      how many words those are, and in how many pages
 * k                      which ids were given back, and what that has changed in those pages since they were written
 * n page                 which words were needed of late, where some may leave
 * </pre>
 */
final class WordKeys {

    private WordKeys() {}

    static byte[] spellings(int block) {
        return key('w', block);
    }

    static byte[] unigrams(int block) {
        return key('u', block);
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

    private static byte[] key(char family, int id) {
        return ByteBuffer.allocate(5).put((byte) family).putInt(id).array();
    }
}
