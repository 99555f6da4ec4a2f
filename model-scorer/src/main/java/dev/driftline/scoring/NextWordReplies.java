package dev.driftline.scoring;

import dev.driftline.background.BackgroundReader;
import dev.driftline.background.BackgroundRows;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.messages.ShardReply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the shards say of the next word, put together: p(w) = α(w) + γ · b(w), α and γ from the shard of the context, the
 * counts behind b(w) from the shard of w.
 *
 * <p>Where no proof was asked for, a word whose unigram is not at hand is a candidate with an estimate of b, its share of the
 * bigrams on the context's shard. Where one was, it is bounded instead, as are all words that no shard has listed: with the
 * highest α that the context's shard says is left, and the b of the highest counts that the other shards say are left. Not
 * thread-safe.
 */
final class NextWordReplies {

    /** What is known of a word. */
    private static final class Word {
        boolean hasUnigram;
        long raw;
        long continuation;
        double share;
        boolean hasPosition;
        double[] pairs = {};
    }

    /** Words of a background outside a fixed vocabulary that a proof looks at, at least. */
    private static final int OUTSIDE = 1_000;

    private final ModelSettings settings;
    private final WordPrefix prefix;
    private final int order;
    private final Map<String, Word> words = new LinkedHashMap<>();
    private double[] open = {};
    private double[] highestAlpha = {};
    private byte matched;
    private boolean isProof;
    private long highestRaw;
    private long highestContinuation;
    private boolean lacksUnigrams;
    private Optional<BackgroundReader> background = Optional.empty();
    private Optional<BackgroundRows> before = Optional.empty();

    /** @param prefix what the words begin with that are wanted */
    NextWordReplies(ModelSettings settings, WordPrefix prefix) {
        this.settings = settings;
        this.prefix = prefix;
        order = settings.order();
    }

    /** Reads the rest of a reply, from its next words on. */
    void read(ShardReply in) {
        isProof |= in.isProof();
        if (in.hasContext()) {
            open = position(in);
            matched = (byte) in.matched();
            highestAlpha = new double[order];
            for (int pair = 1; pair < order; pair++) {
                highestAlpha[pair] = in.number();
            }
        }
        highestRaw = Math.max(highestRaw, in.count());
        highestContinuation = Math.max(highestContinuation, in.count());
        for (int left = in.nextWords(); left > 0; left--) {
            Word word = words.computeIfAbsent(in.word(), first -> new Word());
            if (in.has(ShardReply.UNIGRAM)) {
                word.raw = in.count();
                word.continuation = in.count();
                word.hasUnigram = true;
            }
            if (in.has(ShardReply.SHARE)) {
                word.share = in.number();
                lacksUnigrams = true;
            }
            if (in.has(ShardReply.POSITION)) {
                word.pairs = position(in);
                word.hasPosition = true;
            }
        }
    }

    /** α and γ of the models of top order 2 … N, from index 2. */
    private double[] position(ShardReply in) {
        in.position();
        double[] pairs = new double[2 * order];
        for (int pair = 1; pair < order; pair++) {
            boolean isLast = pair > in.pairs();
            pairs[2 * pair] = isLast ? pairs[2 * pair - 2] : in.number();
            pairs[2 * pair + 1] = isLast ? pairs[2 * pair - 1] : in.number();
        }
        return pairs;
    }

    /** Whether there can be words whose unigram is in no reply's list. */
    boolean lacksUnigrams() {
        return lacksUnigrams;
    }

    /** Takes in the unigram of a word that a reply has for another reason. */
    void learn(String spelling, long raw, long continuation) {
        Word word = words.get(spelling);
        if (word != null) {
            word.raw = raw;
            word.continuation = continuation;
            word.hasUnigram = true;
        }
    }

