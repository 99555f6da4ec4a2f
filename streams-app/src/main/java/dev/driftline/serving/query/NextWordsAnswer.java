package dev.driftline.serving.query;

import dev.driftline.mixture.PredictedWord;
import java.util.List;

/**
 * What may come next.
 *
 * @param model what the words were drawn from: the name of a model, or how several were blended
 * @param words the most probable first
 */
public record NextWordsAnswer(String model, List<PredictedWord> words) {}
