package dev.driftline.mixture;

import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.util.ArrayList;
import java.util.Comparator;
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
     * @param limit the most words to list
     */
    public static List<String> candidates(DocumentTokens document, SourceMemory source, int limit) {
        int[] tokens = document.tokens();
        String[] words = document.words();
        int end = tokens.length - 1;
        int lastWord = end <= 0 || tokens[end - 1] == DocumentTokens.EOS ? DocumentTokens.BOS : tokens[end - 1];
        Set<String> listed = new LinkedHashSet<>();
        int share = Math.max(1, limit / 2);
        int from = Math.max(1, end - source.settings().caches().bigramWindow());
        for (int i = end - 1; i >= from && listed.size() < share; i--) {
            int before = tokens[i - 1] == DocumentTokens.EOS ? DocumentTokens.BOS : tokens[i - 1];
            if (before == lastWord) {
                listed.add(words[tokens[i]]);
            }
        }
        addUpTo(limit, listed, source.followersOf(words[lastWord], share));
        int newest = Math.max(0, end - source.settings().caches().recentWindow());
        for (int i = end - 1; i >= newest && listed.size() < limit; i--) {
            listed.add(words[tokens[i]]);
        }
        addUpTo(limit, listed, source.newestWords(limit));
        return new ArrayList<>(listed);
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
        List<String> words = wish.candidates().words();
        NgramProbabilities rows = wish.candidates().probabilities();
        double newWordShare = source.weights().newWordShare();
        List<PredictedWord> byNgrams = new ArrayList<>();
        List<PredictedWord> byMixture = new ArrayList<>();
        for (int row = 0; row < words.size(); row++) {
            String word = words.get(row);
            boolean isUnknownWord = word.equals(DocumentTokens.UNKNOWN_WORD);
            if (rows.unknown()[row] && !isUnknownWord) {
                continue;
            }
            byNgrams.add(new PredictedWord(word, rows.probability(row, orders)));
            evidence.take(rows, row, source, event(word, source));
            if (open.isPresent()) {
                evidence.takeNetwork(
                        open.get().probability(word, isUnknownWord, newWordShare),
                        open.get().sureness());
            }
            byMixture.add(new PredictedWord(word, mixer.mix(evidence, source.weights())));
        }
        List<NextWordPrediction> predicted = new ArrayList<>();
        predicted.add(new NextWordPrediction(topOrder, best(byNgrams, wish.count())));
        open.ifPresent(says -> predicted.add(
                new NextWordPrediction(says.model(), best(says.best(wish.count(), newWordShare), wish.count()))));
        predicted.add(new NextWordPrediction(MixtureSettings.MIXTURE, best(byMixture, wish.count())));
        return List.copyOf(predicted);
    }

    private static int event(String word, SourceMemory source) {
        return switch (word) {
            case DocumentTokens.UNKNOWN_WORD -> SourceMemory.UNKNOWN;
            case DocumentTokens.EOS_WORD -> SourceMemory.END_OF_SENTENCE;
            default -> source.find(word);
        };
    }

    private static List<PredictedWord> best(List<PredictedWord> words, int count) {
        words.sort(BEST_FIRST);
        return List.copyOf(words.subList(0, Math.min(count, words.size())));
    }
}
