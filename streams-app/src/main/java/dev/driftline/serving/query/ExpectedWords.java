package dev.driftline.serving.query;

import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.MixtureSettings;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NetworkState;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.scoring.Candidates;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.source.SourceModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the mixture expected at each token of a document, having seen those before it: the same words as a query for the next
 * word there. Reads the document with the network once, and so may differ from that query by the rounding of 32-bit floats.
 */
final class ExpectedWords {

    private final MixtureSettings mixture;
    private final SourceModel source;
    private final int k;

    /** @param k how many words at each token */
    ExpectedWords(MixtureSettings mixture, SourceModel source, int k) {
        this.mixture = mixture;
        this.source = source;
        this.k = k;
    }

    /** The sentence up to a token, still open. */
    static DocumentTokens openBefore(DocumentTokens document, int position) {
        int[] prefix = Arrays.copyOf(document.tokens(), position + 1);
        prefix[position] = DocumentTokens.EOS;
        return new DocumentTokens(document.words(), prefix);
    }

    /**
     * The words, the best first, at each token.
     *
     * @param rows what the counts say of the document
     * @param candidates what they propose at each token
     * @param expert what the network says of the document; empty where there is none
     * @throws IllegalStateException if the thread is interrupted
     */
    List<List<PredictedWord>> at(
            DocumentTokens document,
            NgramProbabilities rows,
            List<Candidates> candidates,
            Optional<NeuralExpert> expert) {
        DocumentScorer scorer = new DocumentScorer(mixture);
        Optional<OpenExperts> open = expert.map(whole -> new OpenExperts(whole, document));
        List<List<PredictedWord>> words = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted: the query has taken too long");
            }
            List<NextWordPrediction> predictions = scorer.score(
                            ScoreRequest.of(openBefore(document, i), rows.first(i + 1), source)
                                    .withNextWords(candidates.get(i), k)
                                    .withNetwork(open.map(OpenExperts::next)))
                    .predictions();
            words.add(
                    predictions.isEmpty()
                            ? List.of()
                            : predictions.get(predictions.size() - 1).words());
        }
        return words;
    }

    /** What the network says at one token after the other. */
    private static final class OpenExperts {

        private final NeuralExpert whole;
        private final NetworkReader reader;
        private final int[] encoded;
        private NetworkState state;
        private int at;

        OpenExperts(NeuralExpert whole, DocumentTokens document) {
            this.whole = whole;
            reader = whole.network().reader();
            encoded = whole.network().vocabulary().encode(document);
            state = reader.start();
        }

        NeuralExpert next() {
            float[] open = new float[whole.network().vocabulary().size()];
            reader.next(state, open);
            NetworkReader.fold(whole.foreign(), open);
            state = reader.advance(state, encoded[at]);
            at++;
            NetworkScore score = whole.score();
            return new NeuralExpert(
                    whole.network(),
                    new NetworkScore(
                            Arrays.copyOf(score.logProbabilities(), at),
                            Arrays.copyOf(score.topProbabilities(), at),
                            open,
                            null),
                    whole.foreign());
        }
    }
}
