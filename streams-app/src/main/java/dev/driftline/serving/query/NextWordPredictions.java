package dev.driftline.serving.query;

import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.NextWordPredictor;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.prefix.WordPrefix;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.source.SourceModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The next words for one source as it was when this was made, as a score would find them. Not thread-safe. */
final class NextWordPredictions {

    private final ModelParts parts;
    private final SourceModel source;
    private final Optional<Snapshot> network;
    private final Optional<NetworkReader> reader;
    private final DocumentScorer scorer;

    private final OptionalDouble networkShare;

    /**
     * @param network that takes part; empty for none
     * @param networkShare its share in a linear blend with the counts; empty where none is asked for
     */
    NextWordPredictions(ModelParts parts, SourceModel source, Optional<Snapshot> network, OptionalDouble networkShare) {
        this.networkShare = networkShare;
        this.parts = parts;
        this.source = source;
        this.network = network;
        reader = network.map(snapshot -> snapshot.network().reader());
        scorer = new DocumentScorer(parts.mixture());
    }

    /**
     * The {@code k} best words under one model, each with the probability that a score gives it, and none missing; empty where
     * nothing has been learned.
     *
     * @param model the top order of the counts, the network, the mixture, or {@link NextWordPrediction#BLEND}
     * @param open the document so far, its last sentence taken as still open
     * @param prefix what the words begin with
     */
    Optional<NextWordPrediction> after(DocumentTokens open, String model, int k, WordPrefix prefix) {
        Optional<NeuralExpert> expert =
                network.map(snapshot -> parts.expert(snapshot, reader.orElseThrow(), open, true));
        List<NgramProbabilities> first = new ArrayList<>();
        List<String> candidates = NextWordPredictor.candidates(open, source, prefix, k);
        return new NextWordSearch(parts, k, prefix)
                .find(List.of(open), List.of(candidates), (place, gathered) -> {
                    if (first.isEmpty()) {
                        first.add(gathered.positions());
                    }
                    return scorer
                            .score(ScoreRequest.of(open, first.get(0), source)
                                    .withProvedNextWords(gathered.candidates(), k, networkShare)
                                    .withNetwork(expert))
                            .predictions()
                            .stream()
                            .filter(prediction -> prediction.model().equals(model))
                            .findFirst();
                })
                .get(0);
    }
}
