package dev.driftline.mixture;

import dev.driftline.background.Background;
import dev.driftline.background.BackgroundRows;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Predicts the word after a document's last sentence, taken as still open, under the top n-gram order, the network and the
 * mixture. It learns nothing. Not thread-safe.
 */
public final class NextWordPredictor {

    private static final Comparator<PredictedWord> BEST_FIRST =
            Comparator.comparingDouble(PredictedWord::probability).reversed().thenComparing(PredictedWord::word);

    private final String topOrder;
    private final int orders;
    private final TokenEvidence evidence;
    private final TokenMixer mixer;

    NextWordPredictor(MixtureSettings settings) {
        MixtureColumns columns = new MixtureColumns(settings);
        topOrder = settings.models().get(columns.topOrder);
        orders = columns.orders;
        evidence = new TokenEvidence(columns);
        mixer = new TokenMixer(columns);
    }

    /**
     * Words worth asking the n-gram model for, beside its own candidates: what lately followed the last word of
     * {@code document}, in the document itself and in the source's bigram cache, and the newest words.
     *
     * @param prefix what they begin with
     * @param limit the most words to list
     */
    public static List<String> candidates(DocumentTokens document, SourceMemory source, WordPrefix prefix, int limit) {
        int[] tokens = document.tokens();
        String[] words = document.words();
        int end = tokens.length - 1;
        int lastWord = end <= 0 || tokens[end - 1] == DocumentTokens.EOS ? DocumentTokens.BOS : tokens[end - 1];
        Set<String> listed = new LinkedHashSet<>();
        int share = Math.max(1, limit / 2);
        int from = Math.max(1, end - source.settings().caches().bigramWindow());
        for (int i = end - 1; i >= from && listed.size() < share; i--) {
            int before = tokens[i - 1] == DocumentTokens.EOS ? DocumentTokens.BOS : tokens[i - 1];
            if (before == lastWord && prefix.matches(words[tokens[i]])) {
                listed.add(words[tokens[i]]);
            }
        }
        addUpTo(limit, listed, source.followersOf(words[lastWord], prefix, share));
        int newest = Math.max(0, end - source.settings().caches().recentWindow());
        for (int i = end - 1; i >= newest && listed.size() < limit; i--) {
            if (prefix.matches(words[tokens[i]])) {
                listed.add(words[tokens[i]]);
            }
        }
        addUpTo(limit, listed, source.newestWords(prefix, limit));
        return new ArrayList<>(listed);
    }

    /** The same, whatever they begin with. */
    public static List<String> candidates(DocumentTokens document, SourceMemory source, int limit) {
        return candidates(document, source, WordPrefix.NONE, limit);
    }

    private static void addUpTo(int limit, Set<String> listed, List<String> words) {
        for (String word : words) {
            if (listed.size() < limit) {
                listed.add(word);
            }
        }
    }

    /**
     * The best words under each model.
     *
     * @param source after all tokens of the document but its last {@code </s>}
     * @param open what the network says; empty where it says nothing of the next word
     */
    List<NextWordPrediction> predict(ScoreRequest.NextWords wish, SourceMemory source, Optional<OpenNetwork> open) {
        Candidates candidates = wish.candidates();
        List<String> words = candidates.words();
        NgramProbabilities rows = candidates.probabilities();
        Best byNgrams = new Best(topOrder, wish.count());
        Best byNetwork = new Best(open.map(OpenNetwork::model).orElse(""), wish.count());
        Best byBlend = new Best(NextWordPrediction.BLEND, wish.count());
        Best byMixture = new Best(MixtureSettings.MIXTURE, wish.count());
        Best byBackground = new Best(MixtureSettings.BACKGROUND, wish.count());
        double share = wish.networkShare().orElse(0);
        for (int row = 0; row < words.size(); row++) {
            String word = words.get(row);
            boolean isUnknown = word.equals(DocumentTokens.UNKNOWN_WORD);
            if (rows.unknown()[row] && !isUnknown) {
                continue;
            }
            boolean exact = candidates.exact()[row];
            evidence.take(rows, row, source, event(word, source));
            double ofCounts = evidence.topOrder();
            byNgrams.add(word, ofCounts, exact);
            if (rows.background().isPresent()) {
                byBackground.add(word, evidence.background(), true);
            }
            if (open.isPresent()) {
                double probability =
                        open.get().probability(word, isUnknown, source.weights().newWordShare());
                evidence.takeNetwork(probability, open.get().sureness());
                byNetwork.add(word, probability, true);
                double ofRow =
                        isUnknown ? open.get().ofUnknownRow() : open.get().ofRow(word);
                byBlend.add(word, (1 - share) * ofCounts + share * ofRow, exact);
            }
            byMixture.add(word, mixer.mix(evidence, source.weights()), exact);
        }
        if (wish.isProof() && !words.isEmpty()) {
            bound(candidates, wish, source, open, List.of(byNgrams, byNetwork, byBlend, byMixture, byBackground));
        } else if (open.isPresent()) {
            // The network's own best words need not be candidates of the counts.
            Set<String> looked = new HashSet<>(words);
            OpenNetwork.Best others = open.get().best(wish.count(), looked::contains);
            others.words().forEach(word -> byNetwork.add(word, open.get().ofRow(word), true));
        }
        List<NextWordPrediction> predicted = new ArrayList<>();
        predicted.add(byNgrams.prediction());
        if (rows.background().isPresent()) {
            predicted.add(byBackground.prediction());
        }
        if (open.isPresent()) {
            predicted.add(byNetwork.prediction());
            wish.networkShare().ifPresent(blended -> predicted.add(byBlend.prediction()));
        }
        predicted.add(byMixture.prediction());
        return List.copyOf(predicted);
    }