    /**
     * The candidates; none where none were asked for, or nothing has been learned and there is no background.
     *
     * @param reader reads with the background; empty without one
     * @param document the rows of the document that they follow
     */
    Candidates candidates(BaseDistribution base, Optional<BackgroundReader> reader, NgramProbabilities document) {
        background = reader;
        before = document.background();
        List<String> listed = new ArrayList<>();
        List<String> unresolved = new ArrayList<>();
        if (!base.isEmpty() || background.isPresent()) {
            words.forEach((spelling, word) -> {
                if (isWanted(spelling)) {
                    (isRow(word) ? listed : unresolved).add(spelling);
                }
            });
            if (!isProof && Arrays.stream(highestAlpha).noneMatch(alpha -> alpha > 0)) {
                placeFrequent(base, listed, unresolved);
            }
        }
        addOutside(listed);
        if (listed.isEmpty() && (prefix.isEmpty() || base.isEmpty() && background.isEmpty())) {
            return new Candidates(listed, rows(base, listed, new boolean[0]));
        }
        if (base.growing()) {
            listed.remove(DocumentTokens.UNKNOWN_WORD);
            listed.add(DocumentTokens.UNKNOWN_WORD);
        }
        boolean[] exact = new boolean[listed.size()];
        NgramProbabilities rows = rows(base, listed, exact);
        return new Candidates(prefix, listed, rows, exact, ceilings(base, listed, unresolved), unresolved);
    }

    /** No shard is asked about a word outside a fixed vocabulary: the background's have the row of {@code <unk>}. */
    private void addOutside(List<String> listed) {
        Word unknown = words.get(DocumentTokens.UNKNOWN_WORD);
        if (before.isEmpty()
                || !(settings.vocabulary() instanceof Vocabulary.Fixed fixed)
                || unknown == null
                || !isRow(unknown)) {
            return;
        }
        int most = isProof ? Math.max(OUTSIDE, 2 * listed.size()) : listed.size();
        for (String word : before.get().best(prefix, most).words()) {
            if (!word.equals(DocumentTokens.EOS_WORD) && !fixed.words().contains(word)) {
                words.put(word, unknown);
                listed.add(word);
            }
        }
    }

    /** Whether a word can be a candidate: {@code <unk>} is asked about whatever the prefix. */
    private boolean isWanted(String spelling) {
        return switch (spelling) {
            case DocumentTokens.BOS_WORD -> false;
            case DocumentTokens.UNKNOWN_WORD -> true;
            case DocumentTokens.EOS_WORD -> prefix.isEmpty();
            default -> prefix.matches(spelling);
        };
    }

    private boolean isRow(Word word) {
        return word.hasPosition && (word.hasUnigram || !isProof) || order == 1 && word.hasUnigram;
    }

    /**
     * Has the most frequent words that never followed the context, as its shard has listed all that did, be candidates. No more
     * than that shard has listed, since each has to be mixed.
     */
    private void placeFrequent(BaseDistribution base, List<String> listed, List<String> unresolved) {
        unresolved.sort(Comparator.comparingDouble((String spelling) -> {
                    Word word = word(spelling);
                    return -base.below(word.raw, word.continuation);
                })
                .thenComparing(Comparator.naturalOrder()));
        for (String spelling : List.copyOf(unresolved.subList(0, Math.min(unresolved.size(), listed.size())))) {
            Word word = word(spelling);
            word.pairs = open;
            word.hasPosition = true;
            listed.add(spelling);
            unresolved.remove(spelling);
        }
    }

    private Word word(String spelling) {
        return Objects.requireNonNull(words.get(spelling), "a word that was read");
    }

