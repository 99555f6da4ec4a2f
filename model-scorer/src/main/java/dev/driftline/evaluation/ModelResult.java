package dev.driftline.evaluation;

/**
 * What a corpus cost under one model.
 *
 * @param model the name of the model
 * @param isDistribution false where the model's scores are not probabilities: its figures are then not perplexities, and
 *     must not be compared with any
 * @param perplexityAll 2 to the mean bits of a token, {@code </s>} included; infinite where a token had probability 0
 * @param perplexityLast20 the same over the documents of the last 20 % of words
 * @param perplexityAllKnown the same over all documents, over known tokens alone
 * @param perplexityLast20Known over known tokens of the documents of the last 20 % of words
 * @param bitsPerCharacter bits of all tokens and of the spelling of unknown words, per character, one separator a word
 */
public record ModelResult(
        String model,
        boolean isDistribution,
        double perplexityAll,
        double perplexityLast20,
        double perplexityAllKnown,
        double perplexityLast20Known,
        double bitsPerCharacter) {}
