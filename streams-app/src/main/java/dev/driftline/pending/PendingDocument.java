package dev.driftline.pending;

import dev.driftline.codec.Varints;
import dev.driftline.input.DocumentOrigin;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.messages.ShardReply;
import dev.driftline.store.WriteBackMap;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A document that is waiting for replies of the shards.
 */
public final class PendingDocument {

    private static final int WITHOUT_ATTRIBUTES = 1;
    private static final int WITH_ATTRIBUTES = 2;
    /** As with attributes, of which there may be none; the origin follows the times. */
    private static final int WITH_ORIGIN = 3;
    /** As with attributes; the origin follows the times only where a flag says so, and the step of the retraction is last. */
    private static final int RETRACTION = 4;

    private static final int LEARN = 1;
    /** The time of scatter follows the flags; documents of before there was one have none. */
    private static final int SCATTERED_AT = 2;
    /** Of retractions only: the origin follows the times. */
    private static final int ORIGIN = 4;
    /** Of retractions only: the offset of what is taken out is known. */
    private static final int RETRACTED = 8;
    /** Of retractions only: what is known of the source is dropped. */
    private static final int SOURCE = 16;

    public final IncomingDocument document;
    /** The timestamp of its record, milliseconds since 1970: that of the score, too. */
    public final long timestamp;
    /** When the shards were asked, milliseconds since 1970; below 0 where that is not known. */
    public final long scatteredAt;
    /** The record that it was; empty where the ticket says it. */
    public final Optional<DocumentOrigin> origin;
    /** Replies that have come. */
    public final List<byte[]> replies;
    /** How far a retraction has come; empty for a document that is scored. */
    public final Optional<RetractionStep> step;

    private final int asked;
    private long documentBytes;

    public PendingDocument(IncomingDocument document, long timestamp, long scatteredAt, int asked) {
        this(document, timestamp, scatteredAt, asked, Optional.empty(), new ArrayList<>(asked), Optional.empty());
    }

    /** A retraction about which all shards have been asked. */
    public static PendingDocument retraction(
            IncomingDocument document, long timestamp, long scatteredAt, int asked, RetractionStep step) {
        return new PendingDocument(
                document, timestamp, scatteredAt, asked, Optional.empty(), new ArrayList<>(asked), Optional.of(step));
    }

    /** This retraction, about which {@code shards} of the shards have been asked again. */
    public PendingDocument next(RetractionStep following, int shards) {
        return new PendingDocument(
                document, timestamp, scatteredAt, shards, origin, new ArrayList<>(shards), Optional.of(following));
    }

    /**
     * A document that the one shard there is has replied to.
     *
     * @param origin the record that it was; empty where the ticket says it
     */
    public static PendingDocument replied(
            IncomingDocument document,
            long timestamp,
            long scatteredAt,
            Optional<DocumentOrigin> origin,
            byte[] reply) {
        Optional<RetractionStep> taken =
                document.retract().map(retract -> new RetractionStep(RetractionStep.Phase.TAKING));
        return new PendingDocument(document, timestamp, scatteredAt, 1, origin, List.of(reply), taken);
    }

    private PendingDocument(
            IncomingDocument document,
            long timestamp,
            long scatteredAt,
            int asked,
            Optional<DocumentOrigin> origin,
            List<byte[]> replies,
            Optional<RetractionStep> step) {
        this.step = step;
        this.origin = origin;
        this.document = document;
        this.timestamp = timestamp;
        this.scatteredAt = scatteredAt;
        this.asked = asked;
        this.replies = replies;
    }

    /** Whether a shard has not replied yet. */
    public boolean expects(int shard) {
        for (byte[] reply : replies) {
            if (ShardReply.shardOf(reply) == shard) {
                return false;
            }
        }
        return true;
    }

    /** Adds a reply; true if it is the last that was waited for. */
    public boolean add(byte[] reply) {
        replies.add(reply);
        return isComplete();
    }

    /** Whether every shard has replied. */
    public boolean isComplete() {
        return replies.size() == asked;
    }

    /** Whether every shard has replied to the document with this stored form, which is passed over and not decoded. */
    static boolean isComplete(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        requireFormat(in.readByte());
        in.skip(in.readInt());
        in.skip(in.readInt());
        in.readLong();
        in.readLong();
        int flags = in.readByte();
        if ((flags & SCATTERED_AT) != 0) {
            in.readLong();
        }
        if (hasOrigin(bytes[0], flags)) {
            readOrigin(in);
        }
        in.skip(in.readInt());
        int asked = in.readInt();
        return in.readInt() == asked;
    }

    /** Heap that it takes, in bytes, about. */
    long heapBytes() {
        if (documentBytes == 0) {
            documentBytes = 512
                    + document.tokens().heapBytes()
                    + 2L * (document.id().length() + document.source().length());
            document.attributes().forEach((name, text) -> documentBytes += 160 + 2L * (name.length() + text.length()));
        }
        long bytes = documentBytes;
        for (byte[] reply : replies) {
            bytes += 24 + reply.length;
        }
        return bytes;
    }