    private NgramProbabilities rows(BaseDistribution base, List<String> listed, boolean[] exact) {
        int count = listed.size();
        double[] probability = new double[count * order];
        byte[] matches = new byte[count];
        boolean[] unknown = new boolean[count];
        for (int row = 0; row < count; row++) {
            String spelling = listed.get(row);
            Word word = words.get(spelling);
            unknown[row] = isUnknown(settings.vocabulary(), base, spelling, word);
            matches[row] = matched;
            exact[row] = word == null || word.hasUnigram;
            if (word == null || unknown[row] && base.growing()) {
                fill(probability, row, base.unknownTop(), base.unknownBelow(), open, false);
            } else if (word.hasUnigram) {
                fill(probability, row, base.top(word.raw), base.below(word.raw, word.continuation), word.pairs, true);
            } else {
                double below = Math.min(base.estimated(word.share), highest(base, false));
                fill(probability, row, below, below, word.pairs, true);
            }
        }
        if (background.isEmpty() || before.isEmpty()) {
            return new NgramProbabilities(order, probability, matches, unknown, new float[count], base.types());
        }
        BackgroundRows frozen = background.get().read(before.get(), listed, Gather.known(unknown));
        for (int row = 0; row < count; row++) {
            unknown[row] = frozen.kind(row) == BackgroundRows.NEITHER;
        }
        return new NgramProbabilities(
                order,
                probability,
                matches,
                unknown,
                new float[count],
                new double[0],
                base.types() + background.get().unseen(),
                Optional.of(frozen));
    }

    private static boolean isUnknown(
            Vocabulary vocabulary, BaseDistribution base, String spelling, @Nullable Word word) {
        return spelling.equals(DocumentTokens.UNKNOWN_WORD)
                || vocabulary instanceof Vocabulary.Fixed fixed
                        && !fixed.words().contains(spelling)
                        && !spelling.equals(DocumentTokens.EOS_WORD)
                || base.growing()
                        && word != null
                        && word.hasUnigram
                        && word.raw == 0
                        && !spelling.equals(DocumentTokens.EOS_WORD);
    }

    private void fill(double[] probability, int row, double top, double below, double[] pairs, boolean withAlpha) {
        probability[row * order] = top;
        for (int pair = 1; pair < order; pair++) {
            probability[row * order + pair] = (withAlpha ? pairs[2 * pair] : 0) + pairs[2 * pair + 1] * below;
        }
    }

    /** A bound for every word that is not listed, by top order. */
    private double[] ceilings(BaseDistribution base, List<String> listed, List<String> unresolved) {
        double[] ceilings = new double[order];
        if (!isProof) {
            Arrays.fill(ceilings, 1);
            return ceilings;
        }
        double top = highest(base, true);
        double below = highest(base, false);
        if (!hasAll(listed)) {
            raise(ceilings, top, below, highestAlpha(), open);
        }
        for (String spelling : unresolved) {
            Word word = word(spelling);
            if (word.hasPosition) {
                raise(ceilings, top, below, word.pairs, word.pairs);
            } else {
                raise(ceilings, base.top(word.raw), base.below(word.raw, word.continuation), highestAlpha(), open);
            }
        }
        return ceilings;
    }

    private double[] highestAlpha() {
        double[] pairs = new double[2 * order];
        for (int pair = 1; pair < order; pair++) {
            pairs[2 * pair] = highestAlpha[pair];
        }
        return pairs;
    }

    private void raise(double[] ceilings, double top, double below, double[] alphas, double[] gammas) {
        ceilings[0] = Math.max(ceilings[0], top);
        for (int pair = 1; pair < order; pair++) {
            ceilings[pair] = Math.max(ceilings[pair], alphas[2 * pair] + gammas[2 * pair + 1] * below);
        }
    }

    /** Whether no event of the vocabulary is left. */
    private boolean hasAll(List<String> listed) {
        if (highestRaw > 0) {
            return false;
        }
        if (!(settings.vocabulary() instanceof Vocabulary.Fixed fixed)) {
            return true;
        }
        Set<String> there = new HashSet<>(listed);
        return fixed.words().stream().allMatch(word -> there.contains(word) || !prefix.matches(word));
    }

    /**
     * The highest b of a word with counts up to those that are left. Once discounted a count of 1 to 3 may be worth more than
     * the next, so all of those are looked at.
     */
    private double highest(BaseDistribution base, boolean isTop) {
        double highest = 0;
        for (long less = 0; less <= 4; less++) {
            long raw = less == 4 ? highestRaw : Math.min(less, highestRaw);
            long continuation = less == 4 ? highestContinuation : Math.min(less, highestContinuation);
            highest = Math.max(highest, isTop ? base.top(raw) : base.below(raw, continuation));
        }
        return highest;
    }
}
