package dev.driftline.output;

import dev.driftline.codec.Varints;
import dev.driftline.filter.ScoredDocument;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.schemas.Document;
import dev.driftline.scoring.DocumentTokens;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A scored document on its way to the filter, with its text, which the filter may forward.
 *
 * @param document the document
 * @param scored what rules can ask about it
 * @param origin where it was read from
 */
public record FilterRequest(IncomingDocument document, ScoredDocument scored, DocumentOrigin origin) {

    private static final int FORMAT = 2;

    /** Without the bits of letters: those of the code stand for them. */
    private static final int WITHOUT_LETTERS = 1;

    /**
     * A document that was scored.
     *
     * @param neural the name of the network among the models; null where there is none
     */
    public static FilterRequest of(
            IncomingDocument document, DocumentScore score, @Nullable String neural, DocumentOrigin origin) {
        ScoredDocument scored =
                ScoredDocument.of(document.source(), document.attributes(), score, Optional.ofNullable(neural));
        return new FilterRequest(document, scored, origin);
    }

    Document toDocument() {
        return toDocument(document);
    }

    /** A document as it was published, or, of raw text, as it was tokenised. */
    public static Document toDocument(IncomingDocument document) {
        String[] words = document.tokens().words();
        List<List<String>> sentences = new ArrayList<>();
        List<String> sentence = new ArrayList<>();
        for (int token : document.tokens().tokens()) {
            if (token == DocumentTokens.EOS) {
                sentences.add(sentence);
                sentence = new ArrayList<>();
            } else {
                sentence.add(words[token]);
            }
        }
        Document avro = new Document();
        avro.setId(document.id());
        avro.setSource(document.source());
        avro.setPublishedAt(Instant.ofEpochMilli(document.publishedAt()));
        avro.setSentences(sentences);
        avro.setLearn(document.learn());
        avro.setAttributes(document.attributes());
        document.retract().ifPresent(retract -> {
            avro.setRetract(true);
            avro.setRetractOffset(
                    retract.offset().isPresent() ? retract.offset().getAsLong() : null);
            avro.setRetractSource(retract.source());
        });
        return avro;
    }

    public byte[] encode() {
        byte[] tokens = document.tokens().encode();
        Varints.Writer out = new Varints.Writer(512 + tokens.length);
        out.writeByte(FORMAT);
        write(out, document.id());
        write(out, document.source());
        out.writeLong(document.publishedAt());
        out.writeByte(document.learn() ? 1 : 0);
        out.writeBytes(tokens);
        out.writeInt(document.attributes().size());
        document.attributes().forEach((name, text) -> {
            write(out, name);
            write(out, text);
        });
        out.writeInt(scored.tokens());
        out.writeInt(scored.unknown());
        out.writeLong(scored.characters());
        out.writeDouble(scored.spellingBits());
        out.writeDouble(scored.letterBits());
        out.writeInt(scored.bits().size());
        scored.bits().forEach((model, bits) -> {
            write(out, model);
            out.writeDouble(bits);
        });
        write(out, origin.topic());
        out.writeInt(origin.partition());
        out.writeLong(origin.offset());
        return out.toByteArray();
    }

    public static FilterRequest decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int format = in.readByte();
        if (format != FORMAT && format != WITHOUT_LETTERS) {
            throw new IllegalArgumentException("filter request of format version " + format + ", this code reads "
                    + FORMAT + ": upgrade Driftline");
        }
        String id = read(in);
        String source = read(in);
        long publishedAt = in.readLong();
        boolean learn = in.readByte() == 1;
        DocumentTokens tokens = DocumentTokens.decode(in.readBytes());
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = read(in);
            attributes.put(name, read(in));
        }
        int tokenCount = in.readInt();
        int unknown = in.readInt();
        long characters = in.readLong();
        double spellingBits = in.readDouble();
        double letterBits = format == WITHOUT_LETTERS ? spellingBits : in.readDouble();
        Map<String, Double> bitsOfModels = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String model = read(in);
            bitsOfModels.put(model, in.readDouble());
        }
        return new FilterRequest(
                new IncomingDocument(id, source, publishedAt, learn, tokens, attributes),
                new ScoredDocument(
                        source, attributes, tokenCount, unknown, characters, bitsOfModels, spellingBits, letterBits),
                new DocumentOrigin(read(in), in.readInt(), in.readLong()));
    }

    private static void write(Varints.Writer out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(Varints.Reader in) {
        return new String(in.readBytes(), StandardCharsets.UTF_8);
    }
}
