package dev.driftline.serving.query.instances;

import dev.driftline.codec.Varints;
import dev.driftline.shards.LiveShards;
import dev.driftline.shards.ShardCopies;
import dev.driftline.sources.OwnedSources;
import dev.driftline.sources.SourceState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Answers queries from what this instance owns just now. Thread-safe. */
public final class InstanceAnswers {

    private static final int VERSION = 1;

    private final LiveShards shards;
    private final OwnedSources sources;

    private final Optional<ShardCopies> copies;
    private final Supplier<byte[]> status;

    /**
     * @param shards what it has of the counts
     * @param sources what it has of the sources
     * @param copies of its shards
     * @param status what it is doing, as JSON
     */
    public InstanceAnswers(LiveShards shards, OwnedSources sources, ShardCopies copies, Supplier<byte[]> status) {
        this(shards, sources, Optional.of(copies), status);
    }

    /** Of an instance that makes no copies. */
    InstanceAnswers(LiveShards shards, OwnedSources sources, Supplier<byte[]> status) {
        this(shards, sources, Optional.empty(), status);
    }

    private InstanceAnswers(
            LiveShards shards, OwnedSources sources, Optional<ShardCopies> copies, Supplier<byte[]> status) {
        this.status = status;
        this.copies = copies;
        this.shards = shards;
        this.sources = sources;
    }

    /** The answer; empty where what is asked for is not here. */
    Optional<byte[]> answer(InstanceQuery query) {
        if (query instanceof InstanceQuery.Peek peek) {
            return shards.ask(peek.shard(), scorer -> scorer.peek(peek.request()));
        }
        if (query instanceof InstanceQuery.Count count) {
            return shards.ask(count.shard(), scorer -> scorer.rawCount(count.ngram()))
                    .map(InstanceAnswers::ofCount);
        }
        if (query instanceof InstanceQuery.MakeCopy make) {
            return copy(make.shard());
        }
        if (query instanceof InstanceQuery.ReadCopy read) {
            // Asked of the owner of the shard, who may have become it after the copy was made elsewhere.
            return isOwner(read.shard())
                    ? Optional.of(ShardCopyAnswer.ofPart(
                            copies.flatMap(made -> made.read(read.copy(), read.file(), read.from(), read.bytes()))))
                    : Optional.empty();
        }
        if (query instanceof InstanceQuery.ReleaseCopy release) {
            copies.ifPresent(made -> made.release(release.copy()));
            return isOwner(release.shard()) ? Optional.of(new byte[0]) : Optional.empty();
        }
        if (query instanceof InstanceQuery.Source source) {
            return sources.state(source.name()).map(SourceState::encode);
        }
        return Optional.of(status.get());
    }

    private boolean isOwner(int shard) {
        return shards.numbers().contains(shard);
    }

    private Optional<byte[]> copy(int shard) {
        try {
            return copies.flatMap(made -> made.make(shard)).map(ShardCopyAnswer::encode);
        } catch (IllegalStateException e) {
            throw new ShardUnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The answers to several, in the same order.
     *
     * @param most bytes of all of them
     * @throws MessageTooLargeException if they are more
     */
    public List<Optional<byte[]>> answer(List<InstanceQuery> queries, long most) {
        List<Optional<byte[]>> answers = new ArrayList<>();
        long bytes = 0;
        for (InstanceQuery query : queries) {
            Optional<byte[]> answer = answer(query);
            bytes += answer.map(found -> found.length).orElse(0);
            if (bytes > most) {
                throw new MessageTooLargeException("the answers to " + queries.size() + " queries are more than the "
                        + most + " bytes of http.bodies.max.bytes: ask for less at a time");
            }
            answers.add(answer);
        }
        return answers;
    }

    public static byte[] ofCount(long count) {
        return ByteBuffer.allocate(Long.BYTES).putLong(count).array();
    }

    static long toCount(byte[] answer) {
        return ByteBuffer.wrap(answer).getLong();
    }

    /** The binary form of answers. */
    public static byte[] encode(List<Optional<byte[]>> answers) {
        Varints.Writer out = new Varints.Writer(4096);
        out.writeByte(VERSION);
        out.writeInt(answers.size());
        for (Optional<byte[]> answer : answers) {
            out.writeByte(answer.isPresent() ? 1 : 0);
            answer.ifPresent(out::writeBytes);
        }
        return out.toByteArray();
    }

    /** @throws IllegalArgumentException if they are of another version */
    static List<Optional<byte[]>> decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalArgumentException("answers of version " + version + ", expected " + VERSION);
        }
        int count = in.readCount(1);
        List<Optional<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(in.readByte() == 1 ? Optional.of(in.readBytes()) : Optional.empty());
        }
        return answers;
    }
}
