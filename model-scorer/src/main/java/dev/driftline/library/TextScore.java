package dev.driftline.library;

/**
 * What a text cost under an n-gram model: −log2 of its probability, in bits.
 *
 * @param tokens predicted tokens: the words, and one {@code </s>} a sentence
 * @param unknown how many of them the model did not know
 * @param bits −log2 p of the text with every unknown word as the class {@code <unk>}; infinite where the smoothing gives an event
 *     probability 0
 * @param spellingBits bits to spell the unknown words out, letter by letter, beyond those of {@code <unk>}
 */
public record TextScore(int tokens, int unknown, double bits, double spellingBits) {

    /** Mean bits of a token, unknown words spelled out; 0 for a text without tokens. */
    public double bitsPerToken() {
        return tokens == 0 ? 0 : (bits + spellingBits) / tokens;
    }

    /** 2 to {@link #bitsPerToken()}: it rises when the language breaks. */
    public double perplexity() {
        return Math.pow(2, bitsPerToken());
    }

    /**
     * 2 to the mean bits of a token with every unknown word as the class {@code <unk>}, as papers have it; blind to what the
     * unknown words are. 1 for a text without tokens.
     */
    public double classPerplexity() {
        return tokens == 0 ? 1 : Math.pow(2, bits / tokens);
    }

    /** The share of tokens that were unknown, 0 to 1; 0 for a text without tokens. */
    public double unknownRate() {
        return tokens == 0 ? 0 : (double) unknown / tokens;
    }
}
