package dev.driftline.verify;

import dev.driftline.codec.Varints;
import dev.driftline.input.IncomingDocument;
import dev.driftline.input.Retract;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.store.WriteBackMap;
import dev.driftline.verify.order.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A document between its first shard and its last, in a replay. */
final class ReplayedDocument {

    private static final byte[] NOTHING = {};

    final IncomingDocument document;
    final long timestamp;

    /** By shard: what it is asked; empty once it has replied. */
    private final byte[][] requests;

    /** By shard: what it has replied; empty before, and where it has learned only. */
    private final byte[][] replies;

    private int left;

    /** Whether a shard has learned it at a place in its order that is not known: it cannot be scored again. */
    boolean isUnordered;

    /** Whether it cannot be compared for another reason: a shard could not reply. */
    boolean hasFailed;

    ReplayedDocument(IncomingDocument document, long timestamp, byte[][] requests) {
        this.document = document;
        this.timestamp = timestamp;
        this.requests = requests;
        replies = new byte[requests.length][];
        for (int shard = 0; shard < replies.length; shard++) {
            replies[shard] = NOTHING;
        }
        left = requests.length;
    }

    /** What a shard is asked; empty where it has been asked already. */
    byte[] request(int shard) {
        return requests[shard];
    }

    void replied(int shard, byte[] reply) {
        if (requests[shard].length > 0) {
            requests[shard] = NOTHING;
            replies[shard] = reply;
            left--;
        }
    }

    boolean isComplete() {
        return left == 0;
    }

    boolean hasReplied(int shard) {
        return requests[shard].length == 0;
    }

    List<byte[]> replies() {
        return List.of(replies);
    }

    long heapBytes() {
        long bytes = 400 + document.tokens().heapBytes();
        for (int shard = 0; shard < requests.length; shard++) {
            bytes += 48 + requests[shard].length + replies[shard].length;
        }
        return bytes;
    }

    /** By place. */
    static final class Codec implements WriteBackMap.Codec<Place, ReplayedDocument> {

        @Override
        public byte[] encodeKey(Place place) {
            return place.key();
        }

        @Override
        public Place decodeKey(byte[] bytes) {
            return Place.of(bytes);
        }

        @Override
        public byte[] encodeValue(ReplayedDocument of) {
            Varints.Writer out = new Varints.Writer(1024);
            out.writeBytes(of.document.id().getBytes(StandardCharsets.UTF_8));
            out.writeBytes(of.document.source().getBytes(StandardCharsets.UTF_8));
            out.writeLong(of.document.publishedAt());
            out.writeLong(of.timestamp);
            out.writeByte((of.document.learn() ? 1 : 0) | (of.isUnordered ? 2 : 0) | (of.hasFailed ? 4 : 0));
            Optional<Retract> retract = of.document.retract();
            out.writeByte((retract.isPresent() ? 1 : 0)
                    | (retract.filter(Retract::source).isPresent() ? 2 : 0));
            out.writeBytes(of.document.tokens().encode());
            out.writeInt(of.requests.length);
            for (int shard = 0; shard < of.requests.length; shard++) {
                out.writeBytes(of.requests[shard]);
                out.writeBytes(of.replies[shard]);
            }
            return out.toByteArray();
        }

        @Override
        public ReplayedDocument decodeValue(Place place, byte[] bytes) {
            Varints.Reader in = new Varints.Reader(bytes);
            String id = new String(in.readBytes(), StandardCharsets.UTF_8);
            String source = new String(in.readBytes(), StandardCharsets.UTF_8);
            long publishedAt = in.readLong();
            long timestamp = in.readLong();
            int flags = in.readByte();
            int retract = in.readByte();
            DocumentTokens tokens = DocumentTokens.decode(in.readBytes());
            int shards = in.readInt();
            List<byte[]> requests = new ArrayList<>();
            List<byte[]> replies = new ArrayList<>();
            for (int shard = 0; shard < shards; shard++) {
                requests.add(in.readBytes());
                replies.add(in.readBytes());
            }
            ReplayedDocument of = new ReplayedDocument(
                    new IncomingDocument(
                            id,
                            source,
                            publishedAt,
                            (flags & 1) != 0,
                            tokens,
                            Map.of(),
                            retract == 0
                                    ? Optional.empty()
                                    : Optional.of(new Retract(OptionalLong.empty(), (retract & 2) != 0))),
                    timestamp,
                    requests.toArray(byte[][]::new));
            of.isUnordered = (flags & 2) != 0;
            of.hasFailed = (flags & 4) != 0;
            for (int shard = 0; shard < shards; shard++) {
                of.replies[shard] = replies.get(shard);
                if (of.requests[shard].length == 0) {
                    of.left--;
                }
            }
            return of;
        }
    }
}
