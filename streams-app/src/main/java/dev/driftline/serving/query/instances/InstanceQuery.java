package dev.driftline.serving.query.instances;

import dev.driftline.codec.MalformedBytesException;
import dev.driftline.codec.Varints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What can be asked of the instance that owns a part of the model. Reads, never teaches. */
public sealed interface InstanceQuery {

    /**
     * The {@link dev.driftline.scoring.messages.ShardReply} of a shard to a request that learns nothing.
     *
     * @param shard its number
     * @param request a {@link dev.driftline.scoring.messages.ShardRequest}
     */
    record Peek(int shard, byte[] request) implements InstanceQuery {}

    /**
     * The raw count of an n-gram whose last context word the shard owns.
     *
     * @param shard its number
     * @param ngram 1 to N words
     */
    record Count(int shard, List<String> ngram) implements InstanceQuery {}

    /**
     * What the partitions of documents know of a source.
     *
     * @param name of the source, or one that none has
     */
    record Source(String name) implements InstanceQuery {}

    /** What the instance is doing, as JSON. */
    record Status() implements InstanceQuery {}

    /** The binary form of several. */
    static byte[] encode(List<InstanceQuery> queries) {
        Varints.Writer out = new Varints.Writer(1024);
        out.writeByte(Format.VERSION);
        out.writeInt(queries.size());
        for (InstanceQuery query : queries) {
            if (query instanceof Peek peek) {
                out.writeByte(Format.PEEK);
                out.writeInt(peek.shard());
                out.writeBytes(peek.request());
            } else if (query instanceof Count count) {
                out.writeByte(Format.COUNT);
                out.writeInt(count.shard());
                out.writeInt(count.ngram().size());
                count.ngram().forEach(word -> out.writeBytes(word.getBytes(StandardCharsets.UTF_8)));
            } else if (query instanceof Source source) {
                out.writeByte(Format.SOURCE);
                out.writeBytes(source.name().getBytes(StandardCharsets.UTF_8));
            } else {
                out.writeByte(Format.STATUS);
            }
        }
        return out.toByteArray();
    }

    /** @throws IllegalArgumentException if they are of another version, or not queries */
    static List<InstanceQuery> decode(byte[] bytes) {
        try {
            Varints.Reader in = new Varints.Reader(bytes);
            int version = in.readByte();
            if (version != Format.VERSION) {
                throw new IllegalArgumentException("queries of version " + version + ", this instance answers those of "
                        + Format.VERSION + ": run one version of Driftline everywhere");
            }
            int count = in.readCount(1);
            if (count > Format.MOST) {
                throw new IllegalArgumentException(
                        count + " queries are more than the " + Format.MOST + " of a message");
            }
            List<InstanceQuery> queries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                queries.add(read(in));
            }
            return queries;
        } catch (MalformedBytesException e) {
            throw new IllegalArgumentException("the request body is not a list of queries: " + e.getMessage(), e);
        }
    }

    private static InstanceQuery read(Varints.Reader in) {
        int kind = in.readByte();
        return switch (kind) {
            case Format.PEEK -> new Peek(in.readInt(), in.readBytes());
            case Format.COUNT -> {
                int shard = in.readInt();
                int words = in.readCount(1);
                if (words < 1 || words > Format.MOST_WORDS) {
                    throw new IllegalArgumentException("an n-gram of " + words + " words is asked for");
                }
                List<String> ngram = new ArrayList<>();
                for (int i = 0; i < words; i++) {
                    ngram.add(new String(in.readBytes(), StandardCharsets.UTF_8));
                }
                yield new Count(shard, List.copyOf(ngram));
            }
            case Format.SOURCE -> new Source(new String(in.readBytes(), StandardCharsets.UTF_8));
            case Format.STATUS -> new Status();
            default -> throw new IllegalArgumentException("there is no query of kind " + kind);
        };
    }

    /** The numbers of the binary form. */
    final class Format {
        static final int VERSION = 1;

        /** Queries of a message: a hundred documents on five hundred shards, and their sources. */
        static final int MOST = 100_000;

        /** Words of an n-gram: more than any order. */
        static final int MOST_WORDS = 32;

        static final int PEEK = 1;
        static final int COUNT = 2;
        static final int SOURCE = 3;
        static final int STATUS = 4;

        private Format() {}
    }
}
