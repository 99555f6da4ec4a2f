package dev.driftline.scoring;

import dev.driftline.background.Background;
import dev.driftline.codec.SplitMix64;
import dev.driftline.ngram.Forgetting;
import dev.driftline.scoring.messages.ModelFingerprint;
import dev.driftline.smoothing.Smoothing;
import java.util.Optional;

/**
 * What makes one n-gram model: the same on every instance.
 *
 * @param order N, 1 to 7
 * @param smoothing how probabilities are made from counts
 * @param vocabulary which words have events
 * @param delta δ of add-δ smoothing, above 0; of no effect with the others
 * @param owner whose model it is, in a service: its application and its tokenizer; empty where there is only one. Messages
 *     between shards of another owner are refused
 * @param forgetting how a shard stays within bounds: each shard applies its own, so that messages do not depend on it
 * @param background a frozen model beside the counts, whose words have events, too; empty for none
 */
public record ModelSettings(
        int order,
        Smoothing smoothing,
        Vocabulary vocabulary,
        double delta,
        String owner,
        Forgetting forgetting,
        Optional<Background> background) {

    /** The highest order that counts are kept for. */
    public static final int MAX_ORDER = 7;

    /** The δ of add-δ smoothing where none is given. */
    public static final double DEFAULT_DELTA = 0.1;

    /** @throws IllegalArgumentException if a value is out of its range */
    public ModelSettings {
        if (order < 1 || order > MAX_ORDER) {
            throw new IllegalArgumentException("order " + order + " is not between 1 and " + MAX_ORDER);
        }
        if (!(delta > 0)) {
            throw new IllegalArgumentException("delta " + delta + " is not above 0");
        }
    }

    /** A model of nobody in particular. */
    public ModelSettings(int order, Smoothing smoothing, Vocabulary vocabulary, double delta) {
        this(order, smoothing, vocabulary, delta, "");
    }

    /** A model that forgets nothing. */
    public ModelSettings(int order, Smoothing smoothing, Vocabulary vocabulary, double delta, String owner) {
        this(order, smoothing, vocabulary, delta, owner, Forgetting.NOTHING);
    }

    /** A model without a background. */
    public ModelSettings(
            int order, Smoothing smoothing, Vocabulary vocabulary, double delta, String owner, Forgetting forgetting) {
        this(order, smoothing, vocabulary, delta, owner, forgetting, Optional.empty());
    }

    /** The same model, beside {@code frozen}. */
    public ModelSettings beside(Optional<Background> frozen) {
        return new ModelSettings(order, smoothing, vocabulary, delta, owner, forgetting, frozen);
    }

    /** The same model, which forgets so. */
    public ModelSettings forgetting(Forgetting how) {
        return new ModelSettings(order, smoothing, vocabulary, delta, owner, how, background);
    }

    /** The same model of {@code owner}. */
    public ModelSettings ownedBy(String owner) {
        return new ModelSettings(order, smoothing, vocabulary, delta, owner, forgetting, background);
    }

    /**
     * What every message between its shards has.
     *
     * @throws IllegalArgumentException if {@code shards} is not between 1 and 65,535
     */
    public ModelFingerprint fingerprint(int shards) {
        long hash = smoothing == Smoothing.ADD_DELTA ? SplitMix64.mix(Double.doubleToLongBits(delta)) : 0;
        int code;
        if (vocabulary instanceof Vocabulary.Growing growing) {
            code = growing.countUnknown() ? 1 : 0;
        } else {
            code = 2;
            hash = SplitMix64.mix(hash ^ ((Vocabulary.Fixed) vocabulary).hash());
        }
        if (background.isPresent()) {
            code |= ModelFingerprint.BACKGROUND;
            hash = SplitMix64.mix(hash ^ background.get().fingerprint());
        }
        return ModelFingerprint.of(order, smoothing, code, hash, owner, shards);
    }

    /** Interpolated modified Kneser–Ney of that order over a growing vocabulary. */
    public static ModelSettings ofOrder(int order) {
        return new ModelSettings(order, Smoothing.KNESER_NEY, Vocabulary.growing(), DEFAULT_DELTA);
    }
}
