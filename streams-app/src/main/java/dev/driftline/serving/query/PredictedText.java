package dev.driftline.serving.query;

import dev.driftline.generation.NoSuchWordException;
import dev.driftline.generation.TextModel;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.ngram.NextWordDistribution.Words;
import dev.driftline.prefix.WordPrefix;
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

    /**
     * What one word of a text has to begin with.
     *
     * @param place how many words come before it
     */
    record Beginning(int place, WordPrefix prefix) {

        /** Any word. */
        static final Beginning NONE = new Beginning(0, WordPrefix.NONE);
    }

    private record Said(List<String> words) implements State {}

    private final Supplier<NextWordPredictions> made;
    private final String model;
    private final int k;
    private final Beginning beginning;
    private Optional<NextWordPredictions> predictions = Optional.empty();

    /**
     * @param predictions asked for when the first word is
     * @param model the name of the model
     * @param k from how many words each word is drawn
     * @param beginning of the first word that is written
     */
    PredictedText(Supplier<NextWordPredictions> predictions, String model, int k, Beginning beginning) {
        this.beginning = beginning;
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
        List<String> said = ((Said) state).words;
        DocumentTokens open = DocumentTokens.of(NextWordsQuery.open(said));
        WordPrefix prefix = said.size() == beginning.place() ? beginning.prefix() : WordPrefix.NONE;
        if (predictions.isEmpty()) {
            predictions = Optional.of(made.get());
        }
        List<PredictedWord> words = predictions
                .get()
                .after(open, model, k, prefix)
                .map(prediction -> wordsOf(prediction, prefix))
                .orElse(List.of());
        return new Words(
                words.stream().map(PredictedWord::word).toArray(String[]::new),
                words.stream().mapToDouble(PredictedWord::probability).toArray());
    }

    /** @throws NoSuchWordException if the model knows no word with the prefix */
    private static List<PredictedWord> wordsOf(NextWordPrediction prediction, WordPrefix prefix) {
        if (prediction.words().isEmpty() && !prefix.isEmpty()) {
            throw new NoSuchWordException(prefix);
        }
        return prediction.words();
    }
}
