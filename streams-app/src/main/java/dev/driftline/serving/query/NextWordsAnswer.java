package dev.driftline.serving.query;

import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.PredictedWord;
import java.util.List;

/**
 * What may come next. The probabilities of the words, {@code unknown} and {@code rest} add up to 1.
 *
 * @param model what the words were drawn from: the name of a model, or how several were blended
 * @param words the most probable first, {@code <unk>} not among them
 * @param unknown the probability of {@code <unk>}, any word that the model does not know
 * @param rest the probability of all words that are not listed
 */
public record NextWordsAnswer(String model, List<PredictedWord> words, double unknown, double rest) {

    static NextWordsAnswer of(NextWordPrediction prediction) {
        return new NextWordsAnswer(prediction.model(), prediction.words(), prediction.unknown(), prediction.rest());
    }

    NextWordsAnswer named(String name) {
        return new NextWordsAnswer(name, words, unknown, rest);
    }

    /** Where nothing has been learned: no word is known. */
    static NextWordsAnswer nothing(String model) {
        return new NextWordsAnswer(model, List.of(), 1, 0);
    }
}
