package dev.driftline.mixture;

import dev.driftline.codec.Varints;

/**
 * What the mixtures of all sources together have learned: the weights that a new source begins with, which after each
 * document that a source learns are drawn towards that source's, by as much as the document was long; and the weights of the
 * {@link Gate}, which are one for all.
 *
 * <p>A source that is new would else learn from a guess that the caches are worth this and the network that, and pay for it
 * with some hundred tokens. Not thread-safe.
 */
public final class CommonWeights {

    private static final int VERSION = 1;

    private final MixtureSettings settings;
    final OnlineWeights mixture;
    final OnlineWeights unigram;
    final OnlineWeights bigram;
    /** Null without a network. */
    final Gate gate;

    private boolean dirty;

    /** A guess, as long as nothing has been learned. */
    public CommonWeights(MixtureSettings settings) {
        this.settings = settings;
        mixture = SourceModel.firstMixture(settings);
        unigram = SourceModel.firstUnigram(settings);
        bigram = SourceModel.firstBigram(settings);
        gate = settings.hasNeural()
                ? new Gate(settings.order(), settings.experts().size())
                : null;
    }

    MixtureSettings settings() {
        return settings;
    }

    void learnFrom(SourceModel source) {
        source.mixtureWeights.teach(mixture);
        source.unigramWeights.teach(unigram);
        source.bigramWeights.teach(bigram);
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
        SourceModel.writeShape(settings, out);
        mixture.write(out);
        unigram.write(out);
        bigram.write(out);
        if (gate != null) {
            gate.write(out);
        }
        return out.toByteArray();
    }

    /**
     * What {@link #encode()} gave. Weights of other experts, as after the network was switched on or off, are given up for
     * a guess: they are learned again in no time.
     *
     * @throws IllegalStateException where the version is another
     */
    public static CommonWeights decode(MixtureSettings settings, byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.readByte();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "common weights of version " + version + ", this program reads " + VERSION + ": upgrade Driftline");
        }
        CommonWeights weights = new CommonWeights(settings);
        if (SourceModel.readShape(settings, in)) {
            weights.mixture.read(in);
            weights.unigram.read(in);
            weights.bigram.read(in);
            if (weights.gate != null) {
                weights.gate.read(in);
            }
        }
        return weights;
    }
}
