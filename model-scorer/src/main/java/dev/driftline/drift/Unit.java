package dev.driftline.drift;

import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One or more consecutive documents of a source, watched as one.
 *
 * @param firstDocument the number of the first within the source, from 0
 * @param publishedAt when that was published, in milliseconds since 1970
 * @param tokens of all of them
 * @param unknown unknown tokens of all of them
 * @param live bits a token; NaN while the source is in its burn-in
 * @param reference bits a token; NaN if there is no reference
 * @param document the document with the most bits a token
 * @param words the words that cost most
 */
record Unit(
        long firstDocument,
        long publishedAt,
        int tokens,
        int unknown,
        float live,
        float reference,
        DocumentCost document,
        List<SurprisingWord> words) {

    /** Most words kept of a unit. */
    static final int WORDS = 4;

    double value(Series series) {
        return series == Series.LIVE ? live : reference;
    }

    double unknownRate() {
        return unknown / (double) tokens;
    }

    void write(Varints.Writer out) {
        out.writeLong(firstDocument);
        out.writeLong(publishedAt);
        out.writeInt(tokens);
        out.writeInt(unknown);
        out.writeFloat(live);
        out.writeFloat(reference);
        document.write(out);
        SurprisingWord.write(out, words);
    }

    static Unit read(Varints.Reader in) {
        return new Unit(
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                finiteOrNone(in.readFloat()),
                finiteOrNone(in.readFloat()),
                DocumentCost.read(in),
                SurprisingWord.read(in));
    }

    private static float finiteOrNone(float bits) {
        return Float.isFinite(bits) ? bits : Float.NaN;
    }

    /**
     * A document's part of a unit.
     *
     * @param live bits of all its tokens
     * @param reference the same under the reference; NaN if there is none
     */
    record DocumentCost(
            String id, boolean isText, int partition, long offset, int tokens, float live, float reference) {

        static DocumentCost of(Observation document) {
            return new DocumentCost(
                    document.id(),
                    document.isText(),
                    document.partition(),
                    document.offset(),
                    document.tokens(),
                    document.liveBits(),
                    document.referenceBits());
        }

        double bits(Series series) {
            return series == Series.LIVE ? live : reference;
        }

        private void write(Varints.Writer out) {
            out.writeBytes(id.getBytes(StandardCharsets.UTF_8));
            out.writeByte(isText ? 1 : 0);
            out.writeInt(partition);
            out.writeLong(offset);
            out.writeInt(tokens);
            out.writeFloat(live);
            out.writeFloat(reference);
        }

        private static DocumentCost read(Varints.Reader in) {
            return new DocumentCost(
                    new String(in.readBytes(), StandardCharsets.UTF_8),
                    in.readByte() == 1,
                    in.readInt(),
                    in.readLong(),
                    in.readInt(),
                    finiteOrNone(in.readFloat()),
                    finiteOrNone(in.readFloat()));
        }
    }

    /** Documents that do not make a unit yet. */
    static final class Open {
        private long firstDocument;
        private long publishedAt;
        private int tokens;
        private int unknown;
        private double live;
        private double reference;
        private int referenceTokens;
        private @Nullable DocumentCost document;
        private List<SurprisingWord> words = List.of();

        void add(Observation added, long number) {
            if (document == null) {
                firstDocument = number;
                publishedAt = added.publishedAt();
            }
            tokens += added.tokens();
            unknown += added.unknown();
            live += added.liveBits();
            if (!Float.isNaN(added.referenceBits())) {
                reference += added.referenceBits();
                referenceTokens += added.tokens();
            }
            if (document == null || added.liveBitsPerToken() * document.tokens() > document.live()) {
                document = DocumentCost.of(added);
            }
            words = words.isEmpty() && added.words().size() <= WORDS
                    ? added.words()
                    : SurprisingWord.merge(words, added.words(), WORDS);
        }

        int tokens() {
            return tokens;
        }

        /**
         * The documents since the last call, as a unit.
         *
         * @throws IllegalStateException if there are none
         */
        Unit close(boolean isBurnIn) {
            if (document == null) {
                throw new IllegalStateException("a unit needs a document");
            }
            Unit unit = new Unit(
                    firstDocument,
                    publishedAt,
                    tokens,
                    unknown,
                    isBurnIn ? Float.NaN : (float) (live / tokens),
                    // Some documents may come from a partition without a reference yet; the others are enough.
                    referenceTokens * 2 < tokens ? Float.NaN : (float) (reference / referenceTokens),
                    document,
                    words);
            tokens = 0;
            unknown = 0;
            live = 0;
            reference = 0;
            referenceTokens = 0;
            document = null;
            words = List.of();
            return unit;
        }

        void write(Varints.Writer out) {
            out.writeInt(tokens);
            if (document != null) {
                out.writeLong(firstDocument);
                out.writeLong(publishedAt);
                out.writeInt(unknown);
                out.writeDouble(live);
                out.writeDouble(reference);
                out.writeInt(referenceTokens);
                document.write(out);
                SurprisingWord.write(out, words);
            }
        }

        static Open read(Varints.Reader in) {
            Open open = new Open();
            open.tokens = in.readInt();
            if (open.tokens > 0) {
                open.firstDocument = in.readLong();
                open.publishedAt = in.readLong();
                open.unknown = in.readInt();
                open.live = in.readDouble();
                open.reference = in.readDouble();
                open.referenceTokens = in.readInt();
                open.document = DocumentCost.read(in);
                open.words = SurprisingWord.read(in);
                if (!Double.isFinite(open.live) || !Double.isFinite(open.reference)) {
                    // Of a version that took infinite costs in: the documents of this unit are left out.
                    return new Open();
                }
            }
            return open;
        }
    }
}
