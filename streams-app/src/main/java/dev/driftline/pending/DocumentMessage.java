package dev.driftline.pending;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;
import dev.driftline.config.MisconfiguredException;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.scoring.DocumentTokens;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.Uuid;

/**
 * A whole document on its way from the task that has read it to the one shard that there is, with the place of its record.
 *
 * <table>
 * <caption>Layout: varints, and strings as a length and UTF-8</caption>
 * <tr><th>field</th><th>type</th><th>content</th></tr>
 * <tr><td>kind</td><td>byte</td><td>{@code 'D'}</td></tr>
 * <tr><td>version</td><td>byte</td><td>1; 2 for a retraction, which 0.5.0 refuses</td></tr>
 * <tr><td>owner</td><td>4 bytes</td><td>hash of the application and the tokenizer, little endian</td></tr>
 * <tr><td>flags</td><td>byte</td><td>1: learn the document after it is scored; 2: it came as raw text; 4: it has
 *     attributes; of version 2 only, 8: its offset follows; 16: what is known of the source is dropped</td></tr>
 * <tr><td>topic</td><td>16 bytes</td><td>id of the topic of its record</td></tr>
 * <tr><td>partition, offset</td><td>varints</td><td>of its record</td></tr>
 * <tr><td>timestamp</td><td>varint</td><td>of its record, milliseconds since 1970</td></tr>
 * <tr><td>id, source</td><td>strings</td><td></td></tr>
 * <tr><td>published at</td><td>varint</td><td>milliseconds since 1970</td></tr>
 * <tr><td>tokens</td><td>length, bytes</td><td>{@link DocumentTokens#encode}</td></tr>
 * <tr><td>attributes</td><td>count, strings</td><td>name and text of each, with flag 4 only</td></tr>
 * <tr><td>retracted</td><td>varint</td><td>offset of the record that is taken out, with flag 8 only</td></tr>
 * <tr><td>checksum</td><td>4 bytes</td><td>CRC-32C of all bytes before, little endian</td></tr>
 * </table>
 *
 * @param isText whether it came as raw text, and so from which of the inputs
 * @param partition of its record
 * @param offset of its record
 * @param topicId of the topic of its record
 * @param timestamp of its record, milliseconds since 1970
 */
