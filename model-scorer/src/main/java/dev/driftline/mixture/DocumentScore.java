package dev.driftline.mixture;

import java.util.List;

/**
 * What one document cost under every model.
 *
 * @param models the names of the models, in the order of the arrays
 * @param bits {@code [models]}: −log2 p of the document in bits; infinite where a model gives a token probability 0
 * @param knownBits {@code [models]}: the part of {@code bits} that known tokens cost
 * @param tokens predicted tokens, {@code </s>} included
 * @param neuralTokens the tokens that a network has scored: all, or none where it said nothing of this document; its column
 *     of {@code bits} then has what a network that has learned nothing would say, 1 / (known types + 2) a token
 * @param unknown how many of {@code tokens} were {@code <unk>}
 * @param characters Σ (code points + 1) over the words, without {@code </s>}: the text with one separator a word
 * @param spellingBits bits to spell the unknown words out, beyond those of {@code <unk>}
 * @param letterBits bits that the unknown words cost beyond {@code <unk>} in {@link #bitsPerToken()}, spelled out each time
 *     that they come, and more than the rarest known word
 * @param spelling {@code [tokens]}: the part of {@code letterBits} of each token, 0 for a known one; empty unless surprisals
 *     were asked for and a word was unknown
 * @param experts the names of the experts that the mixture weighs
 * @param meanWeights {@code [experts]}: the weight that the mixture gave each, on average over the tokens; sums to 1,
 *     or all 0 for a document without tokens
 * @param surprisals {@code [tokens]}: −log2 p of each token under the mixture, in bits; empty unless asked for
 * @param modelSurprisals {@code [models][tokens]}: the same under each model, the mixture last, infinite where a model gives
 *     probability 0; empty unless the scorer records them
 * @param predictions next words for the last sentence, taken as still open; empty unless asked for
 */
public record DocumentScore(
        List<String> models,
        double[] bits,
        double[] knownBits,
        int tokens,
        int neuralTokens,
        int unknown,
        long characters,
        double spellingBits,
        double letterBits,
        float[] spelling,
        List<String> experts,
        double[] meanWeights,
        float[] surprisals,
        float[][] modelSurprisals,
        List<NextWordPrediction> predictions) {

    /** The headline: mean bits of a token under the mixture, unknown words spelled out; 0 for a document without tokens. */
    public double bitsPerToken() {
        return bitsPerToken(MixtureSettings.MIXTURE);
    }

    /** The same under the model called {@code model}. */
    public double bitsPerToken(String model) {
        return tokens == 0 ? 0 : (bits(model) + letterBits) / tokens;
    }

    /** 2 to {@link #bitsPerToken()}. */
    public double perplexity() {
        return Math.pow(2, bitsPerToken());
    }

    /** The share of tokens that were {@code <unk>}, 0 to 1; 0 for a document without tokens. */
    public double unknownRate() {
        return tokens == 0 ? 0 : (double) unknown / tokens;
    }

    /** Bits of the document under the model called {@code model}, unknown words as the class {@code <unk>}. */
    public double bits(String model) {
        return bits[index(model)];
    }

    /**
     * The class perplexity: 2 to the mean bits of a token under {@code model}, unknown words as the class {@code <unk>}; 1 for
     * a document without tokens. Comparable with papers and blind to what the unknown words are.
     */
    public double classPerplexity(String model) {
        return tokens == 0 ? 1 : Math.pow(2, bits[index(model)] / tokens);
    }

    /** Bits per character under {@code model}, unknown words spelled out; 0 for a document without characters. */
    public double bitsPerCharacter(String model) {
        return characters == 0 ? 0 : (bits[index(model)] + spellingBits) / characters;
    }

    private int index(String model) {
        int index = models.indexOf(model);
        if (index < 0) {
            throw new IllegalArgumentException("no model '" + model + "', expected one of " + models);
        }
        return index;
    }
}
