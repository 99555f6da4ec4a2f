package dev.driftline.evaluation;

import java.util.List;

/**
 * What a corpus cost in all.
 *
 * @param documents documents
 * @param tokens predicted tokens, {@code </s>} included
 * @param unknown how many of those were {@code <unk>}
 * @param characters Σ (code points + 1) over the words, without {@code </s>}
 * @param spellingBits bits to spell the unknown words out
 * @param lastFrom index of the first document of the last 20 %, from 0
 * @param seconds time spent on scoring and learning, without reading the corpus
 * @param models one result a model
 */
public record EvaluationReport(
        long documents,
        long tokens,
        long unknown,
        long characters,
        double spellingBits,
        int lastFrom,
        double seconds,
        List<ModelResult> models) {

    /** Tokens scored and learned a second; 0 where there were none. */
    public double tokensPerSecond() {
        return seconds > 0 ? tokens / seconds : 0;
    }

    /** The result of the model called {@code name}. */
    public ModelResult model(String name) {
        return models.stream()
                .filter(result -> result.model().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no model '" + name + "', expected one of "
                        + models.stream().map(ModelResult::model).toList()));
    }
}