public record DocumentMessage(
        IncomingDocument document, boolean isText, int partition, long offset, Uuid topicId, long timestamp) {

    private static final byte KIND = 'D';
    private static final int VERSION = 1;
    private static final int RETRACTION_VERSION = 2;

    private static final int LEARN = 1;
    private static final int TEXT = 2;
    private static final int ATTRIBUTES = 4;
    private static final int RETRACTED = 8;
    private static final int SOURCE = 16;

    /** Where the partition begins: after kind, version, owner, flags and topic. */
    private static final int PLACE = 2 + Integer.BYTES + 1 + 2 * Long.BYTES;

    private static final int CHECKSUM = Integer.BYTES;

    /** The binary form, for the model of {@code owner}. */
    public byte[] encode(int owner) {
        byte[] tokens = document.tokens().encode();
        Varints.Writer out = new Varints.Writer(128 + tokens.length);
        out.writeByte(KIND);
        Optional<Retract> retract = document.retract();
        OptionalLong retracted = retract.map(Retract::offset).orElse(OptionalLong.empty());
        out.writeByte(retract.isPresent() ? RETRACTION_VERSION : VERSION);
        out.writeFixedInt(owner);
        boolean hasAttributes = !document.attributes().isEmpty();
        out.writeByte((document.learn() ? LEARN : 0)
                | (isText ? TEXT : 0)
                | (hasAttributes ? ATTRIBUTES : 0)
                | (retracted.isPresent() ? RETRACTED : 0)
                | (retract.filter(Retract::source).isPresent() ? SOURCE : 0));
        out.writeFixedLong(topicId.getMostSignificantBits());
        out.writeFixedLong(topicId.getLeastSignificantBits());
        out.writeInt(partition);
        out.writeLong(offset);
        out.writeLong(timestamp);
        write(out, document.id());
        write(out, document.source());
        out.writeLong(document.publishedAt());
        out.writeBytes(tokens);
        if (hasAttributes) {
            out.writeInt(document.attributes().size());
            document.attributes().forEach((name, text) -> {
                write(out, name);
                write(out, text);
            });
        }
        retracted.ifPresent(out::writeLong);
        out.writeChecksum();
        return out.toByteArray();
    }

    private static void write(Varints.Writer out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws MalformedBytesException if it is not a whole message: somebody else's bytes
     * @throws MisconfiguredException if it is one of another version or another application, with what to do about it
     */
    public static DocumentMessage decode(byte[] message, int owner) {
        int length = message.length - CHECKSUM;
        if (length < 2 || message[0] != KIND) {
            throw new MalformedBytesException("expected a document for the shard, but got " + message.length
                    + " bytes of another kind: check what else writes to the internal topics of this application.id");
        }
        boolean isRetraction = message[1] == RETRACTION_VERSION;
        if (message[1] != VERSION && !isRetraction) {
            throw new MisconfiguredException("a document for the shard has format version " + message[1]
                    + ", and this code reads " + VERSION + " and " + RETRACTION_VERSION
                    + ": run one version of Driftline on all instances");
        }
        if (new Varints.Reader(message, length, CHECKSUM).readFixedInt() != Varints.checksum(message, 0, length)) {
            throw new MalformedBytesException("a document for the shard does not match its checksum, cut short or"
                    + " altered on the way: check the disks of the brokers");
        }
        Varints.Reader in = new Varints.Reader(message, 2, length - 2);
        if (in.readFixedInt() != owner) {
            throw new MisconfiguredException(
                    "a document for the shard was read by another application.id or with"
                            + " another tokenizer: give every instance the same, and another application its own topics.prefix");
        }
        int flags = in.readByte();
        Uuid topicId = new Uuid(in.readFixedLong(), in.readFixedLong());
        int partition = in.readInt();
        long offset = in.readLong();
        long timestamp = in.readLong();
        String id = read(in);
        String source = read(in);
        long publishedAt = in.readLong();
        DocumentTokens tokens = DocumentTokens.decode(in.readBytes());
        Map<String, String> attributes = Map.of();
        if ((flags & ATTRIBUTES) != 0) {
            attributes = new LinkedHashMap<>();
            for (int left = in.readCount(2); left > 0; left--) {
                attributes.put(read(in), read(in));
            }
        }
        Optional<Retract> retract = Optional.empty();
        if (isRetraction) {
            OptionalLong retracted = (flags & RETRACTED) != 0 ? OptionalLong.of(in.readLong()) : OptionalLong.empty();
            retract = Optional.of(new Retract(retracted, (flags & SOURCE) != 0));
        }
        if (in.hasRemaining()) {
            throw new MalformedBytesException(
                    in.remaining() + " bytes follow the last field of a document for the shard");
        }
        return new DocumentMessage(
                new IncomingDocument(id, source, publishedAt, (flags & LEARN) != 0, tokens, attributes, retract),
                (flags & TEXT) != 0,
                partition,
                offset,
                topicId,
                timestamp);
    }

    /** The partition of the record that a whole message names. */
    public static int partitionOf(byte[] message) {
        return place(message).readInt();
    }

    /** The offset of the record that a whole message names. */
    public static long offsetOf(byte[] message) {
        Varints.Reader in = place(message);
        in.readInt();
        return in.readLong();
    }

    private static Varints.Reader place(byte[] message) {
        Varints.Reader in = new Varints.Reader(message);
        in.skip(PLACE);
        return in;
    }

    private static String read(Varints.Reader in) {
        return new String(in.readBytes(), StandardCharsets.UTF_8);
    }
}
