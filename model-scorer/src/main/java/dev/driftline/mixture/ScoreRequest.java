package dev.driftline.mixture;

import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a {@link DocumentScorer} is asked.
 *
 * @param document the document
 * @param ngrams what the n-gram model says of it, a row for each token
 * @param source whose document it is
 * @param network what a network says of it; empty where there is none, or it has not scored the document
 * @param learns whether the source learns the document, or is left as it was
 * @param surprisals which surprisals to list for each token
 * @param nextWords which words to predict after the last sentence; empty for none
 */
public record ScoreRequest(
        DocumentTokens document,
        NgramProbabilities ngrams,
        SourceMemory source,
        Optional<NeuralExpert> network,
        boolean learns,
        Surprisals surprisals,
        Optional<NextWords> nextWords) {

    /** Which surprisals a score lists for each token. */
    public enum Surprisals {
        /** None. */
        NONE,

        /** {@link DocumentScore#surprisals()}. */
        MIXTURE,

        /** {@link DocumentScore#modelSurprisals()}, too: a logarithm for each token and model. */
        EVERY_MODEL
    }

    /**
     * A wish for predictions.
     *
     * @param candidates words for the position after the last sentence, taken as still open: without its {@code </s>}
     * @param count how many words to list for each model, at least 1
     * @param isProof whether to say how probable a word that is not among the candidates can be
     * @param networkShare the share of the network, 0 to 1, in a linear blend with the top order, which is then predicted, too
     */
    public record NextWords(Candidates candidates, int count, boolean isProof, OptionalDouble networkShare) {}

    /** A request to learn nothing, to list no surprisals and to predict nothing, without a network. */
    public static ScoreRequest of(DocumentTokens document, NgramProbabilities ngrams, SourceMemory source) {
        return new ScoreRequest(document, ngrams, source, Optional.empty(), false, Surprisals.NONE, Optional.empty());
    }

    /** The same, and {@code learns} says whether the source learns. */
    public ScoreRequest withLearning(boolean learns) {
        return new ScoreRequest(document, ngrams, source, network, learns, surprisals, nextWords);
    }

    /** The same with what a network says. */
    public ScoreRequest withNetwork(Optional<NeuralExpert> network) {
        return new ScoreRequest(document, ngrams, source, network, learns, surprisals, nextWords);
    }

    /** The same with surprisals. */
    public ScoreRequest withSurprisals(Surprisals surprisals) {
        return new ScoreRequest(document, ngrams, source, network, learns, surprisals, nextWords);
    }

    /** The same with predictions; without them where {@code count} is 0 or there are no candidates. */
    public ScoreRequest withNextWords(Candidates candidates, int count) {
        return withNextWords(candidates, count, false, OptionalDouble.empty());
    }

    /** The same with predictions, and with how probable a word that is not among the candidates can be. */
    public ScoreRequest withProvedNextWords(Candidates candidates, int count) {
        return withProvedNextWords(candidates, count, OptionalDouble.empty());
    }

    /** The same with predictions of a blend, too, see {@link NextWords}. */
    public ScoreRequest withProvedNextWords(Candidates candidates, int count, OptionalDouble networkShare) {
        return withNextWords(candidates, count, true, networkShare);
    }

    private ScoreRequest withNextWords(Candidates candidates, int count, boolean isProof, OptionalDouble networkShare) {
        Optional<NextWords> wish = count > 0 && !candidates.words().isEmpty()
                ? Optional.of(new NextWords(candidates, count, isProof, networkShare))
                : Optional.empty();
        return new ScoreRequest(document, ngrams, source, network, learns, surprisals, wish);
    }
}
