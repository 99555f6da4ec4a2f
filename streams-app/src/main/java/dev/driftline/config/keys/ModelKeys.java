package dev.driftline.config.keys;

import dev.driftline.smoothing.Smoothing;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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

    public static final ConfigKey<Optional<Path>> BACKGROUND = GROUP.key(
            "model.background",
            "none",
            "none or a file",
            "A frozen n-gram model that is mixed in beside the counts: an ARPA file of KenLM, SRILM or IRSTLM (gzip, too), "
                    + "or what `driftline import arpa` has made of one, which is read faster. Its words are known from the "
                    + "first document on. It must be the same on every instance. Can be changed, turned on and off while no "
                    + "instance runs: the counts do not depend on it.",
            value -> value.equals("none") ? Optional.empty() : Optional.of(ValueReaders.path(value)));

    /** Less than this is spent on the few words and pages that any text has. */
    private static final long LEAST_BYTES = KeyGroup.MIB;

    private static final long LEAST_NGRAMS = 10_000;
    private static final long LEAST_HALF_LIFE = 10_000;

    public static final ConfigKey<Long> STATE_MAX_BYTES = GROUP.key(
            "model.state.max.bytes",
            "0",
            "0 (no bound), or bytes from " + LEAST_BYTES + ", or with a unit such as 64MiB, 1GiB",
            "Bound of the state of each shard: the bytes of its n-grams as they are stored; its words come on top, and most "
                    + "often take a small part of that. At the bound, what is "
                    + "old and rare is forgotten first, the longest n-grams before shorter ones. With 0, nothing is "
                    + "forgotten. Can be changed at a restart; a state above a new bound shrinks as documents come.",
            value -> offOr(ValueReaders.bytes(value), LEAST_BYTES));

    public static final ConfigKey<Long> STATE_MAX_NGRAMS = GROUP.key(
            "model.state.max.ngrams",
            "0",
            "0 (no bound), or a whole number from " + LEAST_NGRAMS,
            "Bound of the number of n-grams that each shard holds, of the longest kind: one for each word in its "
                    + "context. As model.state.max.bytes; with both, the one that is reached first counts. Can be "
                    + "changed at a restart.",
            value -> offOr(Long.parseLong(value), LEAST_NGRAMS));

    public static final ConfigKey<Long> HALF_LIFE_TOKENS = GROUP.key(
            "model.half.life.tokens",
            "0",
            "0 (no decay), or a whole number from " + LEAST_HALF_LIFE,
            "Tokens after which a count is half of what it was, so that the model follows a language that changes. "
                    + "Words and n-grams whose counts have come down to 0 are forgotten. With 0, counts keep their weight. "
                    + "Can be changed at a restart: counts decay at the new rate from then on.",
            value -> offOr(Long.parseLong(value), LEAST_HALF_LIFE));

    /** The settings that make a shard forget. */
    public static final List<ConfigKey<Long>> FORGETTING = List.of(STATE_MAX_BYTES, STATE_MAX_NGRAMS, HALF_LIFE_TOKENS);

    private static long offOr(long value, long least) {
        return value == 0 ? 0 : ValueReaders.between(value, least, Long.MAX_VALUE);
    }

    private ModelKeys() {}
}
