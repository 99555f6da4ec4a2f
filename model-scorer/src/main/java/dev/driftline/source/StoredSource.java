package dev.driftline.source;

import dev.driftline.codec.Varints;
import dev.driftline.mixture.CommonWeights;
import dev.driftline.mixture.MixtureSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of a source, in its stored form, so that another process can score with it.
 *
 * @param tokens learned from the source; 0 where it is new
 * @param header of {@link SourceModel}; empty where the source is new
 * @param segments by slot, empty where there is none
 * @param common of {@link CommonWeights}
 */
public record StoredSource(long tokens, byte[] header, List<byte[]> segments, byte[] common) {

    /** A copy of the source to score with; what it learns stays with the copy. */
    public SourceModel model(MixtureSettings settings) {
        CommonWeights weights = CommonWeights.decode(settings, common);
        return isKnown() ? SourceModel.restore(weights, header, slot -> segments.get(slot)) : new SourceModel(weights);
    }

    /** Whether anything was learned of the source. */
    public boolean isKnown() {
        return header.length > 0;
    }

    /** Appends the binary form. */
    public void write(Varints.Writer out) {
        out.writeLong(tokens);
        out.writeBytes(header);
        out.writeInt(segments.size());
        segments.forEach(out::writeBytes);
        out.writeBytes(common);
    }

    /** Reads what {@link #write} wrote. */
    public static StoredSource read(Varints.Reader in) {
        long tokens = in.readLong();
        byte[] header = in.readBytes();
        int count = in.readInt();
        List<byte[]> segments = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            segments.add(in.readBytes());
        }
        return new StoredSource(tokens, header, segments, in.readBytes());
    }
}
