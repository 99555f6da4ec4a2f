package dev.driftline.config.keys;

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
            "Length of the longest n-gram, in words: each word is predicted from up to order - 1 preceding words. "
                    + "Cannot be changed once the model has learned something.");

    public static final ConfigKey<String> SMOOTHING = GROUP.oneOf(
            "model.smoothing",
            "kneser-ney",
            "How counts become probabilities. All methods use the same counts, so this can be changed while "
                    + "no instance runs. add-delta needs shards=1, because it divides by the size of the whole vocabulary.",
            // Stupid backoff gives scores, and what the service publishes are probabilities.
            Arrays.stream(Smoothing.values())
                    .filter(Smoothing::isDistribution)
                    .map(Smoothing::label)
                    .toList());

    public static final ConfigKey<VocabularyChoice> VOCABULARY = GROUP.key(
            "model.vocabulary",
            "growing",
            "growing, grow-kenlm or fixed:FILE",
            "growing: all words learned so far; a new word also counts once as <unk>. grow-kenlm: the same, but "
                    + "<unk> has no count. fixed:FILE: the words in FILE, one per line; every other word is <unk>.",
            VocabularyChoice::parse);

    private ModelKeys() {}
}
