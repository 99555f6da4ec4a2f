package dev.driftline.serving.routes;

import static dev.driftline.serving.http.request.JsonFields.fields;

import dev.driftline.mixture.PredictedWord;
import dev.driftline.serving.http.request.RequestArguments;
import dev.driftline.serving.query.ModelChoice;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What models are asked and what they say, in requests and answers. */
final class ModelJson {

    private ModelJson() {}

    /** The model that {@code model} and {@code network_weight} choose. */
    static ModelChoice choice(RequestArguments arguments) {
        return new ModelChoice(
                arguments.text("model"),
                arguments.has("network_weight")
                        ? OptionalDouble.of(arguments.real("network_weight", 0, 0, 1))
                        : OptionalDouble.empty());
    }

    /** A number; null for an infinity, which JSON does not have: a model that gives a word probability 0. */
    static @Nullable Double number(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** Words with their probabilities. */
    static List<Map<String, Object>> words(List<PredictedWord> words) {
        return words.stream()
                .map(word -> fields("word", word.word(), "probability", Math.min(1, word.probability())))
                .toList();
    }
}
