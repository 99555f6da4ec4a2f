package dev.driftline.mixture;

import dev.driftline.codec.Varints;

/**
 * What the mixtures of all sources together have learned: the weights that a new source begins with, which after each
 * document that a source learns are drawn towards that source's, by as much as the document was long; and the {@link Gate},
 * which is one for all.
 *
 * <p>Otherwise a new source would learn from a guess that the caches are worth this and the network that, and pay for it with
 * some hundred tokens. Not thread-safe.
 */
public final class CommonWeights {

    private static final int VERSION = 1;

    private final MixtureSettings settings;
    final OnlineWeights byBucket;
    final OnlineWeights unigram;
    final OnlineWeights bigram;
    /** Unused, and not stored, without a network. */
    final Gate gate;

    private boolean dirty;

    /** A guess, as long as nothing has been learned. */
    public CommonWeights(MixtureSettings settings) {
        this.settings = settings;
        byBucket = FirstWeights.byBucket(settings);
        unigram = FirstWeights.unigram(settings);
        bigram = FirstWeights.bigram(settings);
        gate = new Gate(new MixtureColumns(settings));
    }

    /** The settings that these weights are learned with. */
    public MixtureSettings settings() {
        return settings;
    }

    void learnFrom(SourceWeights source) {
        source.byBucket.teach(byBucket);
        source.unigram.teach(unigram);
        source.bigram.teach(bigram);
        dirty = true;
    }

    /** True where something was learned since {@link #markStored()}. */
    public boolean isDirty() {
        return dirty;
    }

    /** Says that {@link #encode()} has been written. */
    public void markStored() {
        dirty = false;
    }

    /** The stored form. */
    public byte[] encode() {
        Varints.Writer out = new Varints.Writer(4096);
        out.writeByte(VERSION);
        WeightShape.of(settings).write(out);
        byBucket.write(out);
        unigram.write(out);
        bigram.write(out);
        if (settings.hasNeural()) {
            gate.write(out);
        }
        return out.toByteArray();
    }

    /**
     * Reads what {@link #encode()} wrote. Weights of another {@link WeightShape}, as after the network was switched on or off,
     * are replaced by the first guess: they are learned again within some hundred tokens.
     *
     * @throws IllegalStateException if the version is another
     */
    public static CommonWeights decode(MixtureSettings settings, byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "common weights of version " + version + ", this program reads " + VERSION + ": upgrade Driftline");
        }
        CommonWeights weights = new CommonWeights(settings);
        if (WeightShape.read(in).equals(WeightShape.of(settings))) {
            weights.byBucket.read(in);
            weights.unigram.read(in);
            weights.bigram.read(in);
            if (settings.hasNeural()) {
                weights.gate.read(in);
            }
        }
        return weights;
    }
}
