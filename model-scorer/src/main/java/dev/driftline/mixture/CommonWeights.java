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
    /** With a background. */
    private static final int VERSION_WITH_BACKGROUND = 2;

    /** Where the counts know nothing of the context, or little, a background is worth that much more. */
    private static final double[] BACKGROUND_WEIGHT = {3, 1, 0.5};

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
        byBucket = firstByBucket(settings);
        unigram = firstUnigram(settings);
        bigram = firstBigram(settings);
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
        out.writeByte(settings.background() ? VERSION_WITH_BACKGROUND : VERSION);
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
     * Reads what {@link #encode()} wrote. Where the background was switched on or off, what was learned of the other experts
     * stays. Weights of another {@link WeightShape}, as after the network was switched on or off,
     * are replaced by the first guess: they are learned again within some hundred tokens.
     *
     * @throws IllegalStateException if the version is another
     */
    public static CommonWeights decode(MixtureSettings settings, byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.readByte();
        if (version != VERSION && version != VERSION_WITH_BACKGROUND) {
            throw new IllegalStateException("common weights of version " + version + ", this program reads " + VERSION
                    + " and " + VERSION_WITH_BACKGROUND + ": upgrade Driftline");
        }
        CommonWeights weights = new CommonWeights(settings);
        WeightShape shape = WeightShape.read(in, version == VERSION_WITH_BACKGROUND);
        WeightShape expected = WeightShape.of(settings);
        if (shape.equals(expected)) {
            weights.read(in);
        } else if (shape.differsInBackground(expected)) {
            weights.carry(in, shape);
        }
        return weights;
    }

    /**
     * As {@link #decode}, for a mixture that only reads: of a network, too, may there have been one and be none, or the other way
     * round. What was learned of the experts that both have stays, in the proportions that it had.
     *
     * @throws IllegalStateException if the version is another
     */
    public static CommonWeights decodeForReading(MixtureSettings settings, byte[] bytes) {
        Varints.Reader in = new Varints.Reader(bytes);
        int version = in.readByte();
        WeightShape shape = WeightShape.read(in, version == VERSION_WITH_BACKGROUND);
        CommonWeights weights = decode(settings, bytes);
        WeightShape expected = WeightShape.of(settings);
        if (!shape.network().equals(expected.network()) && shape.fitsCachesOf(expected)) {
            weights.carry(in, shape);
        }
        return weights;
    }

    /** How much they have learned, to tell those of one partition from another's: steps of all buckets, each at most so many. */
    public long steps() {
        return byBucket.stepsOfAll();
    }

    private void read(Varints.Reader in) {
        byBucket.read(in);
        unigram.read(in);
        bigram.read(in);
        if (settings.hasNeural()) {
            gate.read(in);
        }
    }

    private void carry(Varints.Reader in, WeightShape shape) {
        MixtureSettings learned = settings.withBackground(shape.background());
        CommonWeights then = new CommonWeights(
                shape.network().isEmpty() ? learned.withoutNeural() : learned.withNeural(shape.network()));
        then.read(in);
        MixtureColumns here = new MixtureColumns(settings);
        MixtureColumns there = new MixtureColumns(then.settings);
        byBucket.carry(then.byBucket, expert -> here.expertOf(expert, there));
        unigram.set(then.unigram);
        bigram.set(then.bigram);
        if (settings.hasNeural() == then.settings.hasNeural()) {
            gate.carry(then.gate);
        }
    }

    /**
     * The weights that the very first source begins with, which suit most: the top order first, then the network, the bigram
     * cache, and the order whose context matched; the background before all where little of the context did.
     */
    static OnlineWeights firstByBucket(MixtureSettings settings) {
        MixtureColumns columns = new MixtureColumns(settings);
        double[] weights = new double[WeightBuckets.count(columns.orders) * columns.experts];
        for (int bucket = 0; bucket < WeightBuckets.count(columns.orders); bucket++) {
            int matched = bucket / WeightBuckets.CACHE_CLASSES;
            int at = bucket * columns.experts;
            double sum = 0;
            for (int expert = 0; expert < columns.experts; expert++) {
                double weight = 0.01;
                weight += expert == columns.topOrder ? 0.5 : 0;
                weight += expert == columns.bigramCache ? 0.2 : 0;
                weight += expert == matched ? 0.1 : 0;
                if (columns.hasBackground && expert == columns.background) {
                    weight += BACKGROUND_WEIGHT[Math.min(matched, BACKGROUND_WEIGHT.length - 1)];
                }
                weight += columns.hasNetwork && expert == columns.network ? 0.3 : 0;
                weights[at + expert] = weight;
                sum += weight;
            }
            for (int expert = 0; expert < columns.experts; expert++) {
                weights[at + expert] /= sum;
            }
        }
        return new OnlineWeights(columns.experts, weights, settings.learningRate(), settings.firstSteps());
    }

    /** Of the top order and the unigram cache, by matched context. */
    static OnlineWeights firstUnigram(MixtureSettings settings) {
        return pair(settings, settings.order(), 0.88, 0.12);
    }

    /** Of the top order and the bigram cache, by bucket. */
    static OnlineWeights firstBigram(MixtureSettings settings) {
        return pair(settings, WeightBuckets.count(settings.order()), 0.8, 0.2);
    }

    private static OnlineWeights pair(MixtureSettings settings, int buckets, double top, double cache) {
        double[] weights = new double[2 * buckets];
        for (int i = 0; i < weights.length; i += 2) {
            weights[i] = top;
            weights[i + 1] = cache;
        }
        return new OnlineWeights(2, weights, settings.learningRate(), settings.firstSteps());
    }
}
