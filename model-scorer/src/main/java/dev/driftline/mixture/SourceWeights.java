package dev.driftline.mixture;

import dev.driftline.codec.Varints;
import dev.driftline.neural.events.NeuralEvents;

/**
 * What one source has learned of the experts: the weights of (1) and (5), how each expert did lately, and how often an event
 * without a row in the network was a new word. The gate of (3) is one for all sources.
 *
 * <p>Not thread-safe.
 */
public final class SourceWeights {

    private final CommonWeights common;
    final OnlineWeights byBucket;
    final OnlineWeights unigram;
    final OnlineWeights bigram;
    final BayesMixture outermost;
    /** Shared with {@link #common}. Unused without a network. */
    final Gate gate;
    /** Running means that {@link Gate#follow} keeps; empty without a network. */
    final double[] recent;

    private long withoutRow;
    private long newWithoutRow;

    /** The weights of a new source: it begins with what others have learned, and they learn from it. */
    public SourceWeights(CommonWeights common) {
        this.common = common;
        MixtureSettings settings = common.settings();
        MixtureColumns columns = new MixtureColumns(settings);
        byBucket = CommonWeights.firstByBucket(settings);
        byBucket.beginWith(common.byBucket);
        unigram = CommonWeights.firstUnigram(settings);
        unigram.beginWith(common.unigram);
        bigram = CommonWeights.firstBigram(settings);
        bigram.beginWith(common.bigram);
        gate = common.gate;
        recent = new double[columns.hasNetwork ? 2 * columns.experts : 0];
        outermost = new BayesMixture(columns.components);
    }

    private SourceWeights(SourceWeights other) {
        common = other.common;
        byBucket = other.byBucket.copy();
        unigram = other.unigram.copy();
        bigram = other.bigram.copy();
        outermost = other.outermost.copy();
        gate = other.gate.copy();
        recent = other.recent.clone();
        withoutRow = other.withoutRow;
        newWithoutRow = other.newWithoutRow;
    }

    /** A copy, the gate included. */
    public SourceWeights copy() {
        return new SourceWeights(this);
    }

    /** Goes back to what was learned when {@code copy} was made; sets the gate of all sources back, too. */
    public void restore(SourceWeights copy) {
        byBucket.set(copy.byBucket);
        unigram.set(copy.unigram);
        bigram.set(copy.bigram);
        outermost.set(copy.outermost);
        gate.set(copy.gate);
        System.arraycopy(copy.recent, 0, recent, 0, recent.length);
        withoutRow = copy.withoutRow;
        newWithoutRow = copy.newWithoutRow;
    }

    /** Passes on to the other sources what was learned since the last time. */
    public void teachOthers() {
        common.learnFrom(this);
    }

    /** ρ of {@link NeuralEvents}: how often an event without a row in the network was a new word. */
    double newWordShare() {
        return (newWithoutRow + 0.5) / (withoutRow + 1); // (6)
    }

    /** Counts an event without a row in the network. */
    void countWithoutRow(boolean isNew) {
        withoutRow++;
        newWithoutRow += isNew ? 1 : 0;
    }

    /** Appends the two counts behind {@link #newWordShare()}. */
    public void writeCounts(Varints.Writer out) {
        out.writeLong(withoutRow);
        out.writeLong(newWithoutRow);
    }

    /** Reads what {@link #writeCounts} wrote. */
    public void readCounts(Varints.Reader in) {
        withoutRow = Math.max(0, in.readLong());
        newWithoutRow = Math.max(0, Math.min(withoutRow, in.readLong()));
    }

    /** Appends the weights. */
    public void write(Varints.Writer out) {
        outermost.write(out);
        byBucket.write(out);
        unigram.write(out);
        bigram.write(out);
        for (double gain : recent) {
            out.writeDouble(gain);
        }
    }

    /** Reads what {@link #write} wrote, for weights of the same {@link WeightShape}. */
    public void read(Varints.Reader in) {
        outermost.read(in);
        byBucket.read(in);
        unigram.read(in);
        bigram.read(in);
        for (int i = 0; i < recent.length; i++) {
            recent[i] = Gate.readRecent(in);
        }
    }
}
