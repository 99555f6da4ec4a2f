package dev.driftline.drift;

import dev.driftline.codec.Varints;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.scoring.DocumentTokens;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the watch of a source needs to know about a scored document: a few dozen bytes, whatever the document's length.
 *
 * @param source the source of the document; the record's key
 * @param id the producer's id of it, cut to 128 characters
 * @param isText whether it came as raw text rather than tokenised
 * @param partition its partition in the input topic
 * @param offset its offset there
 * @param publishedAt milliseconds since 1970, by the producer's clock
 * @param tokens its tokens, {@code </s>} included
 * @param unknown how many of them were unknown
 * @param liveBits bits of all its tokens under the live mixture, unknown words spelled out; infinite where the model holds
 *     one to be impossible
 * @param referenceBits the same under the frozen reference; NaN if there is none yet
 * @param words the words that cost most
 */
public record Observation(
        String source,
        String id,
        boolean isText,
        int partition,
        long offset,
        long publishedAt,
        int tokens,
        int unknown,
        float liveBits,
        float referenceBits,
        List<SurprisingWord> words) {

    private static final int VERSION = 1;
    private static final int TEXT = 1;
    private static final int REFERENCE = 2;
    private static final int MOST_CHARACTERS = 128;

    /** Cuts the id; takes an infinite cost under the reference for none, and leaves words of infinite cost out. */
    public Observation {
        id = SurprisingWord.cut(id, MOST_CHARACTERS);
        referenceBits = Float.isFinite(referenceBits) ? referenceBits : Float.NaN;
        words = SurprisingWord.finite(words);
    }

    /**
     * The observation of a document.
     *
     * @param score with the surprisal of every token
     * @param reference the source's reference, which does not learn the document here; null if none is wanted
     */
    public static Observation of(
            String source,
            String id,
            boolean isText,
            int partition,
            long offset,
            long publishedAt,
            DocumentTokens document,
            DocumentScore score,
            @Nullable ReferenceModel reference) {
        return new Observation(
                source,
                id,
                isText,
                partition,
                offset,
                publishedAt,
                score.tokens(),
                score.unknown(),
                (float) (score.bits(MixtureSettings.MIXTURE) + score.letterBits()),
                reference == null ? Float.NaN : reference.bits(document),
                SurprisingWord.of(document, score.surprisals(), score.spelling()));
    }

    /** Bits a token under the live mixture, unknown words spelled out. */
    public double liveBitsPerToken() {
        return liveBits / (double) tokens;
    }

    /** Bits a token under the reference; NaN if there is none. */
    public double referenceBitsPerToken() {
        return referenceBits / (double) tokens;
    }

    /** The key of the record: the source in UTF-8. */
    public byte[] key() {
        return source.getBytes(StandardCharsets.UTF_8);
    }

    /** Everything but the source. */
    public byte[] encode() {
        boolean hasReference = !Float.isNaN(referenceBits);
        Varints.Writer out = new Varints.Writer(64 + id.length() + 16 * words.size());
        out.writeByte(VERSION);
        out.writeByte((isText ? TEXT : 0) | (hasReference ? REFERENCE : 0));
        out.writeBytes(id.getBytes(StandardCharsets.UTF_8));
        out.writeInt(partition);
        out.writeLong(offset);
        out.writeLong(publishedAt);
        out.writeInt(tokens);
        out.writeInt(unknown);
        out.writeFloat(liveBits);
        if (hasReference) {
            out.writeFloat(referenceBits);
        }
        SurprisingWord.write(out, words);
        return out.toByteArray();
    }

    /**
     * Reads what {@link #key()} and {@link #encode()} wrote.
     *
     * @throws IllegalStateException where the version is unknown
     */
    public static Observation decode(byte[] key, byte[] value) {
        Varints.Reader in = new Varints.Reader(value);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException("observation of version " + version + ", this program reads " + VERSION);
        }
        int flags = in.readByte();
        return new Observation(
                new String(key, StandardCharsets.UTF_8),
                new String(in.readBytes(), StandardCharsets.UTF_8),
                (flags & TEXT) != 0,
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readFloat(),
                (flags & REFERENCE) != 0 ? in.readFloat() : Float.NaN,
                SurprisingWord.read(in));
    }
}
