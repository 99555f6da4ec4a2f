package dev.driftline.network.trainer;

import dev.driftline.codec.Varints;
import dev.driftline.scoring.DocumentTokens;
import java.nio.charset.StandardCharsets;

/**
 * A document on its way to the trainer: a value of the training topic. A version byte, the source, and the document as
 * {@link DocumentTokens#encode()} writes it.
 *
 * @param source where it came from
 * @param document its tokens
 */
public record TrainingRecord(String source, DocumentTokens document) {

    private static final int FORMAT = 1;

    /** The binary form. */
    public byte[] encode() {
        byte[] tokens = document.encode();
        Varints.Writer out = new Varints.Writer(tokens.length + source.length() + 16);
        out.writeByte(FORMAT);
        out.writeBytes(source.getBytes(StandardCharsets.UTF_8));
        out.writeBytes(tokens);
        return out.toByteArray();
    }

    /**
     * Reads what {@link #encode()} wrote.
     *
     * @throws IllegalArgumentException if it is of a version that this code does not know
     */
    public static TrainingRecord decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalArgumentException("training record of format version " + format + ", this code reads "
                    + FORMAT + ": upgrade Driftline");
        }
        String source = new String(in.readBytes(), StandardCharsets.UTF_8);
        return new TrainingRecord(source, DocumentTokens.decode(in.readBytes()));
    }
}
