package dev.driftline.scoring.messages;

import dev.driftline.codec.SplitMix64;
import dev.driftline.ngram.NgramCounts;
import dev.driftline.smoothing.Smoothing;
import java.nio.charset.StandardCharsets;

/**
 * What two messages between shards must have in common to be of one model, in 64 bits: the order, the smoothing (and δ,
 * where it has an effect), the vocabulary, the number of shards, and the owner, which is the application and its tokenizer.
 *
 * <table>
 * <caption>Layout, from the lowest bit</caption>
 * <tr><th>bits</th><th>content</th></tr>
 * <tr><td>4</td><td>order</td></tr>
 * <tr><td>4</td><td>smoothing: 0 Kneser–Ney, 1 maximum likelihood, 2 add-δ, 3 backoff, 4 stupid backoff, 5 Witten–Bell,
 *     6 absolute discounting</td></tr>
 * <tr><td>8</td><td>vocabulary: 0 growing, 1 growing and {@code <unk>} counted, 2 fixed; 4 is added for a background</td></tr>
 * <tr><td>16</td><td>number of shards</td></tr>
 * <tr><td>32</td><td>hash of δ, of the words of a fixed vocabulary, in whatever order, of the
 *     background, and of the owner</td></tr>
 * </table>
 *
 * @param bits the fingerprint
 * @param unowned the same without the owner, as 0.3.0 wrote it in messages that may still be under way
 * @param compared the bits that a message must have in common
 */
public record ModelFingerprint(long bits, long unowned, long compared) {

    private static final long ALL = -1;

    private static final String[] SMOOTHINGS = {
        "kneser-ney",
        "maximum-likelihood",
        "add-delta",
        "backoff",
        "stupid-backoff",
        "witten-bell",
        "absolute-discounting"
    };

    private static final String[] VOCABULARIES = {
        "a growing vocabulary without <unk> counts", "a growing vocabulary", "a fixed vocabulary"
    };

    /** With the code of the vocabulary: there is a background. */
    public static final int BACKGROUND = 4;

    private static final int MAX_SHARDS = 0xFFFF;

    /** Order, vocabulary and shards. */
    private static final long OF_COUNTS = (long) MAX_SHARDS << 16 | (0xFF & ~BACKGROUND) << 8 | 0xF;

    /**
     * The fingerprint of a model.
     *
     * @param vocabulary as the layout has it
     * @param hash of δ and of the words of a fixed vocabulary; 0 where they have no effect
     * @param owner empty where there is only one
     * @throws IllegalArgumentException if {@code shards} is not between 1 and 65,535
     */
    public static ModelFingerprint of(
            int order, Smoothing smoothing, int vocabulary, long hash, String owner, int shards) {
        if (shards < 1 || shards > MAX_SHARDS) {
            throw new IllegalArgumentException(shards + " shards: the number must be between 1 and " + MAX_SHARDS);
        }
        long rest = (long) shards << 16 | (long) vocabulary << 8 | (long) code(smoothing) << 4 | order;
        long unowned = hash << 32 | rest;
        if (owner.isEmpty()) {
            return new ModelFingerprint(unowned, unowned, ALL);
        }
        byte[] name = owner.getBytes(StandardCharsets.UTF_8);
        return new ModelFingerprint(
                SplitMix64.mix(hash ^ NgramCounts.hash(name, 0, name.length)) << 32 | rest, unowned, ALL);
    }

    /** The fingerprint that a message came with. */
    static ModelFingerprint came(long bits) {
        return new ModelFingerprint(bits, bits, ALL);
    }

    /**
     * The same, for who reads what a service has already processed: messages match, too, of a time when the model had the same counts
     * and another smoothing or background. The owner is not compared, since its hash cannot be told from that of the background;
     * a service stops at messages of another one.
     */
    public ModelFingerprint ofTheSameCounts() {
        return new ModelFingerprint(bits, unowned, OF_COUNTS);
    }

    /** Whether a message with the fingerprint {@code came} is of this model. */
    boolean matches(long came) {
        return ((came ^ bits) & compared) == 0 || ((came ^ unowned) & compared) == 0;
    }

    // Not the ordinal: the numbers stand in messages.
    private static int code(Smoothing smoothing) {
        return switch (smoothing) {
            case KNESER_NEY -> 0;
            case MAXIMUM_LIKELIHOOD -> 1;
            case ADD_DELTA -> 2;
            case BACKOFF -> 3;
            case STUPID_BACKOFF -> 4;
            case WITTEN_BELL -> 5;
            case ABSOLUTE_DISCOUNTING -> 6;
        };
    }

    /** N of the model. */
    int order() {
        return (int) bits & 0xF;
    }

    /** Whether there is a background. */
    boolean hasBackground() {
        return (bits >>> 8 & BACKGROUND) != 0;
    }

    /** The number of shards of the model. */
    public int shards() {
        return (int) (bits >>> 16) & MAX_SHARDS;
    }

    /** The model in words: {@code order 5, kneser-ney, a growing vocabulary, 4 shards, hash 0}. */
    @Override
    public String toString() {
        return "order " + order() + ", " + name(SMOOTHINGS, (int) (bits >>> 4) & 0xF, "smoothing ") + ", "
                + name(VOCABULARIES, (int) (bits >>> 8) & 0xFF & ~BACKGROUND, "vocabulary ")
                + (hasBackground() ? ", a background" : "") + ", " + shards()
                + (shards() == 1 ? " shard" : " shards") + ", hash "
                + Long.toHexString(bits >>> 32);
    }

    private static String name(String[] names, int code, String what) {
        return code < names.length ? names[code] : what + code;
    }
}
