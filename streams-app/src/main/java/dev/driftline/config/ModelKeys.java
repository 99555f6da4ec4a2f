package dev.driftline.config;

import dev.driftline.ngram.Smoothing;
import java.util.Arrays;

/** The n-gram model. */
public final class ModelKeys {

    static final KeyGroup GROUP = new KeyGroup("Language model");

    public static final ConfigKey<Integer> ORDER = GROUP.whole(
            "model.order",
            "5",
            1,
            7,
            "Words in the longest n-gram: each word is predicted from up to order - 1 words before it. Fixed once the "
                    + "model has learned something.");

    public static final ConfigKey<String> SMOOTHING = GROUP.oneOf(
            "model.smoothing",
            "kneser-ney",
            "How probabilities are made of counts. All work on the same counts, so it can be changed at a restart. "
                    + "add-delta needs shards=1: it divides by the size of the whole vocabulary.",
            // Stupid backoff gives scores, and what the service publishes are probabilities.
            Arrays.stream(Smoothing.values())
                    .filter(Smoothing::isDistribution)
                    .map(Smoothing::label)
                    .toList());

    public static final ConfigKey<VocabularyChoice> VOCABULARY = GROUP.key(
            "model.vocabulary",
            "growing",
            "growing, grow-kenlm or fixed:FILE",
            "growing: every word learned so far, a new word also counts once as <unk>. grow-kenlm: the same, but <unk> has "
                    + "no count. fixed:FILE: the words of FILE, one a line; all others are <unk>.",
            VocabularyChoice::parse);

    private ModelKeys() {}
}
