package dev.driftline.evaluation;

/**
 * What a corpus cost under one model.
 *
 * @param model the name of the model
 * @param isDistribution false where the model's scores are not probabilities: its figures are then not perplexities, and
 *     must not be compared with any
 * @param all over all documents
 * @param last20 over the documents of the last 20 % of words
 * @param bitsPerCharacter bits of all tokens and of the spelling of unknown words, per character, one separator a word
 */
public record ModelResult(
        String model, boolean isDistribution, Perplexities all, Perplexities last20, double bitsPerCharacter) {

    /**
     * Over some documents, 2 to the mean bits of a token, {@code </s>} included; infinite where a token had probability 0, NaN
     * where there is no token.
     *
     * @param spelled the headline: unknown words spelled out
     * @param ofClass the class perplexity: with {@code <unk>} as a class
     * @param known over the known tokens alone
     */
    public record Perplexities(double spelled, double ofClass, double known) {}
}
