package dev.driftline.serving.query;

import dev.driftline.mixture.DocumentScore;
import dev.driftline.mixture.DocumentScorer;
import dev.driftline.mixture.PredictedWord;
import dev.driftline.mixture.ScoreRequest;
import dev.driftline.neural.events.NeuralExpert;
import dev.driftline.neural.snapshot.Snapshot;
import dev.driftline.scoring.DocumentTokens;
import dev.driftline.scoring.Gather;
import dev.driftline.scoring.NgramProbabilities;
import dev.driftline.serving.query.instances.InstanceQuery;
import dev.driftline.source.SourceModel;
import dev.driftline.sources.SourceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Scores documents with everything that the stream scores them with: the counts wherever they are, the network, and the
 * caches and weights of a source. A document costs here what it would cost if it came next on the stream with
 * {@code learn = false}; nothing learns from it. One round trip to the other instances, however many documents; two or more
 * others where expected words are asked for, see {@link NextWordSearch}. Thread-safe.
 */
public final class DocumentScores {

    private final ModelParts parts;

    public DocumentScores(ModelParts parts) {
        this.parts = parts;
    }

    /**
     * A document scored.
     *
     * @param document what was scored
     * @param score what it cost, each token under each model
     * @param rows what the counts said
     * @param expected the most probable words at each token under the mixture, best first; empty unless asked for
     * @param sourceKnown whether anything was learned of the source
     * @param snapshot the version of the network; empty where it took no part
     */
    public record Scored(
            DocumentTokens document,
            DocumentScore score,
            NgramProbabilities rows,
            List<List<PredictedWord>> expected,
            boolean sourceKnown,
            Optional<String> snapshot) {}

    /** The name of the network among the models of a score; empty where the mixture has none. */
    public Optional<String> networkName() {
        return parts.mixture().neural();
    }

    /**
     * Scores documents, each by itself.
     *
     * @param source who they are from; empty for a new source
     * @throws dev.driftline.serving.query.instances.ShardUnavailableException if no instance has a part of the model just now
     */
    public List<Scored> score(List<DocumentTokens> documents, Optional<String> source) {
        List<InstanceQuery> queries = new ArrayList<>();
        documents.forEach(document -> parts.addPeeks(document, queries));
        queries.add(ModelParts.ofSource(source));
        List<byte[]> answers = parts.access().ask(queries);
        SourceState state = SourceState.decode(answers.get(answers.size() - 1));
        Gather gather = new Gather(parts.settings(), parts.shards());
        Optional<Snapshot> network = parts.network();
        List<Scored> scored = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            DocumentTokens document = documents.get(i);
            NgramProbabilities rows = gather.gather(
                            document, answers.subList(i * parts.shards(), (i + 1) * parts.shards()))
                    .positions();
            scored.add(score(document, rows, state, network, 0));
        }
        return scored;
    }

    /**
     * Scores a document, and says what the mixture expected at each token.
     *
     * @param expected how many words to list at each token; 0 for none
     */
    public Scored score(DocumentTokens document, Optional<String> source, int expected) {
        List<InstanceQuery> queries = new ArrayList<>();
        parts.addPeeks(document, queries);
        queries.add(ModelParts.ofSource(source));
        List<byte[]> answers = parts.access().ask(queries);
        NgramProbabilities rows = new Gather(parts.settings(), parts.shards())
                .gather(document, answers.subList(0, parts.shards()))
                .positions();
        return score(document, rows, SourceState.decode(answers.get(parts.shards())), parts.network(), expected);
    }

    /** Scores one document for each of several sources, in the same order. */
    public List<Scored> scoreFor(DocumentTokens document, List<String> sources) {
        List<InstanceQuery> queries = new ArrayList<>();
        parts.addPeeks(document, queries);
        sources.forEach(source -> queries.add(ModelParts.ofSource(Optional.of(source))));
        List<byte[]> answers = parts.access().ask(queries);
        NgramProbabilities rows = new Gather(parts.settings(), parts.shards())
                .gather(document, answers.subList(0, parts.shards()))
                .positions();
        Optional<Snapshot> network = parts.network();
        return answers.subList(parts.shards(), answers.size()).stream()
                .map(state -> score(document, rows, SourceState.decode(state), network, 0))
                .toList();
    }

    private Scored score(
            DocumentTokens document,
            NgramProbabilities rows,
            SourceState state,
            Optional<Snapshot> network,
            int expected) {
        SourceModel source = state.model(parts.mixture());
        Optional<NeuralExpert> expert = network.map(
                snapshot -> parts.expert(snapshot, snapshot.network().reader(), document, false));
        DocumentScore score = new DocumentScorer(parts.mixture())
                .score(ScoreRequest.of(document, rows, source)
                        .withSurprisals(ScoreRequest.Surprisals.EVERY_MODEL)
                        .withNetwork(expert));
        List<List<PredictedWord>> words =
                expected == 0 ? List.of() : new ExpectedWords(parts, source, expected).at(document, rows, expert);
        return new Scored(document, score, rows, words, state.isKnown(), network.map(Snapshot::version));
    }
}