    /**
     * Bounds what a word that is not a candidate can have. Every mixture here is a sum of what the experts say with weights that
     * no word changes, so the highest that each expert says of such a word, mixed, is a bound.
     */
    private void bound(
            Candidates candidates,
            ScoreRequest.NextWords wish,
            SourceMemory source,
            Optional<OpenNetwork> open,
            List<Best> lists) {
        Optional<BackgroundRows> background = candidates.probabilities().background();
        WordPrefix prefix = candidates.prefix();
        Set<String> looked = new HashSet<>(candidates.words());
        Set<String> missed = new LinkedHashSet<>(candidates.unresolved());
        double byBackground =
                background.isPresent() ? boundBackground(background.get(), prefix, wish.count(), looked, missed) : 0;
        if (candidates.isComplete() && byBackground == 0) {
            lists.forEach(list -> list.bound(0, List.of()));
            return;
        }
        double[] ceilings = candidates.ceilings().clone();
        BitSet held = new BitSet();
        for (String word : looked) {
            int event = event(word, source);
            if (event >= 0) {
                held.set(event);
            }
        }
        missed.addAll(source.lookAtOthers(held, prefix, wish.count()));
        if (byBackground > 0) {
            raiseByBackground(ceilings, candidates, background.get(), source.weights());
        }
        if (background.isPresent() && !candidates.isComplete()) {
            byBackground = Math.max(
                    byBackground,
                    background.get().openWithoutRow(source.weights().newToBackground()));
        }
        evidence.takeCeilings(ceilings, byBackground, candidates.probabilities(), source);
        double ofCounts = evidence.topOrder();
        double byNetwork = 0;
        double ofRow = 0;
        if (open.isPresent()) {
            OpenNetwork.Best others =
                    open.get().best(wish.count(), word -> !prefix.matches(word) || looked.contains(word));
            missed.addAll(others.words());
            ofRow = others.highest();
            byNetwork = Math.max(
                    others.highest(), open.get().withoutRow(source.weights().newWordShare()));
            evidence.takeNetwork(byNetwork, open.get().sureness());
        }
        double byMixture = mixer.mix(evidence, source.weights());
        List<String> next = List.copyOf(missed);
        lists.get(0).bound(ofCounts, next);
        lists.get(1).bound(byNetwork, next);
        double share = wish.networkShare().orElse(0);
        lists.get(2).bound((1 - share) * ofCounts + share * ofRow, next);
        lists.get(3).bound(byMixture, next);
        lists.get(4).bound(byBackground, next);
    }

    /**
     * The highest that the background says of a word of its own that begins with the prefix and is not {@code looked} at, 0 where there
     * is none; adds its best ones to {@code missed}.
     */
    private static double boundBackground(
            BackgroundRows rows, WordPrefix prefix, int count, Set<String> looked, Set<String> missed) {
        Background.Best best = rows.best(prefix, 2 * count);
        double highest = best.words().size() < 2 * count ? 0 : best.probabilities()[2 * count - 1];
        int more = 0;
        for (int i = best.words().size() - 1; i >= 0; i--) {
            if (!looked.contains(best.words().get(i))) {
                highest = best.probabilities()[i];
            }
        }
        for (int i = 0; i < best.words().size() && more < count; i++) {
            if (!looked.contains(best.words().get(i))) {
                missed.add(best.words().get(i));
                more++;
            }
        }
        return highest;
    }

    /** A word that only the background has has a part of the counts' {@code <unk>}. */
    private void raiseByBackground(
            double[] ceilings, Candidates candidates, BackgroundRows background, SourceWeights weights) {
        double part = background.withoutCounts(weights.newToCounts());
        int unknown = candidates.words().indexOf(DocumentTokens.UNKNOWN_WORD);
        for (int i = 0; i < orders; i++) {
            double all = unknown < 0 ? 1 : candidates.probabilities().probability(unknown, i + 1);
            ceilings[i] = Math.max(ceilings[i], all * part);
        }
    }

    /** The words that one model lists. */
    private static final class Best {

        private final String model;
        private final int count;
        private final List<PredictedWord> words = new ArrayList<>();
        private double unknown;
        private double ceiling = 1;
        private List<String> missed = List.of();

        Best(String model, int count) {
            this.model = model;
            this.count = count;
        }

        void add(String word, double probability, boolean exact) {
            if (word.equals(DocumentTokens.UNKNOWN_WORD)) {
                unknown = probability;
            } else {
                words.add(new PredictedWord(word, probability, exact));
            }
        }

        void bound(double highest, List<String> toLookAt) {
            ceiling = highest;
            missed = toLookAt;
        }

        NextWordPrediction prediction() {
            words.sort(BEST_FIRST);
            List<PredictedWord> best = List.copyOf(words.subList(0, Math.min(count, words.size())));
            return new NextWordPrediction(model, best, unknown, ceiling, missed);
        }
    }

    private static int event(String word, SourceMemory source) {
        return switch (word) {
            case DocumentTokens.UNKNOWN_WORD -> SourceMemory.UNKNOWN;
            case DocumentTokens.EOS_WORD -> SourceMemory.END_OF_SENTENCE;
            default -> source.find(word);
        };
    }
}
