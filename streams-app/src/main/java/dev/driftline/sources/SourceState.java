package dev.driftline.sources;

import dev.driftline.codec.Varints;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.SourceModel;
import java.util.ArrayList;
import java.util.List;

/**
 * What one partition knows of a source, in its stored form, so that another instance can score with it.
 *
 * @param partition of the documents
 * @param tokens learned from the source there; 0 where it is new there
 * @param header of {@link SourceModel}; empty where the source is new
 * @param segments by slot, empty where there is none
 * @param common of {@link CommonWeights}
 */
public record SourceState(int partition, long tokens, byte[] header, List<byte[]> segments, byte[] common) {

    private static final int FORMAT = 1;

    /** A copy of the source to score with; what it learns stays with the copy. */
    public SourceModel model(MixtureSettings settings) {
        CommonWeights weights = CommonWeights.decode(settings, common);
        return isKnown()
                ? SourceModel.restore(
                        weights, header, slot -> segments.get(slot).length == 0 ? null : segments.get(slot))
                : new SourceModel(weights);
    }

    /** Whether anything was learned of the source in this partition. */
    public boolean isKnown() {
        return header.length > 0;
    }

    /** The better of two to score with: that which has seen more, of those that have seen nothing the first partition. */
    public static SourceState better(SourceState one, SourceState other) {
        if (one.tokens != other.tokens) {
            return one.tokens > other.tokens ? one : other;
        }
        return one.partition <= other.partition ? one : other;
    }

    /** The binary form. */
    public byte[] encode() {
        Varints.Writer out = new Varints.Writer(1024
                + header.length
                + common.length
                + segments.stream().mapToInt(s -> s.length + 5).sum());
        out.writeByte(FORMAT);
        out.writeInt(partition);
        out.writeLong(tokens);
        out.writeBytes(header);
        out.writeInt(segments.size());
        segments.forEach(out::writeBytes);
        out.writeBytes(common);
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
        int partition = in.readInt();
        long tokens = in.readLong();
        byte[] header = in.readBytes();
        int count = in.readInt();
        List<byte[]> segments = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            segments.add(in.readBytes());
        }
        return new SourceState(partition, tokens, header, segments, in.readBytes());
    }
}