    byte[] encode() {
        byte[] tokens = document.tokens().encode();
        Varints.Writer out = new Varints.Writer(64
                + tokens.length
                + replies.stream().mapToInt(reply -> reply.length + 5).sum());
        int format = format();
        out.writeByte(format);
        out.writeBytes(document.id().getBytes(StandardCharsets.UTF_8));
        out.writeBytes(document.source().getBytes(StandardCharsets.UTF_8));
        out.writeLong(document.publishedAt());
        out.writeLong(timestamp);
        out.writeByte((document.learn() ? LEARN : 0)
                | (scatteredAt >= 0 ? SCATTERED_AT : 0)
                | document.retract().map(this::flags).orElse(0));
        if (scatteredAt >= 0) {
            out.writeLong(scatteredAt);
        }
        origin.ifPresent(from -> {
            out.writeBytes(from.topic().getBytes(StandardCharsets.UTF_8));
            out.writeInt(from.partition());
            out.writeLong(from.offset());
        });
        out.writeBytes(tokens);
        out.writeInt(asked);
        out.writeInt(replies.size());
        replies.forEach(out::writeBytes);
        if (format != WITHOUT_ATTRIBUTES) {
            out.writeInt(document.attributes().size());
            document.attributes().forEach((name, text) -> {
                out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
                out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            });
        }
        step.ifPresent(reached -> {
            document.retract().map(Retract::offset).ifPresent(offset -> offset.ifPresent(out::writeLong));
            out.writeByte(reached.phase().ordinal());
            out.writeBytes(reached.why().getBytes(StandardCharsets.UTF_8));
        });
        return out.toByteArray();
    }

    private int format() {
        if (step.isPresent()) {
            return RETRACTION;
        }
        if (origin.isPresent()) {
            return WITH_ORIGIN;
        }
        return document.attributes().isEmpty() ? WITHOUT_ATTRIBUTES : WITH_ATTRIBUTES;
    }

    private int flags(Retract retract) {
        return (origin.isPresent() ? ORIGIN : 0)
                | (retract.offset().isPresent() ? RETRACTED : 0)
                | (retract.source() ? SOURCE : 0);
    }

    private static boolean hasOrigin(int format, int flags) {
        return format == WITH_ORIGIN || format == RETRACTION && (flags & ORIGIN) != 0;
    }

    static PendingDocument decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int format = in.readByte();
        requireFormat(format);
        String id = new String(in.readBytes(), StandardCharsets.UTF_8);
        String source = new String(in.readBytes(), StandardCharsets.UTF_8);
        long publishedAt = in.readLong();
        long timestamp = in.readLong();
        int flags = in.readByte();
        long scatteredAt = (flags & SCATTERED_AT) != 0 ? in.readLong() : -1;
        Optional<DocumentOrigin> origin = hasOrigin(format, flags) ? Optional.of(readOrigin(in)) : Optional.empty();
        DocumentTokens tokens = DocumentTokens.decode(in.readBytes());
        int asked = in.readInt();
        int count = in.readInt();
        List<byte[]> replies = new ArrayList<>(Math.max(asked, count));
        for (int i = 0; i < count; i++) {
            replies.add(in.readBytes());
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int left = format == WITHOUT_ATTRIBUTES ? 0 : in.readInt(); left > 0; left--) {
            String name = new String(in.readBytes(), StandardCharsets.UTF_8);
            attributes.put(name, new String(in.readBytes(), StandardCharsets.UTF_8));
        }
        Optional<Retract> retract = Optional.empty();
        Optional<RetractionStep> step = Optional.empty();
        if (format == RETRACTION) {
            OptionalLong offset = (flags & RETRACTED) != 0 ? OptionalLong.of(in.readLong()) : OptionalLong.empty();
            retract = Optional.of(new Retract(offset, (flags & SOURCE) != 0));
            RetractionStep.Phase phase = RetractionStep.Phase.values()[in.readByte()];
            step = Optional.of(new RetractionStep(phase, new String(in.readBytes(), StandardCharsets.UTF_8)));
        }
        return new PendingDocument(
                new IncomingDocument(id, source, publishedAt, (flags & LEARN) != 0, tokens, attributes, retract),
                timestamp,
                scatteredAt,
                asked,
                origin,
                replies,
                step);
    }

    private static DocumentOrigin readOrigin(Varints.Reader in) {
        String topic = new String(in.readBytes(), StandardCharsets.UTF_8);
        int partition = in.readInt();
        return new DocumentOrigin(topic, partition, in.readLong());
    }

    private static void requireFormat(int format) {
        if (format < WITHOUT_ATTRIBUTES || format > RETRACTION) {
            throw new IllegalArgumentException("pending document of format version " + format + ", this code reads "
                    + WITHOUT_ATTRIBUTES + " to " + RETRACTION + ": upgrade Driftline");
        }
    }

    /** By ticket ({@link Ticket}). */
    static final class Codec implements WriteBackMap.Codec<Long, PendingDocument> {

        @Override
        public byte[] encodeKey(Long ticket) {
            return ByteBuffer.allocate(Long.BYTES).putLong(ticket).array();
        }

        @Override
        public Long decodeKey(byte[] bytes) {
            return ByteBuffer.wrap(bytes).getLong();
        }

        @Override
        public byte[] encodeValue(PendingDocument pending) {
            return pending.encode();
        }

        @Override
        public PendingDocument decodeValue(Long ticket, byte[] bytes) {
            return decode(bytes);
        }
    }
}
