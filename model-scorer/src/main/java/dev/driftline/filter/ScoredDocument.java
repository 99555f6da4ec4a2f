package dev.driftline.filter;

import dev.driftline.mixture.DocumentScore;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What rules ask about a document.
 *
 * @param source its source
 * @param attributes what else is known of it, by name
 * @param tokens predicted tokens, {@code </s>} included
 * @param unknown those of them that were {@code <unk>}
 * @param characters code points, with one separator a word
 * @param bits −log2 p of the document in bits, by model; a model that took no part is not there
 * @param spellingBits bits to spell the unknown words out
 */
public record ScoredDocument(
        String source,
        Map<String, String> attributes,
        int tokens,
        int unknown,
        long characters,
        Map<String, Double> bits,
        double spellingBits) {

    /**
     * A document that was scored.
     *
     * @param neuralOrNull the name of the network among the models; null where there is none
     */
    public static ScoredDocument of(
            String source, Map<String, String> attributes, DocumentScore score, String neuralOrNull) {
        Map<String, Double> bits = new LinkedHashMap<>();
        for (int model = 0; model < score.models().size(); model++) {
            String name = score.models().get(model);
            // A network that did not score the document has figures for the mixture's sake alone.
            if (!name.equals(neuralOrNull) || score.neuralTokens() > 0) {
                bits.put(name, score.bits()[model]);
            }
        }
        return new ScoredDocument(
                source, attributes, score.tokens(), score.unknown(), score.characters(), bits, score.spellingBits());
    }
}
