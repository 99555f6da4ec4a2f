package dev.driftline.mixture;

import dev.driftline.background.BackgroundRows;
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

    /** Tokens that the counts did not know, that the background did not, and that neither did. */
    private long notInCounts;

    private long notInBackground;
    private long inNeither;

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
        notInCounts = other.notInCounts;
        notInBackground = other.notInBackground;
        inNeither = other.inNeither;
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
        notInCounts = copy.notInCounts;
        notInBackground = copy.notInBackground;
        inNeither = copy.inNeither;
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

    /** ρ of {@link BackgroundRows}: how often a word that the counts do not know is new to the background, too. */
    double newToCounts() {
        return (inNeither + 0.5) / (notInCounts + 1); // (8)
    }

    /** σ of {@link BackgroundRows}: the same of a word that the background does not have. */
    double newToBackground() {
        return (inNeither + 0.5) / (notInBackground + 1); // (8)
    }

    /** Counts an event by who knows it, as {@link BackgroundRows#kind} says. */
    void countKind(byte kind) {
        notInCounts += kind == BackgroundRows.BACKGROUND_ONLY || kind == BackgroundRows.NEITHER ? 1 : 0;
        notInBackground += kind == BackgroundRows.COUNTS_ONLY || kind == BackgroundRows.NEITHER ? 1 : 0;
        inNeither += kind == BackgroundRows.NEITHER ? 1 : 0;
    }

    /** Appends the counts behind {@link #newToCounts()} and {@link #newToBackground()}. */
    public void writeKinds(Varints.Writer out) {
        out.writeLong(notInCounts);
        out.writeLong(notInBackground);
        out.writeLong(inNeither);
    }

    /** Reads what {@link #writeKinds} wrote. */
    public void readKinds(Varints.Reader in) {
        notInCounts = Math.max(0, in.readLong());
        notInBackground = Math.max(0, in.readLong());
        inNeither = Math.max(0, Math.min(Math.min(notInCounts, notInBackground), in.readLong()));
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

    /**
     * Reads what {@link #write} wrote for a mixture with a background where this one has none, or the other way round: what all
     * other experts have learned of each other stays.
     */
    public void carry(Varints.Reader in) {
        MixtureSettings settings = common.settings();
        MixtureSettings then = settings.withBackground(!settings.background());
        SourceWeights old = new SourceWeights(new CommonWeights(then));
        old.read(in);
        MixtureColumns here = new MixtureColumns(settings);
        MixtureColumns there = new MixtureColumns(then);
        outermost.carry(old.outermost, component -> here.componentOf(component, there));
        byBucket.carry(old.byBucket, expert -> here.expertOf(expert, there));
        unigram.set(old.unigram);
        bigram.set(old.bigram);
        for (int i = 0; i < recent.length; i++) {
            int from = here.expertOf(i / 2, there);
            recent[i] = from < 0 ? 0 : old.recent[2 * from + i % 2];
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
