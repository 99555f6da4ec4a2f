package dev.driftline.sources;

import dev.driftline.codec.Varints;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.source.SourceModel;
import dev.driftline.source.StoredSource;

/**
 * What one partition knows of a source, so that another instance can score with it.
 *
 * @param partition of the documents
 * @param source what it knows
 */
public record SourceState(int partition, StoredSource source) {

    private static final int FORMAT = 1;

    /** A copy of the source to score with; what it learns stays with the copy. */
    public SourceModel model(MixtureSettings settings) {
        return source.model(settings);
    }

    /** Whether anything was learned of the source in this partition. */
    public boolean isKnown() {
        return source.isKnown();
    }

    /**
     * The better of two to score with: that which has seen more of the source; of those that have seen nothing, the one whose
     * it has learned from other sources the weights of more circumstances, and then the first partition.
     */
    public static SourceState better(SourceState one, SourceState other) {
        if (one.source.tokens() != other.source.tokens()) {
            return one.source.tokens() > other.source.tokens() ? one : other;
        }
        // Weights that nothing has been learned of are not written.
        int more = Integer.compare(one.source.common().length, other.source.common().length);
        if (more != 0) {
            return more > 0 ? one : other;
        }
        return one.partition <= other.partition ? one : other;
    }

    /** The binary form. */
    public byte[] encode() {
        Varints.Writer out = new Varints.Writer(4096);
        out.writeByte(FORMAT);
        out.writeInt(partition);
        source.write(out);
        return out.toByteArray();
    }

    /** @throws IllegalArgumentException if it is of another version */
    public static SourceState decode(byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalArgumentException(
                    "a source's state of format " + format + ", expected " + FORMAT + ": run one version everywhere");
        }
        return new SourceState(in.readInt(), StoredSource.read(in));
    }
}
