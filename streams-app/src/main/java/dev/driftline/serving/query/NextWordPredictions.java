package dev.driftline.serving.query;

import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.NextWordPrediction;
import dev.driftline.mixture.NextWordPredictor;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.NetworkReader;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.source.SourceModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The next words for one source as it was when this was made, under every model: what the stream would publish as predictions
 * of the document if it came next. Not thread-safe.
 */
final class NextWordPredictions {

    private final ModelParts parts;
    private final SourceModel source;
    private final Optional<Snapshot> network;
    private final Optional<NetworkReader> reader;
    private final Gather gather;
    private final DocumentScorer scorer;

    /** @param network that takes part; empty for none */
    NextWordPredictions(ModelParts parts, SourceModel source, Optional<Snapshot> network) {
        this.parts = parts;
        this.source = source;
        this.network = network;
        reader = network.map(snapshot -> snapshot.network().reader());
        gather = new Gather(parts.settings(), parts.shards());
        scorer = new DocumentScorer(parts.mixture());
    }

    /**
     * The {@code k} best words under the counts, the network where there is one, and the mixture, in this order; nothing where
     * nothing has been learned.
     *
     * @param open the document so far, its last sentence taken as still open
     */
    List<NextWordPrediction> after(DocumentTokens open, int k) {
        List<InstanceQuery> queries = new ArrayList<>();
        parts.addPeeks(open, k, NextWordPredictor.candidates(open, source, k), queries);
        Gather.Gathered gathered = gather.gather(open, parts.access().ask(queries));
        Optional<NeuralExpert> expert =
                network.map(snapshot -> parts.expert(snapshot, reader.orElseThrow(), open, true));
        return scorer.score(ScoreRequest.of(open, gathered.positions(), source)
                        .withNextWords(gathered.candidates(), k)
                        .withNetwork(expert))
                .predictions();
    }
}
