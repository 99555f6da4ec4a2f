package dev.driftline.serving.query;

import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.NextWordPredictor;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.NetworkScore;
import dev.driftline.neural.NetworkState;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.prefix.WordPrefix;
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

    private final ModelParts parts;
    private final SourceModel source;
    private final int k;

    /** @param k how many words at each token */
    ExpectedWords(ModelParts parts, SourceModel source, int k) {
        this.parts = parts;
        this.source = source;
        this.k = k;
    }

    /** The document up to a token, still open. */
    private static DocumentTokens openBefore(DocumentTokens document, int position) {
        int[] prefix = Arrays.copyOf(document.tokens(), position + 1);
        prefix[position] = DocumentTokens.EOS;
        return new DocumentTokens(document.words(), prefix);
    }

    /**
     * The words, the best first, at each token.
     *
     * @param rows what the counts say of the document
     * @param expert what the network says of the document; empty where there is none
     * @throws IllegalStateException if the thread is interrupted
     */
    List<List<PredictedWord>> at(DocumentTokens document, NgramProbabilities rows, Optional<NeuralExpert> expert) {
        DocumentScorer scorer = new DocumentScorer(parts.mixture());
        Optional<OpenExperts> open = expert.map(whole -> new OpenExperts(whole, document));
        List<DocumentTokens> places = new ArrayList<>();
        List<List<String>> candidates = new ArrayList<>();
        for (int i = 0; i < document.tokens().length; i++) {
            DocumentTokens prefix = openBefore(document, i);
            places.add(NextWordSearch.lastSentence(prefix));
            candidates.add(NextWordPredictor.candidates(prefix, source, k));
        }
        return new NextWordSearch(parts, k, WordPrefix.NONE)
                        .find(places, candidates, (place, gathered) -> {
                            List<NextWordPrediction> predictions = scorer.score(
                                            ScoreRequest.of(openBefore(document, place), rows.first(place + 1), source)
                                                    .withProvedNextWords(gathered.candidates(), k)
                                                    .withNetwork(open.map(experts -> experts.at(place))))
                                    .predictions();
                            return predictions.isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(predictions.get(predictions.size() - 1));
                        })
                        .stream()
                        .map(prediction ->
                                prediction.map(NextWordPrediction::words).orElse(List.of()))
                        .toList();
    }

    /** What the network says at each token. */
    private static final class OpenExperts {

        private final NeuralExpert whole;
        private final NetworkReader reader;
        private final List<NetworkState> states = new ArrayList<>();

        OpenExperts(NeuralExpert whole, DocumentTokens document) {
            this.whole = whole;
            reader = whole.network().reader();
            NetworkState state = reader.start();
            for (int token : whole.network().vocabulary().encode(document)) {
                states.add(state);
                state = reader.advance(state, token);
            }
        }

        NeuralExpert at(int token) {
            float[] open = new float[whole.network().vocabulary().size()];
            reader.next(states.get(token), open);
            NetworkReader.fold(whole.foreign(), open);
            NetworkScore score = whole.score();
            return new NeuralExpert(
                    whole.network(),
                    new NetworkScore(
                            Arrays.copyOf(score.logProbabilities(), token + 1),
                            Arrays.copyOf(score.topProbabilities(), token + 1),
                            open,
                            null),
                    whole.foreign());
        }
    }
}
