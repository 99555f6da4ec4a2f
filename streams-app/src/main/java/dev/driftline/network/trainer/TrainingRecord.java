package dev.driftline.network.trainer;

import dev.driftline.codec.Varints;
import dev.driftline.neural.online.RetractedDocument;
import dev.driftline.neural.snapshot.SeenText;
import dev.driftline.scoring.DocumentTokens;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A value of the training topic: a document on its way to the trainer, or that one is taken out.
 *
 * <table>
 * <caption>Layout, all numbers varints</caption>
 * <tr><th>content</th><th></th></tr>
 * <tr><td>version</td><td>one byte; 1, of 0.5.0, has only the source and the document</td></tr>
 * <tr><td>kind</td><td>one byte: 0 a document, 1 a retraction</td></tr>
 * <tr><td>source</td><td>length and UTF-8; not of a retraction</td></tr>
 * <tr><td>id</td><td>length and UTF-8</td></tr>
 * <tr><td>input</td><td>length and UTF-8 of the topic, 0 where it is not known; partition</td></tr>
 * <tr><td>offset</td><td>plus 1; 0 where it is not known</td></tr>
 * <tr><td>document</td><td>length, and as {@link DocumentTokens#encode()} writes it</td></tr>
 * </table>
 */
public sealed interface TrainingRecord {

    /** The input topic of documents. */
    String DOCUMENTS = "documents";

    /** The input topic of raw text. */
    String TEXT = "text";

    /** The version that is written. */
    int FORMAT = 2;

    /** The binary form. */
    byte[] encode();

    /**
     * A document to train on.
     *
     * @param source where it came from
     * @param id its producer's name for it; empty in what 0.5.0 wrote
     * @param place where it was read from; empty in what 0.5.0 wrote
     * @param document its tokens
     */
    record Text(String source, String id, Optional<SeenText.Place> place, DocumentTokens document)
            implements TrainingRecord {

        @Override
        public byte[] encode() {
            byte[] tokens = document.encode();
            Varints.Writer out = new Varints.Writer(tokens.length + source.length() + id.length() + 48);
            out.writeByte(FORMAT);
            out.writeByte(Layout.TEXT_KIND);
            out.writeBytes(source.getBytes(StandardCharsets.UTF_8));
            out.writeBytes(id.getBytes(StandardCharsets.UTF_8));
            out.writeBytes(place.map(known -> known.input().topic()).orElse("").getBytes(StandardCharsets.UTF_8));
            out.writeInt(place.map(known -> known.input().partition()).orElse(0));
            out.writeLong(place.map(known -> known.offset() + 1).orElse(0L));
            out.writeBytes(tokens);
            return out.toByteArray();
        }
    }

    /**
     * A document is taken out.
     *
     * @param id its producer's name for it
     * @param input the topic that it was read from: {@link #DOCUMENTS} or {@link #TEXT}
     * @param partition of that topic
     * @param offset of the document there; empty where it is not known
     * @param document its tokens
     */
    record Retraction(String id, String input, int partition, OptionalLong offset, DocumentTokens document)
            implements TrainingRecord {

        /** As the buffer takes it. */
        public RetractedDocument retracted() {
            return new RetractedDocument(id, new SeenText.Input(input, partition), offset, document);
        }

        @Override
        public byte[] encode() {
            byte[] tokens = document.encode();
            Varints.Writer out = new Varints.Writer(tokens.length + id.length() + 48);
            out.writeByte(FORMAT);
            out.writeByte(Layout.RETRACTION_KIND);
            out.writeBytes(id.getBytes(StandardCharsets.UTF_8));
            out.writeBytes(input.getBytes(StandardCharsets.UTF_8));
            out.writeInt(partition);
            out.writeLong(offset.isPresent() ? offset.getAsLong() + 1 : 0);
            out.writeBytes(tokens);
            return out.toByteArray();
        }
    }

    /**
     * Reads what {@link #encode()} wrote, of this version or of 0.5.0.
     *
     * @throws IllegalArgumentException if it is of a version or a kind that this code does not know
     */
    static TrainingRecord decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int format = in.readByte();
        if (format == Layout.FIRST_FORMAT) {
            return new Text(Layout.text(in), "", Optional.empty(), DocumentTokens.decode(in.readBytes()));
        }
        if (format != FORMAT) {
            throw new IllegalArgumentException("training record of format version " + format
                    + ", this code reads up to " + FORMAT + ": upgrade Driftline");
        }
        int kind = in.readByte();
        if (kind != Layout.TEXT_KIND && kind != Layout.RETRACTION_KIND) {
            throw new IllegalArgumentException("training record of the unknown kind " + kind + ": upgrade Driftline");
        }
        String source = kind == Layout.TEXT_KIND ? Layout.text(in) : "";
        String id = Layout.text(in);
        String topic = Layout.text(in);
        int partition = in.readInt();
        long offset = in.readLong() - 1;
        DocumentTokens document = DocumentTokens.decode(in.readBytes());
        if (kind == Layout.RETRACTION_KIND) {
            return new Retraction(
                    id, topic, partition, offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset), document);
        }
        return new Text(
                source,
                id,
                topic.isEmpty() ? Optional.empty() : Optional.of(new SeenText.Place(topic, partition, offset)),
                document);
    }

    /** What the bytes are made of. */
    final class Layout {

        private static final int FIRST_FORMAT = 1;
        private static final int TEXT_KIND = 0;
        private static final int RETRACTION_KIND = 1;

        private Layout() {}

        private static String text(Varints.Reader in) {
            return new String(in.readBytes(), StandardCharsets.UTF_8);
        }
    }
}
