package dev.driftline.filter;

import dev.driftline.backoff.BackoffScorer;
import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.MixtureSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What rules can compare about a document.
 *
 * @param source its source
 * @param attributes further facts, by name
 * @param tokens predicted tokens, {@code </s>} included
 * @param unknown how many of them were {@code <unk>}
 * @param characters code points, with one separator a word
 * @param bits −log2 p of the document in bits, by model; a model that did not score it is absent
 * @param spellingBits bits to spell the unknown words out in a code
 * @param letterBits bits that the unknown words cost beyond {@code <unk>} in the headline
 */
public record ScoredDocument(
        String source,
        Map<String, String> attributes,
        int tokens,
        int unknown,
        long characters,
        Map<String, Double> bits,
        double spellingBits,
        double letterBits) {

    /**
     * A document that was scored.
     *
     * @param network the name of the network among the models; empty if there is none
     */
    public static ScoredDocument of(
            String source, Map<String, String> attributes, DocumentScore score, Optional<String> network) {
        Map<String, Double> bits = new LinkedHashMap<>();
        for (int model = 0; model < score.models().size(); model++) {
            String name = score.models().get(model);
            // The figures of a network that did not score the document only fill its column of the mixture.
            if (score.neuralTokens() > 0 || !network.equals(Optional.of(name))) {
                bits.put(name, score.bits()[model]);
            }
        }
        return new ScoredDocument(
                source,
                attributes,
                score.tokens(),
                score.unknown(),
                score.characters(),
                bits,
                score.spellingBits(),
                score.letterBits());
    }

    /**
     * A document that a frozen model alone has scored, which then is the mixture. Unknown words cost what {@code <unk>}
     * costs, and are not spelled out.
     *
     * @param sentences its words
     * @param model the name of the model
     */
    public static ScoredDocument frozen(
            String source,
            Map<String, String> attributes,
            List<? extends List<String>> sentences,
            BackoffScorer.Score score,
            String model) {
        double bits = score.tokens() == 0 ? 0 : score.bitsPerToken() * score.tokens();
        long characters = 0;
        for (List<String> sentence : sentences) {
            for (String word : sentence) {
                characters += word.codePointCount(0, word.length()) + 1;
            }
        }
        return new ScoredDocument(
                source,
                attributes,
                Math.toIntExact(score.tokens()),
                Math.toIntExact(score.unknown()),
                characters,
                Map.of(model, bits, MixtureSettings.MIXTURE, bits),
                0,
                0);
    }
}
