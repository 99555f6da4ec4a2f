package dev.driftline.serving.query.instances;

import dev.driftline.codec.Varints;
import dev.driftline.shards.ShardCopies;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The binary form of answers about copies of shards. */
public final class ShardCopyAnswer {

    private static final byte THERE = 1;

    private ShardCopyAnswer() {}

    /** A copy that was made. */
    public static byte[] encode(ShardCopies.Copy copy) {
        Varints.Writer out = new Varints.Writer(1024);
        out.writeInt(copy.shard());
        out.writeLong(copy.number());
        out.writeInt(copy.files().size());
        copy.files().forEach((name, bytes) -> {
            out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            out.writeLong(bytes);
        });
        return out.toByteArray();
    }

    /** Reads what {@link #encode} wrote. */
    public static ShardCopies.Copy decode(byte[] answer) {
        Varints.Reader in = new Varints.Reader(answer);
        int shard = in.readInt();
        long number = in.readLong();
        NavigableMap<String, Long> files = new TreeMap<>();
        for (int left = in.readCount(2); left > 0; left--) {
            files.put(new String(in.readBytes(), StandardCharsets.UTF_8), in.readLong());
        }
        return new ShardCopies.Copy(shard, number, files);
    }

    /** A part of a file; empty where there is no such copy. */
    static byte[] ofPart(Optional<byte[]> part) {
        if (part.isEmpty()) {
            return new byte[1];
        }
        byte[] answer = new byte[1 + part.get().length];
        answer[0] = THERE;
        System.arraycopy(part.get(), 0, answer, 1, part.get().length);
        return answer;
    }

    /** Reads what {@link #ofPart} wrote. */
    public static Optional<byte[]> part(byte[] answer) {
        return answer.length > 0 && answer[0] == THERE
                ? Optional.of(Arrays.copyOfRange(answer, 1, answer.length))
                : Optional.empty();
    }
}
