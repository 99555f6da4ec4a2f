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

    /**
     * A copy of a shard as of its last commit, to be read by {@link ReadCopy}.
     *
     * @param shard its number
     */
    record MakeCopy(int shard) implements InstanceQuery {}

    /**
     * A part of a file of a copy.
     *
     * @param shard its number
     * @param copy the number of the copy
     * @param file name of a file of the copy
     * @param from where the part begins
     * @param bytes the most of it
     */
    record ReadCopy(int shard, long copy, String file, long from, int bytes) implements InstanceQuery {}

    /**
     * A copy is not needed any more.
     *
     * @param shard its number
     * @param copy the number of the copy
     */
    record ReleaseCopy(int shard, long copy) implements InstanceQuery {}

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
            } else if (query instanceof MakeCopy make) {
                out.writeByte(Format.MAKE_COPY);
                out.writeInt(make.shard());
            } else if (query instanceof ReadCopy read) {
                out.writeByte(Format.READ_COPY);
                out.writeInt(read.shard());
                out.writeLong(read.copy());
                out.writeBytes(read.file().getBytes(StandardCharsets.UTF_8));
                out.writeLong(read.from());
                out.writeInt(read.bytes());
            } else if (query instanceof ReleaseCopy release) {
                out.writeByte(Format.RELEASE_COPY);
                out.writeInt(release.shard());
                out.writeLong(release.copy());
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
            case Format.MAKE_COPY -> new MakeCopy(in.readInt());
            case Format.READ_COPY ->
                new ReadCopy(
                        in.readInt(),
                        in.readLong(),
                        new String(in.readBytes(), StandardCharsets.UTF_8),
                        in.readLong(),
                        in.readInt());
            case Format.RELEASE_COPY -> new ReleaseCopy(in.readInt(), in.readLong());
            default -> throw new IllegalArgumentException("there is no query of kind " + kind);
        };
    }

    /** The shard that a query is about; −1 where it is about none. */
    static int shard(InstanceQuery query) {
        if (query instanceof Peek peek) {
            return peek.shard();
        }
        if (query instanceof Count count) {
            return count.shard();
        }
        if (query instanceof MakeCopy make) {
            return make.shard();
        }
        if (query instanceof ReadCopy read) {
            return read.shard();
        }
        return query instanceof ReleaseCopy release ? release.shard() : -1;
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
        static final int MAKE_COPY = 5;
        static final int READ_COPY = 6;
        static final int RELEASE_COPY = 7;

        private Format() {}
    }
}
