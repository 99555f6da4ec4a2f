package dev.driftline.serving.query;

import dev.driftline.generation.TextModel;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.scoring.DocumentTokens;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Text from {@link NextWordPredictions}: each word is drawn from what a query for the next word would list at that place. Not
 * thread-safe.
 */
final class PredictedText implements TextModel {

    private record Said(List<String> words) implements State {}

    private final Supplier<NextWordPredictions> made;
    private final String model;
    private final int k;
    private Optional<NextWordPredictions> predictions = Optional.empty();

    /**
     * @param predictions asked for when the first word is
     * @param model the name of the model
     * @param k from how many words each word is drawn
     */
    PredictedText(Supplier<NextWordPredictions> predictions, String model, int k) {
        made = predictions;
        this.model = model;
        this.k = k;
    }

    @Override
    public State start() {
        return new Said(List.of());
    }

    @Override
    public State advance(State state, String word) {
        return new Said(
                Stream.concat(((Said) state).words.stream(), Stream.of(word)).toList());
    }

    @Override
    public Words next(State state) {
        DocumentTokens open = DocumentTokens.of(NextWordsQuery.open(((Said) state).words));
        if (predictions.isEmpty()) {
            predictions = Optional.of(made.get());
        }
        List<PredictedWord> words = predictions
                .get()
                .after(open, model, k)
                .map(NextWordPrediction::words)
                .orElse(List.of());
        return new Words(
                words.stream().map(PredictedWord::word).toArray(String[]::new),
                words.stream().mapToDouble(PredictedWord::probability).toArray());
    }
}
